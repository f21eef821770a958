"""Parquet, Feather and Arrow files: what pyarrow and pandas write is what comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from data.errors import ChooseTensorError, LimitError, ReadError
from data.limits import Limits
from data.readers.dimension_names import numbered_series
from data.readers.tensor_file import ReadOptions, TensorFile, read_tensor

LIMITS = Limits()
WORDS = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=6)


def stream(table: pa.Table, path: str) -> None:
    with pa.ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=3)


def file(table: pa.Table, path: str) -> None:
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=3)


WRITERS = {
    "a.parquet": lambda table, path: pq.write_table(table, path, row_group_size=3),
    "a.feather": pyarrow.feather.write_feather,
    "a.arrow": file,
    "a.arrows": stream,
}


def read(path: Path, limits: Limits = LIMITS, **options: Any) -> TensorFile:
    return read_tensor(path, path.name, ReadOptions(**options), limits)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data(), st.sampled_from(sorted(WRITERS)), st.sampled_from(["f2", "f4", "f8", "i4", "u1"]))
def test_vectors_in_a_column_come_back_with_the_others_as_texts(
    tmp_path: Path, data: st.DataObject, name: str, dtype: str
) -> None:
    shape = data.draw(hnp.array_shapes(min_dims=2, max_dims=2, max_side=7))
    elements = {"min_value": -1000, "max_value": 1000} if dtype[0] == "f" else None
    vectors = data.draw(hnp.arrays(dtype, shape, elements=elements))
    words = data.draw(st.lists(WORDS, min_size=shape[0], max_size=shape[0]))
    numbers = data.draw(
        st.lists(st.integers(-(2**40), 2**40), min_size=shape[0], max_size=shape[0])
    )
    flat = pa.array(vectors.ravel())
    offsets = pa.array(np.arange(0, flat.__len__() + 1, shape[1], dtype=np.int32))
    lists = data.draw(st.sampled_from(["list", "large", "fixed"]))
    if lists == "fixed":
        column: Any = pa.FixedSizeListArray.from_arrays(flat, shape[1])
    else:
        column = pa.ListArray.from_arrays(offsets, flat)
    if lists == "large":
        column = column.cast(pa.large_list(flat.type))
    table = pa.table({"n": numbers, "v": column, "word": pa.array(words, pa.string())})
    WRITERS[name](table, str(tmp_path / name))
    found = read(tmp_path / name)
    np.testing.assert_array_equal(found.tensor, vectors.astype(np.float32))
    assert found.metadata is not None
    assert found.metadata.to_pydict() == {
        "n": [str(number) for number in numbers],
        "word": [word or None for word in words],
    }


def test_wide_numbers_of_pandas_are_dimensions_and_the_rest_are_not(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=(20, 4))
    frame = pd.DataFrame(values, columns=[f"dim_{i:02}" for i in range(1, 5)])
    frame["age"], frame["name"] = np.arange(20), pd.Categorical(["a", "b"] * 10)
    frame.index = pd.Index([f"p{i}" for i in range(20)])
    frame.to_parquet(tmp_path / "a.parquet")
    found = read(tmp_path / "a.parquet")
    np.testing.assert_array_equal(found.tensor, values.astype(np.float32))
    assert found.metadata is not None
    assert found.metadata.column_names == ["age", "name", "index"]
    assert found.metadata.slice(1, 1).to_pylist() == [{"age": "1", "name": "b", "index": "p1"}]
    (choice,) = found.choices
    assert choice.answer == ("dim_01", "dim_02", "dim_03", "dim_04")
    chosen = read(tmp_path / "a.parquet", columns=("age", "dim_02"))
    assert chosen.tensor.shape == (20, 2)


def test_kinds_of_values_are_spelled_as_people_write_them(tmp_path: Path) -> None:
    table = pa.table(
        {
            "v": pa.array([[1.0, 2.0]] * 2),
            "when": pa.array([19_000, None], pa.date32()),
            "yes": pa.array([True, None]),
            "half": pa.array([0.5, np.nan], pa.float64()),
            "raw": pa.array([b"ab", b"\xff"]),
            "nothing": pa.nulls(2),
            "deep": pa.array([{"a": 1}] * 2),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    found = read(tmp_path / "a.parquet")
    assert found.metadata is not None
    assert found.metadata.to_pylist() == [
        {"when": "2022-01-08", "yes": "true", "half": "0.5", "raw": "ab", "nothing": None},
        {"when": None, "yes": None, "half": None, "raw": "\ufffd", "nothing": None},
    ]
    assert any("'deep'" in note for note in found.notes)


def test_missing_vectors_are_left_out_and_said(tmp_path: Path) -> None:
    table = pa.table({"v": [[1.0, 2.0], None, [3.0, None], [5.0, 6.0]], "w": list("abcd")})
    pq.write_table(table, tmp_path / "a.parquet")
    found = read(tmp_path / "a.parquet")
    assert found.tensor.tolist() == [[1, 2], [5, 6]]
    assert found.metadata is not None
    assert found.metadata.to_pydict() == {"w": ["a", "d"]}
    assert "2 rows (rows 1, 2, counted from 0)" in found.warnings[0]


def test_several_columns_of_vectors_ask_which(tmp_path: Path) -> None:
    table = pa.table({"a": [[1.0, 2.0]] * 3, "b": [[1.0]] * 3})
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(ChooseTensorError) as raised:
        read(tmp_path / "a.parquet")
    assert [choice["name"] for choice in raised.value.choices] == ["a", "b"]
    found = read(tmp_path / "a.parquet", tensor="b")
    assert found.tensor.shape == (3, 1)
    assert found.choices[0].answer == "b"
    with pytest.raises(ReadError, match="no column of vectors 'c'"):
        read(tmp_path / "a.parquet", tensor="c")


def test_limits_are_named(tmp_path: Path) -> None:
    pq.write_table(pa.table({"v": [[1.0, 2.0]] * 3}), tmp_path / "a.parquet")
    with pytest.raises(LimitError, match="max_points is 2"):
        read(tmp_path / "a.parquet", Limits(max_points=2))
    with pytest.raises(LimitError, match="max_dims is 1"):
        read(tmp_path / "a.parquet", Limits(max_dims=1))


@pytest.mark.parametrize(
    ("names", "series"),
    [
        (["d0", "d1", "d2", "count"], ("d0", "d1", "d2")),
        (["x1", "x2", "x3", "y1", "y2"], ("x1", "x2", "x3")),
        (["0", "1", "2", "age"], ("0", "1", "2")),
        (["d10", "d9", "d8"], ("d10", "d9", "d8")),
        (["d0", "d1"], ()),
        (["q1", "q2", "q9"], ()),
        (["width", "height"], ()),
        ([], ()),
    ],
)
def test_names_that_count_on_are_dimensions(names: list[str], series: tuple[str, ...]) -> None:
    assert numbered_series(names) == series
