"""JSON and JSON lines: what json writes is what comes back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from data.errors import ChooseTensorError, LimitError, ReadError
from data.limits import Limits
from data.readers.tensor_file import ReadOptions, TensorFile, read_tensor

TEXTS = st.none() | st.integers() | st.booleans() | st.text(max_size=6)


def read(
    folder: Path, content: Any, name: str = "a.jsonl", limits: Limits | None = None, **options: Any
) -> TensorFile:
    path = folder / "upload"
    text = content if isinstance(content, str) else "\n".join(map(json.dumps, content))
    path.write_text(text, encoding="utf-8")
    return read_tensor(path, name, ReadOptions(**options), limits or Limits())


def spelled(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None or value == "" else str(value)


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    hnp.arrays(
        np.float32,
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=6),
        elements=st.floats(-(2.0**100), 2.0**100, width=32),
    ),
    st.data(),
    st.sampled_from(["lines", "array", "columns"]),
    st.booleans(),
)
def test_vectors_and_what_describes_them_come_back(
    tmp_path: Path, tensor: np.ndarray, data: st.DataObject, form: str, ascii: bool
) -> None:
    words = data.draw(st.lists(TEXTS, min_size=len(tensor), max_size=len(tensor)))
    vectors = tensor.astype(float).tolist()
    records = [{"word": w, "v": v} for w, v in zip(words, vectors, strict=True)]
    if form == "lines":
        text = "\n".join(json.dumps(record, ensure_ascii=ascii) for record in records)
    elif form == "array":
        text = json.dumps(records, ensure_ascii=ascii)
    else:
        text = json.dumps({"word": words, "v": vectors}, ensure_ascii=ascii)
    found = read(tmp_path, text, "a.jsonl" if form == "lines" else "a.json")
    np.testing.assert_array_equal(found.tensor, tensor)
    assert found.metadata is not None
    assert found.metadata.to_pydict() == {"word": [spelled(word) for word in words]}


def test_array_of_arrays_is_a_matrix(tmp_path: Path) -> None:
    assert read(tmp_path, "[[1, 2], [3, 4.5]]", "a.json").tensor.tolist() == [[1, 2], [3, 4.5]]


def test_numbers_by_name_are_dimensions(tmp_path: Path) -> None:
    rows = [{"d0": i, "d1": 2 * i, "d2": 0.5, "age": 40 + i, "name": f"n{i}"} for i in range(4)]
    found = read(tmp_path, rows)
    assert found.dim_names == ("d0", "d1", "d2")
    assert found.metadata is not None
    assert found.metadata.column_names == ["age", "name"]
    assert read(tmp_path, rows, columns=("age", "d0")).tensor.tolist()[1] == [41, 1]


def test_fields_that_come_late_or_are_missing_stay_with_their_points(tmp_path: Path) -> None:
    found = read(
        tmp_path, [{"v": [1]}, {"v": [2], "a": "x"}, {"v": [3]}, {"a": {"b": 1}, "v": [4]}]
    )
    assert found.metadata is not None
    assert found.metadata.to_pydict() == {"a": [None, "x", None, '{"b": 1}']}


def test_bad_lines_are_named(tmp_path: Path) -> None:
    text = '{"v": [1, 2]}\n\n{"v": [1]}\nnot json\n{"w": 1}\n{"v": [1, "x"]}\n[3]\n'
    with pytest.raises(ReadError) as raised:
        read(tmp_path, text)
    assert raised.value.message == (
        "a.jsonl: 5 lines cannot be read: line 3 has 1 value, not 2; line 4 is not JSON; "
        "line 5 has no list 'v'; line 6 holds something that is no number; "
        "line 7 is no object in braces."
    )


def test_missing_numbers_leave_their_lines_out(tmp_path: Path) -> None:
    found = read(tmp_path, '{"v": [1, 2]}\n{"v": [null, 2]}\n{"v": [NaN, 1e999]}\n')
    assert found.tensor.tolist() == [[1, 2]]
    assert "lines 2, 3" in found.warnings[0]


BEYOND = [2**63, -(2**63) - 1, 2**64 - 1, 2**64, 2**64 + 2**11 + 1, 3**70, 10**38]


@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
@pytest.mark.parametrize("spell", [lambda n: n, lambda n: ["x", [n]], lambda n: {"x": n}])
def test_integers_beyond_64_bits_are_the_numbers_they_are(tmp_path, name, spell) -> None:
    # More lines than those that decide which field is the vector.
    rows = [{"v": [0.5, n], "of": spell(n)} for n in BEYOND] * 40
    found = read(tmp_path, json.dumps(rows) if name == "a.json" else rows, name, tensor="v")
    wanted = np.array([[0.5, float(n)] for n in BEYOND] * 40).astype(np.float32)
    np.testing.assert_array_equal(found.tensor, wanted)
    assert found.metadata.to_pydict() == {"of": [json.dumps(spell(n)) for n in BEYOND] * 40}


@pytest.mark.parametrize("digits", [39, 400, 5_000])
@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_integers_beyond_every_float_leave_their_points_out(tmp_path, name, digits) -> None:
    rows = [f'{{"v": [{sign}1{"0" * digits}, 1], "k": 7}}' for sign in ("", "-")]
    rows.append('{"v": [2, 3], "k": 8}')
    text = f"[{','.join(rows)}]" if name == "a.json" else "\n".join(rows)
    found = read(tmp_path, text, name)
    assert found.tensor.tolist() == [[2, 3]]
    assert "2 rows" in found.warnings[0]
    assert found.metadata.to_pydict() == {"k": ["8"]}


def test_several_lists_ask_which(tmp_path: Path) -> None:
    rows = [{"a": [1, 2], "b": [3]}] * 3
    with pytest.raises(ChooseTensorError) as raised:
        read(tmp_path, rows)
    assert [choice["name"] for choice in raised.value.choices] == ["a", "b"]
    assert read(tmp_path, rows, tensor="b").tensor.shape == (3, 1)


def test_limits_are_named(tmp_path: Path) -> None:
    rows = [{"v": [1, 2], "a": "x", "b": "y"}] * 3
    for limits, said in (
        (Limits(max_points=2), "max_points is 2"),
        (Limits(max_dims=1), "max_dims is 1"),
        (Limits(metadata_columns=1), "metadata_columns"),
    ):
        with pytest.raises(LimitError, match=said):
            read(tmp_path, rows, limits=limits)


@pytest.mark.parametrize(
    "text", ["{}", "[]", "3", '"x"', "[[]]", "{", "[" * 100_000, '{"a": "x"}', "[null]"]
)
def test_what_holds_no_points_is_refused_in_words(tmp_path: Path, text: str) -> None:
    for name in ("a.json", "a.jsonl"):
        with pytest.raises(ReadError):
            read(tmp_path, text, name)
