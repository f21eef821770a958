"""What is said of real and hostile files of the shared data, where they are present."""

from __future__ import annotations

import pytest

from data.errors import ChooseTensorError, ProjectorError, ReadError
from data.limits import Limits
from data.readers.tensor_file import ReadOptions, read_tensor
from tests.shared_data import shared_data

FOLDER = shared_data()
LIMITS = Limits()

pytestmark = pytest.mark.skipif(FOLDER is None, reason="the shared data is not here")


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
        ("huge_single_line.tsv", "1 point of 400,000 dimensions"),
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
