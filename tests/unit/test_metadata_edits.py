"""Tagging points: what it changes, who did it, and taking it back."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import ConflictError, LimitError, ParameterError
from data.limits import Limits
from data.services import Services
from data.stores import revisions
from data.tagging import tagged, untagged


def column(services, record, name):
    return services.datasets.open(record.id).metadata.column(name).to_pylist()


def test_a_tag_makes_a_column_that_colors(services, small):
    record = services.edits.tag(small.id, "mood", (3, 5), "odd", "Ann")
    assert record.metadata_revision == small.metadata_revision + 1
    assert (record.columns[-1].name, record.columns[-1].kind) == ("mood", "categorical")
    values = column(services, record, "mood")
    assert [row for row, value in enumerate(values) if value == "odd"] == [3, 5]
    assert values.count(None) == 58
    # Two values on two points would count as names by their content.
    record = services.edits.tag(small.id, "mood", (5, 7), "even")
    assert record.columns[-1].kind == "categorical"
    assert column(services, record, "mood")[3:8] == ["odd", None, "even", None, "even"]
    first, second = services.edits.list(small.id)
    assert (first.column, first.value, first.n_rows, first.author) == ("mood", "odd", 2, "Ann")
    assert (first.revision, second.revision, second.author) == (1, 2, "")
    assert first.at <= second.at


def test_a_column_that_is_there_is_changed_and_others_are_not(services, small):
    before = {name: column(services, small, name) for name in ("word", "group", "size")}
    record = services.edits.tag(small.id, "group", (0,), "purple")
    assert column(services, record, "group") == ["purple", *before["group"][1:]]
    for name in ("word", "size"):
        assert column(services, record, name) == before[name]
    assert [c.name for c in record.columns] == ["word", "group", "size"]
    assert record.column("group").n_unique == 4
    record = services.edits.tag(small.id, "size", (1,), "")
    assert column(services, record, "size")[1] is None


def test_undo_takes_back_one_edit_and_leaves_what_others_changed(services, small):
    services.edits.tag(small.id, "mood", (1, 2, 3), "a", "Ann")
    services.edits.tag(small.id, "mood", (3, 4), "b", "Ben")
    assert services.edits.standing(small.id)[0].revision == 2
    record = services.edits.undo(small.id, 1, "Cem")
    assert column(services, record, "mood")[:6] == [None, None, None, "b", "b", None]
    assert record.metadata_revision == 3
    with pytest.raises(ConflictError, match="already"):
        services.edits.undo(small.id, 1)
    record = services.edits.undo(small.id, services.edits.standing(small.id)[0].revision)
    assert column(services, record, "mood")[3] == "a"
    assert services.edits.standing(small.id) == ()
    last = services.edits.list(small.id)[-2]
    assert (last.undoes, last.author) == (1, "Cem")
    with pytest.raises(ConflictError):
        services.edits.undo(small.id, last.revision)


def test_undo_of_the_only_edit_removes_the_column(services, small):
    services.edits.tag(small.id, "mood", (1,), "a")
    record = services.edits.undo(small.id, 1)
    assert record.columns == small.columns
    assert services.datasets.open(small.id).metadata.names == ["word", "group", "size"]


def test_edits_are_there_after_a_restart(services, small):
    services.edits.tag(small.id, "mood", (1,), "a", "Ann")
    again = Services.open(services.data_dir)
    assert again.edits.standing(small.id)[0].author == "Ann"
    record = again.edits.undo(small.id, 1)
    assert record.column("mood") is None


def test_only_the_last_revisions_are_kept_and_taken_back(services, small, monkeypatch):
    monkeypatch.setattr(revisions, "KEPT", 3)
    for i in range(5):
        services.edits.tag(small.id, "mood", (i,), f"value {i}")
    folder = services.datasets.directory / small.id
    kept = ["metadata-3.parquet", "metadata-4.parquet", "metadata-5.parquet", "metadata.parquet"]
    assert sorted(path.name for path in folder.glob("metadata*")) == kept
    assert [edit.revision for edit in services.edits.standing(small.id)] == [5, 4]
    with pytest.raises(ConflictError, match="too old"):
        services.edits.undo(small.id, 3)
    record = services.edits.undo(small.id, 4)
    assert column(services, record, "mood")[2:5] == ["value 2", None, "value 4"]
    assert len(services.edits.list(small.id)) == 6


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (("", (1,), "a"), ParameterError, "column"),
        (("c" * 201, (1,), "a"), ParameterError, "200"),
        (("mood", (), "a"), ParameterError, "Nothing is selected"),
        (("mood", (60,), "a"), ParameterError, "no point 60"),
        (("mood", (1,), "a" * 2**21), LimitError, "metadata_cell_bytes"),
        (("mood", (1,), "a", "n" * 101), ParameterError, "100"),
    ],
)
def test_wrong_tags_are_refused(arguments, error, words, services, small):
    with pytest.raises(error, match=words):
        services.edits.tag(small.id, *arguments)
    assert services.datasets.record(small.id) == small


def test_more_columns_than_the_limit_are_refused(services, small):
    limited = Services.open(services.data_dir, Limits(metadata_columns=3))
    with pytest.raises(LimitError, match="metadata_columns is 3"):
        limited.edits.tag(small.id, "mood", (1,), "a")
    limited.edits.tag(small.id, "group", (1,), "a")


texts = st.lists(st.sampled_from(["a", "b", None]), min_size=6, max_size=6)


@settings(max_examples=60, deadline=None)
@given(before=texts, rows=st.sets(st.integers(0, 5), min_size=1), value=st.sampled_from(["a", ""]))
def test_undo_restores_what_was_there(before, rows, value):
    old = pa.array(before, pa.string())
    after = tagged(old, np.array(sorted(rows)), value, 6)
    assert all(after[row].as_py() == (value or None) for row in rows)
    assert untagged(old, after, after).to_pylist() == before
