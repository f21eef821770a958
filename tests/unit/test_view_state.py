import json
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import ParameterError
from data.links import link_text, view_of_link
from data.view_state import ViewState, check_rows
from tests.view_states import views


@given(views)
def test_a_view_comes_back_whole_from_its_json(view):
    assert ViewState.from_json(json.loads(json.dumps(view.to_json()))) == view


@given(views)
def test_a_view_comes_back_whole_from_its_link(view):
    assert view_of_link(link_text(view)) == view


def test_a_default_view_has_a_short_link():
    assert len(link_text(ViewState("a" * 26))) < 120


@given(st.text(max_size=100))
def test_any_text_is_read_as_a_link_or_refused(text):
    with pytest.raises(ParameterError):
        view_of_link(text)


def test_a_cut_link_says_so():
    with pytest.raises(ParameterError, match="damaged"):
        view_of_link(link_text(ViewState("a" * 26, label_by="word"))[:-9])


def test_unknown_fields_are_ignored_and_missing_ones_take_their_default():
    assert ViewState.from_json({"dataset_id": "d", "from_the_future": 1}) == ViewState("d")


def test_a_newer_schema_is_refused_with_a_way_out():
    with pytest.raises(ParameterError, match="newer version") as refused:
        ViewState.from_json({"dataset_id": "d", "schema_version": 99})
    assert "Update" in refused.value.hint


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("dataset_id", 5),
        ("dimensionality", 4),
        ("dimensionality", True),
        ("components", [0, -1]),
        ("components", [0, 1, 2, 3]),
        ("color_kind", "loud"),
        ("hidden_values", "all"),
        ("point_size", float("nan")),
        ("n_neighbors", 0),
        ("n_neighbors", 1001),
        ("n_neighbors", 10.5),
        ("thumbnails", "yes"),
        ("selected_point", -1),
        ("selected_rows", [1.5]),
        ("isolation", [["a"]]),
        ("search", "text"),
        ("search", {"text": "x" * 20_000}),
        ("camera", {"eye": [0, 1]}),
        ("camera", {"eye": [0, 1, float("inf")]}),
    ],
)
def test_a_wrong_value_is_refused_and_named(field, value):
    with pytest.raises(ParameterError) as refused:
        ViewState.from_json({"dataset_id": "d", field: value})
    assert (
        field.split("_")[0] in refused.value.message.lower()
        or "rows" in refused.value.message.lower()
    )


def test_rows_that_the_dataset_does_not_have_are_refused():
    view = ViewState("d", selected_rows=(3,), isolation=((1, 3, 9),))
    assert check_rows(view, 10) == view
    with pytest.raises(ParameterError, match="row 9"):
        check_rows(view, 9)


def test_the_innermost_isolation_is_what_is_shown():
    view = ViewState("d", isolation=((1, 2, 3), (2,)))
    assert view.rows == (2,)
    assert replace(view, isolation=()).rows is None


def test_every_field_is_checked_when_read():
    for field in fields(ViewState):
        with pytest.raises(ParameterError):
            ViewState.from_json({"dataset_id": "d", field.name: object()})
