from __future__ import annotations

import contextlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from data.errors import ChooseTensorError, LimitError, ReadError
from data.limits import Limits
from data.readers.npy import read_header
from data.readers.tensor_file import ReadOptions, TensorFile, read_tensor

LIMITS = Limits()
DTYPES = ["<f2", "<f4", ">f4", "<f8", ">f8", "i1", "<i2", ">i4", "<i8", "u1", ">u2", "<u8", "?"]


def save(path: Path, array: np.ndarray) -> Path:
    np.save(path, array)
    return path


def read(path: Path, limits: Limits = LIMITS, **options: object) -> TensorFile:
    return read_tensor(path, path.name, ReadOptions(**options), limits)


def npy_bytes(header: str, values: bytes = b"") -> bytes:
    text = header.encode().ljust(118) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + values


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_numeric_array_comes_back_as_float32_in_c_order(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    dtype = np.dtype(data.draw(st.sampled_from(DTYPES)))
    shape = data.draw(hnp.array_shapes(min_dims=2, max_dims=2, max_side=7))
    elements = {"allow_nan": False, "allow_infinity": False} if dtype.kind == "f" else None
    if dtype.kind == "f":
        elements |= {"min_value": -1000, "max_value": 1000}
    array = data.draw(hnp.arrays(dtype, shape, elements=elements))
    if data.draw(st.booleans()):
        array = np.asfortranarray(array)
    found = read(save(tmp_path_factory.mktemp("npy") / "a.npy", array))
    assert found.tensor.dtype == np.float32
    assert found.tensor.flags.c_contiguous
    np.testing.assert_array_equal(found.tensor, array.astype(np.float32))


def test_array_larger_than_one_block_is_read_whole_in_both_orders(tmp_path: Path) -> None:
    array = np.random.default_rng(0).standard_normal((40_000, 40))
    for order in (array, np.asfortranarray(array)):
        found = read(save(tmp_path / "a.npy", order))
        np.testing.assert_array_equal(found.tensor, array.astype(np.float32))


def test_row_with_nan_is_left_out_and_named_from_zero(tmp_path: Path) -> None:
    array = np.arange(12.0).reshape(4, 3)
    array[1, 2], array[3, 0] = np.nan, np.inf
    found = read(save(tmp_path / "a.npy", array))
    np.testing.assert_array_equal(found.tensor, array[[0, 2]])
    assert found.kept_rows is not None
    assert found.kept_rows.tolist() == [0, 2]
    assert found.n_rows == 4
    assert "2 rows (rows 1, 3, counted from 0)" in found.warnings[0]


def test_value_beyond_float32_is_not_called_infinite(tmp_path: Path) -> None:
    for order in "CF":
        array = np.asarray(np.array([[1.0, 2.0], [1e300, 1.0], [3.0, 4.0]]), order=order)
        found = read(save(tmp_path / "a.npy", array))
        assert "do not fit float32" in found.warnings[0]
        assert len(found.tensor) == 2


def test_invalid_rows_are_an_error_when_they_may_not_be_dropped(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npy", np.array([[1.0], [np.nan]]))
    with pytest.raises(ReadError, match="row 1"):
        read(path, drop_invalid_rows=False)


def test_file_without_one_valid_row_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no row that can be a point"):
        read(save(tmp_path / "a.npy", np.full((3, 2), np.nan)))


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros(5), r"1 axis \(5\)"),
        (np.zeros((2, 3, 4)), r"3 axes \(2 × 3 × 4\)"),
        (np.zeros((0, 3)), "no points"),
        (np.zeros((3, 0)), "no points"),
        (np.zeros((2, 2), complex), "not real numbers"),
        (np.array([["a", "b"]]), "not real numbers"),
        (np.zeros((2, 2), "f4,f4"), "not that of a plain array"),
    ],
)
def test_what_is_no_matrix_of_numbers_is_refused(
    tmp_path: Path, array: np.ndarray, words: str
) -> None:
    with pytest.raises(ReadError, match=words):
        read(save(tmp_path / "a.npy", array))


def test_rank_3_says_how_to_flatten(tmp_path: Path) -> None:
    with pytest.raises(ReadError) as raised:
        read(save(tmp_path / "a.npy", np.zeros((2, 3, 4))))
    assert "reshape(2, 12)" in raised.value.hint


