"""Every entry of the shared data's expected.json reads exactly, and none is left out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from data.errors import ReadError
from data.limits import Limits
from data.parsing import ParseRequest, Source, parse
from data.readers.metadata_file import read_metadata
from data.readers.tensor_file import READERS, ReadOptions, read_tensor
from tests.shared_data import shared_data
from tests.unit.test_readers_checkpoint import real_tensors

FOLDER = shared_data()
LIMITS = Limits()
# What an entry says besides, about which nothing is to be read.
REMARKS = {"format", "made_by", "exercises", "ambiguous", "shape_not_in_file", "latest"}
# Entries that take more than a reader, and the test that goes through all that they say.
ELSEWHERE = {
    ("config_embeddings", "test_logdirs.py"): (
        *("torch_mnist", "bytes_logdir", "standalone_projector_config.json"),
    ),
    ("config_embeddings", "test_checkpoint_runs.py"): ("tf1_mnist", "tf2_tutorial"),
    ("bookmarks", "test_bookmarks_api.py"): ("word2vec_full_bookmarks.txt",),
}

pytestmark = pytest.mark.skipif(FOLDER is None, reason="the shared data is not here")


def entries() -> dict[str, Any]:
    return json.loads((FOLDER / "expected.json").read_text())["entries"] if FOLDER else {}


def tensors() -> list[Any]:
    return [
        pytest.param(path, name, entry, id=f"{path}:{name}")
        for path, entry in entries().items()
        if Path(path.removesuffix(".gz")).suffix in READERS
        for name in entry.get("tensors", {})
    ]


@pytest.mark.parametrize(("path", "name", "entry"), tensors())
def test_tensor_reads_exactly(path: str, name: str, entry: dict[str, Any]) -> None:
    wanted, metadata = entry["tensors"][name], entry.get("metadata") or {}
    n_dims = wanted["shape"][1] if entry.get("shape_not_in_file") else None
    options = ReadOptions(tensor=name or None, n_dims=n_dims)
    if not wanted["projectable"]:
        with pytest.raises(ReadError) as raised:
            read_tensor(FOLDER / path, Path(path).name, options, LIMITS)
        assert name in raised.value.message
        return
    found = read_tensor(FOLDER / path, Path(path).name, options, LIMITS)
    assert list(found.tensor.shape) == wanted["shape"]
    assert hashlib.sha256(found.tensor.astype("<f4")).hexdigest() == wanted["float32_sha256"]
    first = np.array(wanted["first_row"], np.float32)
    np.testing.assert_array_equal(found.tensor[0, : len(first)], first)
    assert found.dtype in ("", "numbers as text", wanted["dtype"])
    assert found.warnings == ()
    if "columns" in metadata and metadata["path"] is None:
        assert found.metadata is not None
        # pandas' index has no name, and gets one.
        assert found.metadata.column_names == [name or "index" for name in metadata["columns"]]
        assert found.metadata.num_rows == metadata["rows"]


def metadata_files() -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """Yield the entry, the place and the description of each file of metadata."""
    for path, entry in entries().items():
        metadata = entry.get("metadata") or {}
        for beside in filter(None, (metadata.get("path"), entry.get("goes_with"))):
            at = FOLDER / beside
            place = at if at.is_file() else FOLDER / Path(path).parent / beside
            relative = place.resolve().relative_to(FOLDER.resolve())
            yield path, place, metadata or entries()[str(relative)]["metadata"]


@pytest.mark.parametrize(
    ("path", "metadata"),
    [
        pytest.param(place, found, id=f"{path}:{place.name}")
        for path, place, found in metadata_files()
    ],
)
def test_metadata_have_the_expected_columns(path: Path, metadata: dict[str, Any]) -> None:
    found = read_metadata(path, path.name, metadata["rows"], LIMITS)
    assert found.table.num_rows == metadata["rows"]
    assert found.table.column_names == metadata["columns"]
    first = metadata.get("first", [])
    assert found.table.column(0).to_pylist()[: len(first)] == first
    assert found.warnings == ()


def sprites() -> list[str]:
    return [path for path, entry in entries().items() if "sprite" in entry]


def test_sprite_has_the_expected_thumbnails(tmp_path: Path) -> None:
    wanted = entries()["mnist/mnist_10k_sprite.png"]["sprite"]
    assert all(entries()[path]["sprite"] == wanted for path in sprites())
    sheet = FOLDER / wanted["path"]
    np.save(tmp_path / "v.npy", np.random.default_rng(0).standard_normal((10_000, 2)))
    request = ParseRequest(
        Source(tmp_path / "v.npy", "v.npy"),
        sprite=Source(sheet, sheet.name),
        thumbnail=tuple(wanted["single_image_dim"]),
    )
    (tmp_path / "out").mkdir()
    found = parse(request, tmp_path / "out", LIMITS).sprite
    assert (found.width, found.height) == tuple(wanted["single_image_dim"])
    assert found.columns == wanted["per_row"]
    with Image.open(tmp_path / "out" / "sprite.png") as kept, Image.open(sheet) as original:
        assert list(kept.size) == wanted["pixels"]
        np.testing.assert_array_equal(np.asarray(kept.convert("RGBA")), np.asarray(original))


def test_no_entry_is_left_out() -> None:
    read = {(case.values[0], "tensors") for case in tensors()}
    read |= {(path, "metadata") for path, part in read if "metadata" in entries()[path]}
    for path, place, _ in metadata_files():
        of_file = str(place.resolve().relative_to(FOLDER.resolve()))
        read |= {(path, "metadata"), (path, "goes_with"), (of_file, "metadata")}
    read |= {(path, "sprite") for path in sprites()}
    read |= {(case.values[0].parent.name, "checkpoints") for case in real_tensors()}
    for (part, file), names in ELSEWHERE.items():
        (place,) = Path(__file__).parents[1].glob(f"*/{file}")
        for name in names:
            assert f'"{name}"' in place.read_text()
            read |= {(path, part) for path in entries() if Path(path).name == name}
    said = {(path, part) for path, entry in entries().items() for part in entry.keys() - REMARKS}
    assert said
    assert said <= read
