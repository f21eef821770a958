"""Safetensors files, written by the real library."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from data.errors import ChooseTensorError, ReadError
from data.limits import Limits
from data.readers.safetensors import PACKED
from data.readers.tensor_file import ReadOptions, TensorFile, read_tensor

DTYPES = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?"]


def read(path: Path, **options: Any) -> TensorFile:
    return read_tensor(path, path.name, ReadOptions(**options), Limits())


def raw(header: Any, values: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + values


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data(), st.sampled_from(DTYPES))
def test_what_the_library_writes_comes_back(
    tmp_path: Path, data: st.DataObject, dtype: str
) -> None:
    shape = data.draw(hnp.array_shapes(min_dims=2, max_dims=2, max_side=7))
    elements = {"min_value": -1000, "max_value": 1000} if dtype[0] == "f" else None
    tensor = data.draw(hnp.arrays(dtype, shape, elements=elements))
    numbers = np.arange(shape[0]) * 3
    saved = {"x": tensor, "numbers": numbers, "deep": np.zeros((2, 2, 2), np.float32)}
    safetensors.numpy.save_file(saved, tmp_path / "a.safetensors", metadata={"made": "here"})
    found = read(tmp_path / "a.safetensors")
    np.testing.assert_array_equal(found.tensor, tensor.astype(np.float32))
    assert found.dtype == tensor.dtype.name
    assert found.metadata is not None
    assert found.metadata.to_pydict() == {"numbers": [str(n) for n in numbers]}
    assert any("deep" in note for note in found.notes)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(hnp.arrays(np.float32, (3, 4), elements=st.floats(-(2.0**60), 2.0**60, width=32)))
def test_bfloat16_is_the_upper_half_of_a_float(tmp_path: Path, tensor: np.ndarray) -> None:
    codes = (tensor.view(np.uint32) >> 16).astype(np.uint16)
    entry = {"dtype": "BF16", "shape": [3, 4], "data_offsets": [0, 24]}
    (tmp_path / "a.safetensors").write_bytes(raw({"x": entry}, codes.tobytes()))
    found = read(tmp_path / "a.safetensors")
    expected = (tensor.view(np.uint32) & 0xFFFF0000).view(np.float32)
    np.testing.assert_array_equal(found.tensor, expected)
    assert found.dtype == "bfloat16"


@pytest.mark.parametrize(
    ("kind", "code", "value"),
    [
        ("F8_E4M3", 0x00, 0.0),
        ("F8_E4M3", 0x01, 2.0**-9),
        ("F8_E4M3", 0x38, 1.0),
        ("F8_E4M3", 0x7E, 448.0),
        ("F8_E4M3", 0xC1, -2.25),
        ("F8_E5M2", 0x3C, 1.0),
        ("F8_E5M2", 0x7B, 57_344.0),
    ],
)
def test_eight_bit_floats(kind: str, code: int, value: float) -> None:
    assert PACKED[kind].unpack(np.array([code], np.uint8))[0] == value


def test_eight_bit_not_a_number_leaves_its_row_out(tmp_path: Path) -> None:
    entry = {"dtype": "F8_E4M3", "shape": [3, 1], "data_offsets": [0, 3]}
    (tmp_path / "a.safetensors").write_bytes(raw({"x": entry}, b"\x38\x7f\x38"))
    assert read(tmp_path / "a.safetensors").kept_rows is not None


def test_several_tensors_ask_which(tmp_path: Path) -> None:
    saved = {"a": np.zeros((2, 3), np.float32), "b": np.ones((4, 2), np.float16)}
    safetensors.numpy.save_file(saved, tmp_path / "a.safetensors")
    with pytest.raises(ChooseTensorError) as raised:
        read(tmp_path / "a.safetensors")
    assert {choice["name"] for choice in raised.value.choices} == {"a", "b"}
    found = read(tmp_path / "a.safetensors", tensor="b")
    assert found.tensor.shape == (4, 2)
    assert {option.about for option in found.choices[0].options} == {
        "2 × 3 float32",
        "4 × 2 float16",
    }


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (b"{", "its header cannot be read"),
        (b"[]", "its header cannot be read"),
        (b"[" * 10_000, "its header cannot be read"),
        ({"x": 3}, "does not say what 'x' is"),
        ({"x": {"dtype": "F32", "shape": [-1, 2], "data_offsets": [0, 8]}}, "does not say"),
        ({"x": {"dtype": "F32", "shape": [1, 1], "data_offsets": [0, 4]}}, "cut off: 'x' ends"),
        ({"x": {"dtype": "F32", "shape": [1, 1], "data_offsets": [0, 0]}}, "cannot be 0 bytes"),
        ({"x": {"dtype": "C64", "shape": [0, 1], "data_offsets": [0, 0]}}, "C64 values"),
        ({}, "no 2D array"),
    ],
)
def test_damaged_headers_are_refused_in_words(tmp_path: Path, header: Any, said: str) -> None:
    (tmp_path / "a.safetensors").write_bytes(raw(header))
    with pytest.raises(ReadError, match=said):
        read(tmp_path / "a.safetensors")
