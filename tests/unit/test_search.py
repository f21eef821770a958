"""Search: what matches, what is refused, and that no pattern can hang the server."""

import time
import unicodedata
from contextlib import suppress

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import search
from data.errors import LimitError, ParameterError
from data.metadata import Metadata
from data.search import normalize_column, search_rows

LABELS = pa.array(["Apple", "pineapple", None, "a.b", "", "banana", "cafe\u0301", "caf\u00e9"])


@pytest.mark.parametrize(
    ("text", "options", "rows"),
    [
        ("apple", {}, [0, 1]),
        ("apple", {"case": True}, [1]),
        ("a.b", {}, [3]),
        ("a.b", {"regex": True}, [3]),
        ("^a", {"regex": True}, [0, 3]),
        ("^a", {"regex": True, "case": True}, [3]),
        ("^a", {}, []),
        ("", {}, []),
        ("", {"regex": True}, []),
        ("CAF\u00c9", {}, [6, 7]),
        ("cafe\u0301", {"case": True}, [6, 7]),
        ("caf\u00e9$", {"regex": True}, [6, 7]),
    ],
)
def test_matching_rows_ascend(text, options, rows):
    found = search_rows(LABELS, text, **options)
    assert found.dtype == np.int64
    assert found.tolist() == rows


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.none() | st.text("aAb.\u00e9e\u0301\x00", max_size=6)), st.text("aA.e", min_size=1)
)
def test_plain_text_is_found_as_python_finds_it(labels, text):
    expected = [
        i
        for i, label in enumerate(labels)
        if label is not None and text in unicodedata.normalize("NFC", label)
    ]
    column = pa.array(labels, pa.string())
    assert search_rows(column, text, case=True).tolist() == expected
    ready = normalize_column(column)
    assert search_rows(ready, text, case=True, normalized=True).tolist() == expected


def test_slices_give_the_same_as_one_piece(monkeypatch):
    column = pa.array(["x" * (i % 7) + ("y" if i % 5 == 0 else "") for i in range(100)])
    whole = search_rows(column, "xy")
    monkeypatch.setattr(search, "SLICE_BYTES", 3)
    assert search_rows(column, "xy").tolist() == whole.tolist()


def test_the_metadata_keeps_its_normalized_column():
    metadata = Metadata(pa.table({"label": LABELS}))
    assert metadata.searchable("label") is metadata.searchable("label")
    assert search_rows(metadata.searchable("label"), "caf\u00e9", normalized=True).tolist() == [
        6,
        7,
    ]
    assert metadata.column("label")[6].as_py() == "cafe\u0301"


def test_control_characters_are_ordinary():
    column = pa.array(["a\x00b", "a\tb", "ab"])
    assert search_rows(column, "\x00").tolist() == [0]
    assert search_rows(column, r"a\x00b", regex=True).tolist() == [0]


def test_nothing_to_search_in():
    assert search_rows(pa.array([], pa.string()), "a").tolist() == []
    assert search_rows(pa.array([None, None], pa.string()), "a").tolist() == []


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("ab(", r"at character 3: a parenthesis is opened"),
        ("(a(b)", r"at character 1: a parenthesis is opened"),
        ("[(](a", r"at character 4: a parenthesis is opened"),
        ("a)", r"at character 2: a parenthesis is closed"),
        ("x[a", r"at character 2: a bracket is opened"),
        ("*a", r"at character 1: there is nothing to repeat"),
        ("a{1001}", r"at character 2: the number of repetitions"),
        ("(?=a)", r"at character 1: this kind of group is not supported"),
        ("(a)\\1", r"at character 4: this escape is not supported"),
        ("a\\", r"ends in a single backslash"),
        (".{1000}" * 60, r"too large"),
    ],
)
@pytest.mark.parametrize("column", [LABELS, LABELS[:0]])
def test_a_broken_pattern_is_explained(pattern, words, column):
    with pytest.raises(ParameterError, match=words) as caught:
        search_rows(column, pattern, regex=True)
    assert "back-references" in caught.value.hint
    for name in ("re2", "arrow", "perl", "regular expression"):
        assert name not in (caught.value.message + caught.value.hint).lower()


@settings(max_examples=300, deadline=None)
@given(st.text("()[]{}*+?|\\^$.,-:=!<>Paz019\u00e9\ud800", max_size=12))
def test_every_pattern_is_answered_or_refused(pattern):
    with suppress(ParameterError):
        search_rows(LABELS, pattern, regex=True)


def test_a_long_pattern_names_the_limit():
    with pytest.raises(LimitError, match=r"501 characters; the limit is 500 \(pattern_length\)"):
        search_rows(LABELS, "a" * 501)


def test_half_a_character_is_refused():
    with pytest.raises(ParameterError, match="half a character"):
        search_rows(LABELS, "\ud800")


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|aa)+b$", "(x+x+)+y", "(.*)*b$", "(a?){30}a{30}c"]
)
def test_evil_patterns_answer_quickly(pattern):
    column = pa.array(["a" * 100_000 + "!"] * 20)
    start = time.monotonic()
    search_rows(column, pattern, regex=True)
    assert time.monotonic() - start < 3


def test_a_slow_search_is_stopped(monkeypatch):
    monkeypatch.setattr(search, "SEARCH_SECONDS", -1.0)
    with pytest.raises(LimitError, match="stopped"):
        search_rows(LABELS, "a")


def test_a_million_labels():
    column = pa.array([f"label {i}" for i in range(1_000_000)])
    start = time.monotonic()
    assert len(search_rows(column, "L 99")) == 11_111
    assert time.monotonic() - start < 2
