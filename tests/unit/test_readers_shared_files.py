"""The real and the hostile files of the shared data, where they are present."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.errors import ChooseTensorError, ProjectorError, ReadError
from data.limits import Limits
from data.parsing import ParseRequest, Source, parse
from data.readers.metadata_file import read_metadata
from data.readers.tensor_file import READERS, ReadOptions, read_tensor
from tests.shared_data import shared_data

FOLDER = shared_data()
LIMITS = Limits()
PICKLES = (".pt", ".pkl")
# word2vec text, which a later reader opens.
LATER = ("formats/words_w2v.txt", "not_json_bookmarks.txt")

pytestmark = pytest.mark.skipif(FOLDER is None, reason="the shared data is not here")


def load(name: str, key: str) -> Any:
    return json.loads((FOLDER / name).read_text())[key] if FOLDER else []


def cases() -> list[Any]:
    chosen = []
    for case in load("bad/cases.json", "cases"):
        name = case["path"]
        by_suffix = Path(name).suffix in (*READERS, *PICKLES) and name not in LATER
        if by_suffix or "opens" in case or name.startswith("sprite_"):
            chosen.append(pytest.param(case, id=name))
    return chosen


def request_of(case: dict[str, Any]) -> ParseRequest:
    path = FOLDER / "bad" / case["path"]
    if "opens" in case:
        tensor, metadata = (Source(path / name, name) for name in case["opens"])
        return ParseRequest(tensor, metadata)
    if case["path"].startswith("sprite_"):
        sprite = Source(path / "s.png", "s.png")
        return ParseRequest(Source(path / "v.tsv", "v.tsv"), sprite=sprite, thumbnail=(16, 16))
    return ParseRequest(Source(path, path.name))


def outcome_of(request: ParseRequest, out: Path) -> tuple[str, str]:
    """Return the policy that was followed, and all that a person is told."""
    try:
        parsed = parse(request, out, LIMITS)
    except ProjectorError as error:
        return "error", error.message + error.hint
    return ("warn" if parsed.warnings else "ok"), " ".join(parsed.warnings + parsed.notes)


@pytest.mark.parametrize("case", cases())
def test_hostile_file_is_met_as_its_policy_says(
    case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome, said = outcome_of(request_of(case), tmp_path)
    assert outcome in (case["policy"], case.get("also"))
    assert str(FOLDER) not in said
    if outcome != "error":
        assert np.isfinite(np.load(tmp_path / "tensor.npy")).all()
    for trace in ("UNPICKLED", "EVALUATED"):
        for folder in (tmp_path, Path(__file__).resolve().parents[2], FOLDER / "bad"):
            assert not (folder / trace).exists()


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
        if Path(path).suffix in READERS and path not in LATER
        for name, tensor in entry.get("tensors", {}).items()
    ]


@pytest.mark.parametrize(("path", "name", "tensor"), tensors())
def test_real_file_gives_the_expected_values(path: str, name: str, tensor: dict[str, Any]) -> None:
    options = ReadOptions(
        tensor=name if path.endswith(".npz") else None,
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
