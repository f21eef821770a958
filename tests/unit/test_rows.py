import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import ParameterError
from data.rows import decode_rows, encode_rows


@given(st.sets(st.integers(0, 2**31 - 2), max_size=300))
def test_rows_come_back_ascending_from_their_text_form(rows):
    assert decode_rows(encode_rows(rows)) == tuple(sorted(rows))


@given(st.text(max_size=60))
def test_any_text_is_read_as_rows_or_refused(text):
    try:
        rows = decode_rows(text)
    except ParameterError:
        return
    assert list(rows) == sorted(set(rows))


def test_a_hundred_thousand_neighboring_rows_take_less_than_two_bytes_each():
    assert len(encode_rows(np.arange(100_000))) < 200_000


def test_a_plain_list_of_rows_is_read_too():
    assert decode_rows([5, 1, 5]) == (1, 5)


@pytest.mark.parametrize("rows", [[-1], [1.5], [True], ["3"], {"a": 1}, 7])
def test_what_is_no_row_is_refused(rows):
    with pytest.raises(ParameterError):
        decode_rows(rows)
