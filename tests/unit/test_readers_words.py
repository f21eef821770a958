"""Word vectors of word2vec and GloVe, text and binary."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from data.errors import LimitError, ReadError
from data.limits import Limits
from data.readers.tensor_file import ReadOptions, TensorFile, read_tensor

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=6).filter(
    lambda word: not word[0].isdigit() and word[0] not in "+-." and "\ufeff" not in word
)


def read(folder: Path, content: bytes | str, name: str, limits: Limits | None = None) -> TensorFile:
    path = folder / "upload"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_tensor(path, name, ReadOptions(), limits or Limits())


def words_of(found: TensorFile) -> list[str | None]:
    assert found.metadata is not None
    return found.metadata.column("word").to_pylist()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    hnp.arrays(
        np.float32,
        hnp.array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=6),
        elements=st.floats(-(2.0**100), 2.0**100, width=32),
    ),
    st.data(),
    st.sampled_from(["w2v.txt", "w2v.vec", "glove.txt", "w2v.bin"]),
    st.booleans(),
)
def test_words_and_vectors_come_back(
    tmp_path: Path, tensor: np.ndarray, data: st.DataObject, form: str, newline: bool
) -> None:
    words = data.draw(st.lists(WORDS, min_size=len(tensor), max_size=len(tensor)))
    head = "" if form == "glove.txt" else f"{tensor.shape[0]} {tensor.shape[1]}\n"
    if form == "w2v.bin":
        rows = zip(words, tensor, strict=True)
        # Some writers end every vector with a line end, some do not.
        parts = [w.encode() + b" " + row.tobytes() + b"\n" * newline for w, row in rows]
        content = head.encode() + b"".join(parts)
    else:
        end = " \n" if newline else "\n"
        lines = (f"{w} {' '.join(map(str, r))}{end}" for w, r in zip(words, tensor, strict=True))
        content = (head + "".join(lines)).encode()
    found = read(tmp_path, content, form)
    np.testing.assert_array_equal(found.tensor, tensor)
    assert words_of(found) == words
    assert found.warnings == () or "equal" in found.warnings[0]


def test_words_of_glove_may_hold_spaces_commas_and_numbers(tmp_path: Path) -> None:
    found = read(tmp_path, "the 1 2 3\n, 4 5 6\nat name 7 8 9\n3.5 1 1 2\n", "glove.txt")
    assert words_of(found) == ["the", ",", "at name", "3.5"]
    assert found.tensor[2].tolist() == [7, 8, 9]


def test_a_table_of_numbers_stays_a_table(tmp_path: Path) -> None:
    assert read(tmp_path, "1 2 3\n4 5 6\n", "a.txt").tensor.shape == (2, 3)
    assert read(tmp_path, "a b\n1 2\n3 4\n", "a.txt").dim_names == ("a", "b")
    with pytest.raises(ReadError, match="holds no word vectors"):
        read(tmp_path, "1 2 3\n4 5 6\n", "a.vec")


def test_a_header_that_promises_too_much_is_said(tmp_path: Path) -> None:
    found = read(tmp_path, "1000000000 2\na 1 2\nb 3 4\n", "a.txt")
    assert found.tensor.shape == (2, 2)
    assert "promises 1,000,000,000 words, the file holds 2" in found.warnings[0]


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        ("2 2\n" + "a 1 2\n" * 119 + "b 3\n", "a.txt", "line 121 has 1 number after its word"),
        ("the 1 2\n" * 60 + "of 1 x\n", "a.txt", "line 61 does not end in 2 numbers"),
        (b"2 2\na " + bytes(8) + b"b " + bytes(7), "a.bin", "inside word number 2 of 2"),
        (b"9 2\n" + b"a" * 20_000, "a.bin", "inside word number 1 of 9"),
        (bytes(100), "a.bin", "no word2vec file"),
        (b"0 2\n", "a.bin", "holds no"),
        (b"2 0\n", "a.bin", "no word2vec file"),
    ],
)
def test_damaged_files_are_refused_in_words(
    tmp_path: Path, content: bytes | str, name: str, said: str
) -> None:
    with pytest.raises(ReadError, match=said):
        read(tmp_path, content, name)


def test_limits_are_named(tmp_path: Path) -> None:
    for content, name in (("3 2\na 1 2\nb 1 2\nc 1 2\n", "a.txt"), (b"3 2\n" + bytes(99), "a.bin")):
        with pytest.raises(LimitError, match="max_points is 2"):
            read(tmp_path, content, name, Limits(max_points=2))
