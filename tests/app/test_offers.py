"""What all forms offer of a dataset comes with the answer that opens it."""

from __future__ import annotations

import pytest

from callbacks.offers import offers
from callbacks.tagging import tagged
from dashboard.panels.parameters import STEPWISE
from data.projections.axes_parameters import Axis
from data.rows import encode_rows
from data.view_state import ViewState


def names(options) -> list[str]:
    return [item["value"] for group in options for item in group["items"]]


def test_the_columns_are_offered_to_every_form(services, small):
    found = offers(services, small.to_json(), "group")
    assert found["tag_column"] == ["word", "group", "size"]
    lists = [found["label"], found["search"], found["kind"], found["coordinates_key"]]
    lists += [*found["searched_by_axis"].values(), *found["supervise"].values()]
    assert all(sorted(names(options)) == ["group", "size", "word"] for options in lists)
    assert list(found["supervise"]) == list(STEPWISE)
    assert len(found["axes"]) > 0
    assert sorted(found["tag_value"]) == ["blue", "green", "red"]


def test_kept_axes_and_edits_are_offered_with_their_dataset(services, small):
    axis = {"name": "warmth", "left": {"text": "red"}, "right": {"text": "blue"}}
    services.axes.save(small.id, Axis.parse(axis, "X"))
    texts = {"column": "mood", "value": "odd", "author": "Ann"}
    tagged(services, ViewState(dataset_id=small.id).to_json(), texts, encode_rows([1]))
    found = offers(services, small.to_json(), "mood")
    assert set(map(tuple, found["kept_axes"].values())) == {("warmth",)}
    assert "mood" in found["tag_column"]
    assert found["tag_value"] == ["odd"]
    assert found["newest_edit"] == found["edits"][0]["value"] == "1"
    assert not found["has_no_edit"]


@pytest.mark.parametrize("info", [None, {}])
def test_nothing_is_offered_without_a_dataset(info, services):
    found = offers(services, info, "tag")
    assert found.pop("has_no_edit")
    assert found.pop("newest_edit") is None
    parts = [
        part for value in found.values() for part in (value, *getattr(value, "values", list)())
    ]
    assert all(part == [] for part in parts if isinstance(part, list))
