import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import NotFoundError
from data.metadata import Metadata, describe_column, natural_order
from data.spelled_numbers import to_numbers


def column(*values):
    return pa.array(values, pa.string())


@pytest.mark.parametrize(
    ("values", "described"),
    [
        (["7", "2", "7", "0"], ("categorical", 3, True)),
        (["5.1", "4.9", "6.25"], ("numeric", 3, True)),
        (["00042", "00043"], ("text", 2, False)),
        (["red", "blue", "red", "blue"], ("categorical", 2, False)),
        (["a", "b", "c", "d"], ("text", 4, False)),
        (["1", None, "3", "3"], ("categorical", 2, True)),
        (["1", "many"], ("text", 2, False)),
        ([None, None], ("categorical", 0, False)),
        (["1e400", "1"], ("text", 2, False)),
    ],
)
def test_a_column_is_described_by_its_content(values, described):
    assert describe_column(column(*values)) == described


def test_numbers_keep_their_spelling_and_are_read_beside_it():
    table = pa.table({"n": column("1.50", "+2", " 3 ", "x", None, "1e2")})
    metadata = Metadata(table)
    assert metadata.texts("n", [0, 1]) == ["1.50", "+2"]
    np.testing.assert_array_equal(metadata.numbers("n"), [1.5, 2, 3, np.nan, np.nan, 100])


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False)))
def test_what_python_writes_is_read_as_the_same_number(numbers):
    texts = pa.array([repr(number) for number in numbers], pa.string())
    np.testing.assert_array_equal(to_numbers(texts), numbers)


def test_values_stand_in_natural_order():
    values = ["class 10", "class 2", "b", "10", "9", "A"]
    ordered = [values[i] for i in natural_order(values)]
    assert ordered == ["9", "10", "A", "b", "class 2", "class 10"]


@given(st.lists(st.text(max_size=8), unique=True))
def test_any_texts_have_a_natural_order(values):
    assert sorted(natural_order(values)) == list(range(len(values)))


def test_classes_count_from_their_order_and_missing_is_below_all():
    metadata = Metadata(pa.table({"c": column("b", None, "a", "b")}))
    values, codes = metadata.classes("c")
    assert values == ["a", "b"]
    assert codes.tolist() == [1, -1, 0, 1]


def test_a_missing_column_is_said_with_those_that_exist():
    metadata = Metadata(pa.table({"word": column("a")}))
    with pytest.raises(NotFoundError) as refused:
        metadata.column("wrd")
    assert "word" in refused.value.hint
