"""What is written in a format is what its reader gives back."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from data.dataset import Sprite
from data.limits import Limits
from data.metadata import natural_order
from data.readers.image_sprite import Points
from data.readers.metadata_file import read_metadata
from data.readers.projector_config import Entry, read_config
from data.readers.sprite_file import read_sprite
from data.readers.tensor_file import ReadOptions, read_tensor
from data.readers.thumbnails import read_thumbnails

LIMITS = Limits()
MATRICES = hnp.arrays(
    np.float32,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=6),
    elements=st.floats(-(2.0**100), 2.0**100, width=32),
)
NO_CONTROLS = st.characters(exclude_categories=["Cs", "Cc"])
# What could be taken for a number, a missing value or the heading is another test's subject.
WORDS = st.text(st.characters(categories=["L"]), min_size=1, max_size=6).filter(
    lambda word: word.lower() not in ("nan", "inf", "infinity", "null", "none", "na", "n")
)
NAMES = st.text(st.characters(categories=["L", "Nd"], include_characters=" _-."), max_size=8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One folder for all examples of a test; each writes its files anew."""
    return tmp_path


def few(n: int) -> Any:
    # The folder is the same for all examples, which is what is wanted.
    return settings(
        max_examples=n, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )


@few(25)
@given(MATRICES, st.data(), st.booleans())
def test_npz(folder: Path, matrix: np.ndarray, data: st.DataObject, packed: bool) -> None:
    words = data.draw(st.lists(WORDS, min_size=len(matrix), max_size=len(matrix)))
    name = data.draw(st.sampled_from(["arr_0", "x", "a b", "wörter"]))
    arrays = {name: matrix, "words": np.array(words)}
    save = np.savez_compressed if packed else np.savez
    save(folder / "a.npz", **arrays)  # type: ignore[arg-type]
    found = read_tensor(folder / "a.npz", "a.npz", ReadOptions(), LIMITS)
    np.testing.assert_array_equal(found.tensor, matrix)
    assert found.metadata is not None
    assert found.metadata.to_pydict() == {"words": words}


@few(25)
@given(MATRICES)
def test_raw_bytes(folder: Path, matrix: np.ndarray) -> None:
    (folder / "a.bytes").write_bytes(matrix.astype("<f4").tobytes())
    found = read_tensor(folder / "a.bytes", "a.bytes", ReadOptions(n_dims=matrix.shape[1]), LIMITS)
    np.testing.assert_array_equal(found.tensor, matrix)


@few(40)
@given(
    MATRICES,
    st.data(),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
)
def test_csv_with_heading_numbers_and_quoted_words(
    folder: Path, matrix: np.ndarray, data: st.DataObject, end: str, encoding: str, quoting: Any
) -> None:
    n_rows, n_dims = matrix.shape
    # A cell may hold delimiters, quotes and line ends, as long as it is quoted.
    cells = st.builds("".join, st.tuples(WORDS, st.sampled_from(["", ",", '"', "\n", ' "a", b'])))
    words = data.draw(st.lists(cells, min_size=n_rows, max_size=n_rows))
    written = io.StringIO()
    writer = csv.writer(written, lineterminator=end, quoting=quoting)
    writer.writerow(["word", *(f"d{i}" for i in range(n_dims))])
    writer.writerows([word, *map(float, row)] for word, row in zip(words, matrix, strict=True))
    (folder / "a.csv").write_bytes(written.getvalue().encode(encoding))
    found = read_tensor(folder / "a.csv", "a.csv", ReadOptions(), LIMITS)
    np.testing.assert_array_equal(found.tensor, matrix)
    assert found.metadata is not None
    assert found.metadata.to_pydict() == {"word": words}


