from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from data.errors import LimitError, ProjectorError, ReadError
from data.limits import Limits
from data.readers.tensor_file import ReadOptions, TensorFile, read_tensor

LIMITS = Limits()


def read(
    folder: Path, text: str | bytes, name: str = "v.tsv", limits: Limits = LIMITS, **options: object
) -> TensorFile:
    path = folder / "upload"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_tensor(path, name, ReadOptions(**options), limits)


def columns(found: TensorFile) -> dict[str, list[str | None]]:
    return found.metadata.to_pydict() if found.metadata is not None else {}


@settings(max_examples=40, deadline=None)
@given(
    hnp.arrays(
        np.float32,
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=6),
        elements=st.floats(-1e6, 1e6, width=32),
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from([("v.tsv", "\t"), ("v.csv", ","), ("v.csv", ";"), ("v.txt", " ")]),
)
def test_numbers_come_back_whatever_line_end_encoding_and_delimiter(
    tmp_path_factory: pytest.TempPathFactory,
    array: np.ndarray,
    line_end: str,
    encoding: str,
    form: tuple[str, str],
) -> None:
    name, delimiter = form
    text = "".join(delimiter.join(map(str, row)) + line_end for row in array)
    found = read(tmp_path_factory.mktemp("v"), text.encode(encoding), name)
    np.testing.assert_array_equal(found.tensor, array)
    assert found.metadata is None


def test_ragged_line_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="line 3 has 1 value where 2 are expected"):
        read(tmp_path, "1\t2\n3\t4\n5\n6\t7\n")


def test_bad_cell_is_named_with_line_and_column(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"line 4, column 2 \(y\): 'n/a\?' is not a number"):
        read(tmp_path, "x\ty\n1\t2\n3\t4\n5\tn/a?\n6\t7\n")


def test_line_numbers_hold_beyond_the_first_block(tmp_path: Path) -> None:
    lines = ["0.123456789\t0.987654321"] * 600_000
    lines[550_000] = "1\tx?"
    with pytest.raises(ReadError, match="line 550001, column 2"):
        read(tmp_path, "\n".join(lines))


def test_missing_cells_leave_their_rows_out(tmp_path: Path) -> None:
    found = read(tmp_path, "a\tb\n1\t2\n\t3\n4\tNaN\n5\t-inf\nNA\t1\n6\t7\n")
    np.testing.assert_array_equal(found.tensor, [[1, 2], [6, 7]])
    assert "4 rows (lines 3, 4, 5, 6) have missing or infinite" in found.warnings[0]
    assert found.kept_rows is not None
    assert found.kept_rows.tolist() == [0, 5]


def test_blank_line_in_the_middle_is_a_missing_row_and_at_the_end_is_none(tmp_path: Path) -> None:
    found = read(tmp_path, "1\t2\n\n3\t4\n\n\n")
    assert found.n_rows == 3
    assert "line 2" in found.warnings[0]


def test_last_row_of_missing_cells_is_a_row(tmp_path: Path) -> None:
    assert read(tmp_path, "1\t2\n3\t4\n\t\n").n_rows == 3


def test_columns_of_text_become_metadata_with_a_note(tmp_path: Path) -> None:
    found = read(tmp_path, "x,kind,y\n1,null,2\n3,,4\n5,00042,6\n7,c,8\n", "v.csv")
    np.testing.assert_array_equal(found.tensor, [[1, 2], [3, 4], [5, 6], [7, 8]])
    assert columns(found) == {"kind": ["null", None, "00042", "c"]}
    assert "kind" in found.notes[0]


def test_leading_words_without_heading_are_labels(tmp_path: Path) -> None:
    found = read(tmp_path, "cat\t1\t2\ndog\t3\t4\n")
    assert columns(found) == {"label": ["cat", "dog"]}
    assert found.tensor.shape == (2, 2)


def test_unnamed_row_count_of_pandas_is_no_dimension(tmp_path: Path) -> None:
    found = read(tmp_path, ",0,1\n0,5,6\n1,7,8\n", "v.csv")
    np.testing.assert_array_equal(found.tensor, [[5, 6], [7, 8]])
    assert columns(found) == {"index": ["0", "1"]}


def test_first_row_of_counting_numbers_is_a_point(tmp_path: Path) -> None:
    found = read(tmp_path, "0\t1\t2\n3\t4\t5\n")
    assert found.tensor.shape == (2, 3)
    assert "not as a heading" in " ".join(found.notes)


def test_chosen_columns_are_the_vectors(tmp_path: Path) -> None:
    text = "x\tn\ty\n1\t10\t2\n3\t11\t4\n"
    found = read(tmp_path, text, columns=("x", "y"))
    np.testing.assert_array_equal(found.tensor, [[1, 2], [3, 4]])
    assert columns(found) == {"n": ["10", "11"]}
    with pytest.raises(ReadError, match="no column 'z'"):
        read(tmp_path, text, columns=("z",))


def test_quotes_mean_something_in_csv_only(tmp_path: Path) -> None:
    found = read(tmp_path, 'x,word\n1,"a, ""b""\nc"\n2,d\n', "v.csv")
    assert columns(found) == {"word": ['a, "b"\nc', "d"]}
    found = read(tmp_path, 'x\tword\n1\t"a\n2\td\n')
    assert columns(found) == {"word": ['"a', "d"]}


def test_table_without_numbers_is_no_tensor(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no column of numbers"):
        read(tmp_path, "a\tb\nc\td\n")


def test_too_many_columns_are_refused_from_the_first_line(tmp_path: Path) -> None:
    with pytest.raises(LimitError, match="max_dims is 65,536"):
        read(tmp_path, "\t".join(["0.5"] * 400_000))
    with pytest.raises(LimitError, match="max_dims is 2"):
        read(tmp_path, "1\t2\t3\n", limits=replace(LIMITS, max_dims=2))


def test_too_many_points_stop_the_reading(tmp_path: Path) -> None:
    with pytest.raises(LimitError, match="max_points"):
        read(tmp_path, "1\t2\n" * 20, limits=replace(LIMITS, max_points=10))


def test_binary_noise_is_no_text(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, 5_000, np.uint8).tobytes()
    with pytest.raises(ReadError, match="binary data"):
        read(tmp_path, noise)


def test_one_column_is_one_dimension(tmp_path: Path) -> None:
    assert read(tmp_path, "1\n2\n3\n").tensor.shape == (3, 1)


def test_heading_alone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError):
        read(tmp_path, "x\ty\n")


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(st.sampled_from('01.-e\t,;"\n\r x\0é'), max_size=40),
    suffix=st.sampled_from([".tsv", ".csv", ".txt"]),
)
def test_any_text_is_read_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, text: str, suffix: str
) -> None:
    with contextlib.suppress(ProjectorError):
        found = read(tmp_path_factory.mktemp("v"), text, f"v{suffix}")
        assert np.isfinite(found.tensor).all()
        if found.metadata is not None:
            assert found.metadata.num_rows == len(found.tensor)
