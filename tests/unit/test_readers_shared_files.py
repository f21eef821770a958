"""The real files of the shared data, where they are present (the hostile ones: tests/app)."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from data.errors import ChooseTensorError, ProjectorError, ReadError
from data.limits import Limits
from data.readers.metadata_file import read_metadata
from data.readers.tensor_file import READERS, ReadOptions, read_tensor
from tests.shared_data import shared_data

FOLDER = shared_data()
LIMITS = Limits()

pytestmark = pytest.mark.skipif(FOLDER is None, reason="the shared data is not here")


def load(name: str, key: str) -> Any:
    return json.loads((FOLDER / name).read_text())[key] if FOLDER else []


def test_folder_with_the_name_of_a_file_is_refused() -> None:
    with pytest.raises(ReadError, match="is not a file"):
        read_tensor(FOLDER / "bad" / "folder.npy", "folder.npy", ReadOptions(), LIMITS)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("truncated.npy", "77 are missing"),
        ("ragged.tsv", "line 18 has 3 values where 5 are expected"),
        ("text_cell.tsv", "line 10, column 3: 'n/a?' is not a number"),
        ("zip_bomb.npz", "upload_bytes"),
        ("huge_single_line.tsv", "1 point of 400000 dimensions"),
    ],
)
def test_error_says_where(name: str, words: str) -> None:
    with pytest.raises(ProjectorError) as raised:
        read_tensor(FOLDER / "bad" / name, name, ReadOptions(), LIMITS)
    assert words in raised.value.message


def test_rows_with_missing_values_are_named() -> None:
    found = read_tensor(FOLDER / "bad" / "nan_inf.tsv", "nan_inf.tsv", ReadOptions(), LIMITS)
    assert found.tensor.shape == (36, 5)
    assert "4 rows (lines 5, 6, 7, 8)" in found.warnings[0]


def tensors() -> list[Any]:
    return [
        pytest.param(path, name, tensor, id=f"{path}:{name}")
        for path, entry in (load("expected.json", "entries") or {}).items()
        if Path(path.removesuffix(".gz")).suffix in READERS
        for name, tensor in entry.get("tensors", {}).items()
    ]


@pytest.mark.parametrize(("path", "name", "tensor"), tensors())
def test_real_file_gives_the_expected_values(path: str, name: str, tensor: dict[str, Any]) -> None:
    options = ReadOptions(
        tensor=name or None,
        n_dims=tensor["shape"][1] if path.endswith(".bytes") else None,
    )
    if not tensor["projectable"]:
        with pytest.raises(ReadError):
            read_tensor(FOLDER / path, Path(path).name, options, LIMITS)
        return
    found = read_tensor(FOLDER / path, Path(path).name, options, LIMITS)
    assert list(found.tensor.shape) == tensor["shape"]
    assert hashlib.sha256(found.tensor.astype("<f4")).hexdigest() == tensor["float32_sha256"]
    assert found.warnings == ()


def metadata_files() -> list[Any]:
    found = {}
    for path, entry in (load("expected.json", "entries") or {}).items():
        metadata = entry.get("metadata") or {}
        if isinstance(metadata, dict) and metadata.get("path") and "columns" in metadata:
            place = Path(metadata["path"])
            at = place if (FOLDER / place).is_file() else Path(path).parent / place
            if (FOLDER / at).is_file():
                found[str(at)] = metadata
    return [pytest.param(path, metadata, id=path) for path, metadata in found.items()]


@pytest.mark.parametrize(("path", "metadata"), metadata_files())
def test_real_metadata_has_the_expected_columns(path: str, metadata: dict[str, Any]) -> None:
    found = read_metadata(FOLDER / path, Path(path).name, metadata["rows"], LIMITS)
    assert found.table.column_names == metadata["columns"]
    first = metadata.get("first", [])
    assert found.table.column(0).to_pylist()[: len(first)] == first
    assert found.warnings == ()


def test_archive_of_two_tensors_asks_which() -> None:
    with pytest.raises(ChooseTensorError) as raised:
        read_tensor(FOLDER / "formats/many.npz", "many.npz", ReadOptions(), LIMITS)
    assert [choice["name"] for choice in raised.value.choices] == ["embeddings", "tiny"]


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("iris.csv", {"class": "Iris-setosa"}),
        ("iris_with_index.csv", {"index": "0", "class": "Iris-setosa"}),
    ],
)
def test_columns_of_text_in_a_real_table_become_metadata(name: str, first: dict[str, str]) -> None:
    found = read_tensor(FOLDER / "formats" / name, name, ReadOptions(), LIMITS)
    assert found.metadata is not None
    assert found.metadata.slice(0, 1).to_pylist() == [first]