@few(60)
@given(
    st.lists(
        st.tuples(*[st.text(NO_CONTROLS | st.sampled_from('",;\n'), max_size=8)] * 2),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.booleans(),
)
def test_metadata_csv_with_quotes(
    folder: Path, rows: list[tuple[str, str]], end: str, encoding: str, blank_end: bool
) -> None:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([("00042", "b"), *rows])
    text = written.getvalue() + (end if blank_end else "")
    (folder / "m.csv").write_bytes(text.encode(encoding))
    table = read_metadata(folder / "m.csv", "m.csv", len(rows), LIMITS).table
    assert table.column_names == ["00042", "b"]
    assert [tuple(row.values()) for row in table.to_pylist()] == [
        tuple(cell or None for cell in row) for row in rows
    ]


@few(40)
@given(
    st.lists(st.text(NO_CONTROLS, max_size=8) | st.sampled_from(["00042", "1e5", "nan", "NULL"]),
             min_size=1, max_size=8),
    st.sampled_from(["\n", "\r\n"]),
)  # fmt: skip
def test_metadata_of_one_column(folder: Path, cells: list[str], end: str) -> None:
    (folder / "m.tsv").write_bytes("".join(cell + end for cell in cells).encode())
    assume(not cells[0].startswith("\ufeff"))
    table = read_metadata(folder / "m.tsv", "m.tsv", len(cells), LIMITS).table
    assert table.to_pydict() == {"label": [cell or None for cell in cells]}


COUNTS = st.integers(0, 2**31 - 1)
ENTRIES = st.builds(
    Entry,
    tensor_name=st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    tensor_path=NAMES,
    tensor_shape=st.lists(COUNTS, max_size=2).map(tuple),
    metadata_path=NAMES,
    bookmarks_path=NAMES,
    image_path=NAMES,
    single_image_dim=st.lists(COUNTS, max_size=2).map(tuple),
)


@few(60)
@given(st.lists(ENTRIES, max_size=4), NAMES, st.sampled_from(["\n", " ", " # a comment\n"]))
def test_projector_config_in_the_text_format(
    entries: list[Entry], checkpoint: str, between: str
) -> None:
    fields = [f"model_checkpoint_path: {quoted(checkpoint)}"]
    for entry in entries:
        body = [
            f"{name}: {quoted(getattr(entry, name))}"
            for name in ("tensor_name", "tensor_path", "metadata_path", "bookmarks_path")
        ]
        body += [f"tensor_shape: {count}" for count in entry.tensor_shape]
        sides = f"single_image_dim: [{', '.join(map(str, entry.single_image_dim))}]"
        body.append(f"sprite {{ image_path: {quoted(entry.image_path)} {sides} }}")
        fields.append(f"embeddings {{ {between.join(body)}{between} }}")
    config = read_config(between.join(fields).encode(), "projector_config.pbtxt")
    assert config.entries == tuple(entries)
    assert config.model_checkpoint_path == checkpoint


@few(40)
@given(st.lists(ENTRIES, max_size=4), NAMES, st.booleans())
def test_projector_config_in_json(entries: list[Entry], checkpoint: str, ascii: bool) -> None:
    content = {
        "modelCheckpointPath": checkpoint,
        "embeddings": [
            {
                "tensorName": entry.tensor_name,
                "tensorPath": entry.tensor_path,
                "tensorShape": list(entry.tensor_shape),
                "metadataPath": entry.metadata_path,
                "bookmarksPath": entry.bookmarks_path,
                "sprite": {
                    "imagePath": entry.image_path,
                    "singleImageDim": list(entry.single_image_dim),
                },
            }
            for entry in entries
        ],
    }
    text = json.dumps(content, ensure_ascii=ascii)
    config = read_config(text.encode(), "projector_config.json")
    assert config.entries == tuple(entries)
    assert config.model_checkpoint_path == checkpoint


def quoted(text: str) -> str:
    """Write a text as the text format of protocol buffers does: bytes of UTF-8, octal."""
    letters = (
        chr(byte) if 32 <= byte < 127 and byte not in b"\"\\'" else f"\\{byte:03o}"
        for byte in text.encode()
    )
    return f'"{"".join(letters)}"'


@few(25)
@given(st.data(), st.sampled_from(["L", "RGB", "RGBA"]), st.sampled_from(["PNG", "WEBP"]))
def test_sprite_sheet_of_any_grid(folder: Path, data: st.DataObject, mode: str, kind: str) -> None:
    width, height, columns, rows = (data.draw(st.integers(1, 5)) for _ in range(4))
    n_points = data.draw(st.integers(1, columns * rows))
    bands = len(mode)
    pixels = data.draw(
        hnp.arrays(np.uint8, (rows * height, columns * width, bands), elements=st.integers(0, 255))
    )
    if mode == "RGBA":
        pixels[..., 3] |= 1  # WebP forgets the color of what cannot be seen
    sheet = Image.fromarray(pixels[..., 0] if bands == 1 else pixels)
    saved = {"lossless": True} if kind == "WEBP" else {}
    sheet.save(folder / "s", kind, **saved)
    found = read_sprite(folder / "s", "s", (width, height), n_points, LIMITS, folder / "out.png")
    assert found.sprite == Sprite(width, height, columns)
    assert found.warnings == ()
    with Image.open(folder / "out.png") as image:
        back = np.asarray(image)
        assert "A" not in image.getbands() or mode == "RGBA"
    expected = pixels[..., 0] if back.ndim == 2 else pixels[..., : back.shape[2]]
    np.testing.assert_array_equal(back, np.broadcast_to(expected, back.shape))


@few(15)
@given(st.data())
def test_zip_of_one_picture_per_point(folder: Path, data: st.DataObject) -> None:
    names = data.draw(st.lists(WORDS, min_size=1, max_size=6, unique=True))
    names = [f"{name}.png" for name in names]
    colors = data.draw(
        st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=len(names), max_size=len(names))
    )
    size = data.draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    with zipfile.ZipFile(folder / "i.zip", "w") as archive:
        for name, color in zip(names, colors, strict=True):
            content = io.BytesIO()
            Image.new("RGB", size, color).save(content, "PNG")
            archive.writestr(name, content.getvalue())
    by_name = data.draw(st.booleans())
    order = data.draw(st.permutations(range(len(names)))) if by_name else natural_order(names)
    table = pa.table({"file": [names[i] for i in order]} if by_name else {})
    points = Points(len(names), np.arange(len(names)), table)
    found = read_thumbnails(folder / "i.zip", "i.zip", None, points, LIMITS, folder)
    assert found.sprite is not None
    assert (found.sprite.width, found.sprite.height) == size
    with Image.open(folder / "sprite.png") as sheet:
        for point, i in enumerate(order):
            line, column = divmod(point, found.sprite.columns)
            assert sheet.getpixel((column * size[0], line * size[1])) == (*colors[i], 255)