def test_object_array_is_never_unpickled(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([object], object), allow_pickle=True)
    with pytest.raises(ReadError, match="pickle"):
        read(tmp_path / "a.npy")


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 1000)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999, 9)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, -4)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (True, 4)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 4}",
        "{'descr': '<f4', 'shape': (2, 2)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), 'x': open('x', 'w')}",
        "{'descr': 'nonsense', 'fortran_order': False, 'shape': (2, 2)}",
        "[" * 60,
    ],
)
def test_header_that_lies_is_refused(tmp_path: Path, header: str) -> None:
    path = tmp_path / "a.npy"
    path.write_bytes(npy_bytes(header, bytes(16)))
    with pytest.raises(ReadError):
        read(path)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_no_header_makes_the_reader_fail_in_another_way(noise: bytes) -> None:
    for start in (b"", b"\x93NUMPY\x01\x00", b"\x93NUMPY\x02\x00"):
        with contextlib.suppress(ReadError):
            read_header(io.BytesIO(start + noise), "a.npy")


def test_truncated_array_says_how_many_bytes_are_missing(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npy", np.zeros((40, 5), np.float32))
    path.write_bytes(path.read_bytes()[:-77])
    with pytest.raises(ReadError, match=r"40 × 5 float32 need 800 bytes, 77 are missing"):
        read(path)


@pytest.mark.parametrize(("setting", "value"), [("max_points", 9), ("max_dims", 4)])
def test_limit_is_named_with_its_value(tmp_path: Path, setting: str, value: int) -> None:
    path = save(tmp_path / "a.npy", np.zeros((10, 5)))
    with pytest.raises(LimitError, match=f"{setting} is {value}"):
        read(path, replace(LIMITS, **{setting: value}))


def test_raw_file_needs_the_number_of_dimensions(tmp_path: Path) -> None:
    path = tmp_path / "a.bytes"
    array = np.arange(12, dtype="<f4").reshape(4, 3)
    path.write_bytes(array.tobytes())
    np.testing.assert_array_equal(read(path, n_dims=3).tensor, array)
    with pytest.raises(ReadError, match="12 float32 values"):
        read(path)
    with pytest.raises(ReadError, match="no whole number of points"):
        read(path, n_dims=5)
    with pytest.raises(LimitError, match="max_dims"):
        read(path, n_dims=0)


def test_archive_of_one_matrix_opens_and_its_texts_become_metadata(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    vectors = np.arange(6.0).reshape(3, 2)
    np.savez_compressed(
        path, v=vectors, word=["a", "", "nan"], n=[1, 2, 3], w=np.float32([0.1, 2, np.nan]), s=5
    )
    found = read(path)
    np.testing.assert_array_equal(found.tensor, vectors)
    assert found.metadata is not None
    assert found.metadata.to_pydict() == {
        "word": ["a", None, "nan"],
        "n": ["1", "2", "3"],
        "w": ["0.1", "2.0", None],
    }
    assert "word, n, w" in found.notes[0]


def test_archive_of_two_matrices_asks_which(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, a=np.zeros((3, 2)), b=np.ones((3, 4), np.float32))
    with pytest.raises(ChooseTensorError) as raised:
        read(path)
    assert raised.value.choices == [
        {"name": "a", "shape": [3, 2], "dtype": "float64"},
        {"name": "b", "shape": [3, 4], "dtype": "float32"},
    ]
    assert read(path, tensor="b").tensor.shape == (3, 4)
    with pytest.raises(ReadError, match="no array 'c'"):
        read(path, tensor="c")


def test_archive_is_refused_by_its_size_before_unpacking(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez_compressed(path, a=np.zeros((1000, 1000)))
    with pytest.raises(LimitError, match=r"unpacks to 8\.0 MB; upload_bytes is 1,000,000"):
        read(path, replace(LIMITS, upload_bytes=1_000_000))


def test_archive_whose_directory_understates_a_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w") as archive:
        header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1000, 1000)}"
        archive.writestr("a.npy", npy_bytes(header, bytes(80)))
    with pytest.raises(ReadError, match="are missing"):
        read(path)


@pytest.mark.parametrize("cut", [10, 100, 300])
def test_damaged_archive_is_a_read_error(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "a.npz"
    np.savez_compressed(path, a=np.random.default_rng(0).standard_normal((20, 5)))
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    with pytest.raises(ReadError):
        read(path)
    path.write_bytes(whole[:200] + bytes(cut) + whole[200 + cut :])
    with pytest.raises(ReadError):
        read(path)


@pytest.mark.parametrize("name", ["a.pt", "a.pth", "a.pkl"])
def test_pickle_is_not_opened_and_the_way_out_is_given(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"\x80\x04.")
    with pytest.raises(ReadError, match="a pickle: not opened") as raised:
        read(path)
    assert "numpy.save" in raised.value.hint


def test_unknown_format_lists_those_that_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(b"PK")
    with pytest.raises(ReadError) as raised:
        read(path)
    assert ".npy, .npz, .bytes, .tsv, .csv, .txt" in raised.value.hint


@pytest.mark.parametrize(
    ("array", "warning", "note"),
    [
        (np.ones((1, 3)), "1 point", None),
        (np.ones((5, 3)), "5 points are equal", None),
        (np.array([[1.0, 7], [2, 7]]), None, "1 of 2 dimensions"),
        (np.array([[1.0, 2], [0, 0], [3, 4]]), None, "1 point is a zero vector"),
        (np.array([[1.0, 2], [1, 2], [-0.0, 0], [0, 0]]), None, "2 rows repeat"),
        (np.array([[1.0, 2], [3, 4]]), None, "not normalized"),
    ],
)
def test_remarkable_content_is_said(
    tmp_path: Path, array: np.ndarray, warning: str | None, note: str | None
) -> None:
    found = read(save(tmp_path / "a.npy", array))
    assert (warning or "") in " ".join(found.warnings)
    assert bool(found.warnings) == bool(warning)
    assert (note or "") in " ".join(found.notes)


@pytest.mark.parametrize("n_dims", [1, 2, 5])
def test_rows_that_repeat_are_counted_wherever_they_stand(tmp_path: Path, n_dims: int) -> None:
    # Small whole numbers in an array of many blocks: they differ in few bits.
    values = np.random.default_rng(0).integers(-3, 3, (200_000, n_dims)).astype(np.float32)
    values[values == 0] = -0.0
    expected = len(values) - len(np.unique(values + np.float32(0), axis=0))
    notes = " ".join(read(save(tmp_path / "a.npy", values)).notes)
    assert f"{expected:,} rows repeat another row exactly" in notes


def test_short_and_long_vectors_are_measured_as_they_are(tmp_path: Path) -> None:
    values = np.array([[3e-30, 4e-30], [1e-45, 0], [3e38, 3e38]], np.float32)
    (note,) = read(save(tmp_path / "a.npy", values)).notes
    assert "lengths 1.4e-45 to 4.24e+38" in note


def test_unit_vectors_need_no_remark(tmp_path: Path) -> None:
    found = read(save(tmp_path / "a.npy", np.eye(4)))
    assert (found.warnings, found.notes) == ((), ())


@pytest.mark.parametrize("width", [1, 2])
@pytest.mark.parametrize("code", [0x110000, 0xD800, 0xFFFFFFFF])
def test_a_text_array_with_numbers_that_are_no_character_stays_readable(tmp_path, width, code):
    codes = np.full((3, width), 65, "<u4")
    codes[0, -1] = code
    path = tmp_path / "names.npz"
    np.savez(path, x=np.ones((3, 2)), names=np.frombuffer(codes.tobytes(), f"<U{width}"))
    found = read_tensor(path, "names.npz", ReadOptions(), Limits())
    found.metadata.validate(full=True)
    assert found.metadata.column("names")[0].as_py().endswith("\ufffd")


def test_an_archive_whose_member_begins_before_the_file_is_refused(tmp_path):
    path = tmp_path / "cut.npz"
    np.savez(path, x=np.ones((40, 5)))
    content = path.read_bytes()
    path.write_bytes(content[:60] + content[76:])
    with pytest.raises(ReadError, match="damaged"):
        read_tensor(path, "cut.npz", ReadOptions(), Limits())
