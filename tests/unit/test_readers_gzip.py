"""Packed files open as what they are, within bounds."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from data.errors import LimitError, ReadError
from data.limits import Limits
from data.readers import gzipped
from data.readers.metadata_file import read_metadata
from data.readers.tensor_file import ReadOptions, read_tensor

LIMITS = Limits()


def packed(folder: Path, content: bytes, name: str) -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(content))
    return path


def test_text_and_raw_files_open_packed(tmp_path: Path) -> None:
    values = np.arange(6, dtype="<f4").reshape(3, 2)
    text = "".join(f"{a}\t{b}\n" for a, b in values)
    for name, content in (
        ("a.tsv.gz", text.encode()),
        ("A.CSV.GZ", text.replace("\t", ",").encode()),
        ("a.bytes.gz", values.tobytes()),
        ("a.jsonl.gz", "".join(f'{{"v": {row.tolist()}}}\n' for row in values).encode()),
    ):
        path = packed(tmp_path, content, name)
        found = read_tensor(path, name, ReadOptions(n_dims=2), LIMITS)
        np.testing.assert_array_equal(found.tensor, values)
    path = packed(tmp_path, b"word\tn\na\t1\nb\t2\n", "m.tsv.gz")
    assert read_metadata(path, path.name, 2, LIMITS).table.to_pydict() == {
        "word": ["a", "b"],
        "n": ["1", "2"],
    }


def test_what_cannot_be_unpacked_is_refused_in_words(tmp_path: Path) -> None:
    whole = gzip.compress(b"1\t2\n" * 1_000)
    for content in (whole[:-10], whole[:30], b"no gzip", b"\x1f\x8b" + bytes(30)):
        (tmp_path / "a.tsv.gz").write_bytes(content)
        with pytest.raises(ReadError, match=r"a\.tsv\.gz is damaged or cut off"):
            read_tensor(tmp_path / "a.tsv.gz", "a.tsv.gz", ReadOptions(), LIMITS)


def test_a_bomb_is_stopped_at_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(tmp_path, b"0\t0\n" * 100_000, "a.tsv.gz")
    with pytest.raises(LimitError, match=r"more than 100\.0 kB: upload_bytes is 100,000"):
        read_tensor(path, path.name, ReadOptions(), Limits(upload_bytes=100_000))
    monkeypatch.setattr(gzipped, "FREE_BYTES", 1_000)
    with pytest.raises(LimitError, match="at most 300 times its size is unpacked"):
        read_tensor(path, path.name, ReadOptions(), LIMITS)


def test_packing_of_something_unknown_says_what_is_read(tmp_path: Path) -> None:
    path = packed(tmp_path, b"x", "a.docx.gz")
    with pytest.raises(ReadError, match=r"a\.docx is of a kind that is not read"):
        read_tensor(path, path.name, ReadOptions(), LIMITS)
