from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from data.dataset import Column, Sprite
from data.errors import ChooseTensorError, LimitError, MetadataLengthError, ReadError
from data.limits import Limits
from data.parsing import (
    MetadataRequest,
    ParseRequest,
    PresentPoints,
    ReadOptions,
    Source,
    parse,
    parse_metadata,
)

LIMITS = Limits()


def source(path: Path) -> Source:
    return Source(path, path.name)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def test_tensor_metadata_and_sprite_keep_together_when_rows_are_left_out(
    tmp_path: Path, out: Path
) -> None:
    (tmp_path / "v.csv").write_text("x,y,kind\n1,2,a\nnan,0,b\n3,4,a\n5,6,c\n")
    (tmp_path / "m.tsv").write_text("kind\tn\nw0\t0\nw1\t1\nw2\t2\nw3\t3\n")
    Image.fromarray(np.arange(4, dtype=np.uint8)[None] * 10).save(tmp_path / "s.png")
    request = ParseRequest(
        source(tmp_path / "v.csv"),
        source(tmp_path / "m.tsv"),
        source(tmp_path / "s.png"),
        thumbnail=(1, 1),
    )
    parsed = parse(request, out, LIMITS)
    assert (parsed.n_points, parsed.n_dims) == (3, 2)
    assert "line 3" in parsed.warnings[0]
    tensor = np.load(out / "tensor.npy", allow_pickle=False)
    np.testing.assert_array_equal(tensor, np.float32([[1, 2], [3, 4], [5, 6]]))
    table = pq.read_table(out / "metadata.parquet").to_pydict()
    assert table == {"kind": ["w0", "w2", "w3"], "n": ["0", "2", "3"], "kind (2)": ["a", "a", "c"]}
    assert parsed.columns[1] == Column("n", "categorical", 3, is_number=True)
    assert parsed.sprite == Sprite(1, 1, 2)
    with Image.open(out / "sprite.png") as image:
        assert np.asarray(image).ravel().tolist() == [0, 20, 30, 0]


def test_file_names_of_users_do_not_name_paths(tmp_path: Path, out: Path) -> None:
    np.save(tmp_path / "upload.npy", np.eye(3))
    name = "../<img src=x onerror=alert(1)>.npy"
    assert parse(ParseRequest(Source(tmp_path / "upload.npy", name)), out, LIMITS).n_points == 3
    assert sorted(path.name for path in out.iterdir()) == ["result.json", "tensor.npy"]


def test_errors_of_the_child_are_raised_as_they_were(tmp_path: Path, out: Path) -> None:
    np.savez(tmp_path / "a.npz", a=np.eye(3), b=np.eye(4))
    request = ParseRequest(source(tmp_path / "a.npz"))
    with pytest.raises(ChooseTensorError) as raised:
        parse(request, out, LIMITS)
    assert [choice["name"] for choice in raised.value.choices] == ["a", "b"]
    chosen = replace(request, options=ReadOptions(tensor="b"))
    assert parse(chosen, out, LIMITS).n_points == 4


def test_metadata_is_read_on_its_own(tmp_path: Path, out: Path) -> None:
    (tmp_path / "m.tsv").write_text("a\nb\n")
    parsed = parse_metadata(
        MetadataRequest(source(tmp_path / "m.tsv")), PresentPoints(2), out, LIMITS
    )
    assert parsed.columns == (Column("label", "text", 2),)
    assert pq.read_table(out / "metadata.parquet").to_pydict() == {"label": ["a", "b"]}
    with pytest.raises(MetadataLengthError, match="2 rows, the tensor has 5 points"):
        parse_metadata(MetadataRequest(source(tmp_path / "m.tsv")), PresentPoints(5), out, LIMITS)


def test_memory_is_bounded_and_the_limit_named(tmp_path: Path, out: Path) -> None:
    array = np.zeros((100_000, 1_000), np.int8)
    np.savez_compressed(tmp_path / "a.npz", a=array)
    limits = replace(LIMITS, parse_memory=300 * 1024**2)
    with pytest.raises(LimitError, match="parse_memory, 314,572,800 bytes"):
        parse(ParseRequest(source(tmp_path / "a.npz")), out, limits)
    np.save(tmp_path / "a.npy", array)
    assert parse(ParseRequest(source(tmp_path / "a.npy")), out, limits).n_points == len(array)


def test_time_is_bounded_and_the_limit_named(tmp_path: Path, out: Path) -> None:
    np.save(tmp_path / "a.npy", np.eye(3))
    # No time at all: any other number would make a fast machine fail.
    with pytest.raises(LimitError, match="parse_seconds, 0 seconds"):
        parse(ParseRequest(source(tmp_path / "a.npy")), out, replace(LIMITS, parse_seconds=0))


def test_unexpected_failure_names_the_file_only(
    tmp_path: Path, out: Path, caplog: pytest.LogCaptureFixture
) -> None:
    np.save(tmp_path / "a.npy", np.eye(3))
    (out / "tensor.npy").mkdir()  # writing fails
    with pytest.raises(ReadError) as raised:
        parse(ParseRequest(source(tmp_path / "a.npy")), out, LIMITS)
    assert raised.value.message == "a.npy could not be read as .npy."
    assert str(tmp_path) not in raised.value.message + raised.value.hint
    assert "IsADirectoryError" in caplog.text
