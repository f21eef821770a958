"""Tagging the selection through the page's callbacks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callbacks.tagging import known_values, tagged, undone
from dashboard.panels.tagging import edit_options
from data.errors import ParameterError, ProjectorError
from data.rows import encode_rows
from data.stores.metadata_edits import MetadataEdit
from data.view_state import ViewState


def texts(column="mood", value="odd", author="Ann"):
    return {"column": column, "value": value, "author": author}


def test_a_tag_opens_the_view_anew_in_its_colors_and_is_downloaded(services, small, client):
    info = {"id": small.id}
    view = ViewState(dataset_id=small.id, color_by="group", label_by="word")
    event = tagged(services, view.to_json(), texts(column=" mood "), encode_rows([1, 2]))
    assert event == {"view": replace(view, color_by="mood").to_json()}
    assert known_values(services, info, "mood") == ["odd"]
    assert edit_options(services.edits.standing(small.id))[0]["label"].startswith(
        "mood: odd, 2 points, Ann (20"
    )
    answer = client.get(f"/api/v1/datasets/{small.id}").get_json()
    assert answer["metadata_revision"] == 1
    assert answer["columns"][-1]["name"] == "mood"
    table = client.get(f"/api/v1/datasets/{small.id}/metadata?columns=mood&rows=0,1,2")
    # One column has no header line.
    assert table.get_data(as_text=True).split("\n")[:3] == ["", "odd", "odd"]
    assert undone(services, event["view"], "1", "Ben") == event
    assert services.datasets.record(small.id).columns == small.columns


@pytest.mark.parametrize("edit", [None, 1, "", "x", "7", "-1", "9" * 20])
def test_an_edit_that_is_not_there_is_not_taken_back(edit, services, small):
    with pytest.raises(ProjectorError):
        undone(services, {"dataset_id": small.id}, edit, "Ben")


@pytest.mark.parametrize(
    ("given", "rows"),
    [
        (texts(), ""),
        (texts(), None),
        (texts(), "damaged!"),
        (texts(), [1]),
        (texts(), encode_rows([60])),
        (texts(column=""), encode_rows([1])),
        (texts(column=7), encode_rows([1])),
        (texts(value=["a"]), encode_rows([1])),
        (texts(author={}), encode_rows([1])),
    ],
)
def test_what_no_page_sends_is_refused(given, rows, services, small):
    with pytest.raises(ProjectorError):
        tagged(services, {"dataset_id": small.id}, given, rows)
    with pytest.raises(ParameterError):
        tagged(services, [], given, encode_rows([1]))
    assert services.datasets.record(small.id) == small


def test_what_is_cut_in_the_list_of_edits_says_so():
    edit = MetadataEdit(3, "c" * 60, "v" * 60, 1, "A" * 60, "2026-11-29T04:05:06+00:00")
    (option,) = edit_options([edit])
    cut = {letter: f"{letter * 39}…" for letter in "cvA"}
    assert option["label"] == f"{cut['c']}: {cut['v']}, 1 point, {cut['A']} (2026-11-29 04:05 UTC)"
    whole = replace(edit, column="tag", value="v" * 40, author="")
    assert edit_options([whole])[0]["label"].startswith(f"tag: {'v' * 40}, 1 point (")
