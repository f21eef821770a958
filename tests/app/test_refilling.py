"""What the forms hold once somebody opens a projection that another person asked for."""

import pytest
from dash import no_update

from callbacks.custom_axes import described
from callbacks.jobs import shown_choice
from callbacks.parameters import asked_parameters, most_allowed
from callbacks.refilling import AS_THEY_ARE, asked_of, filled
from data.projections.axes_parameters import Axis
from data.rows import encode_rows


@pytest.fixture
def dataset(services, small):
    return services.datasets.open(small.id)


@pytest.fixture
def form_after(services, dataset):
    """Project by some parameters; returns what was asked for and what the forms hold after."""

    def project(method, **parameters):
        wanted = services.projections.wanted(dataset.record.id, method, parameters)
        asked = asked_of(wanted.record.to_json())
        before = {"dataset": dataset.record.id}
        return asked, filled(dataset, asked, before, services)

    return project


def parameters_of_boxes(dataset, found):
    boxes = {
        "isolation": [],
        "names": found["names"],
        "texts": found["texts"],
        "columns": found["search_columns"],
        **{name: found[name] for name in ("isolated_only", "jitter", "rows", "patterns")},
    }
    return asked_parameters(
        "custom_axes", {"custom_axes": described(dataset, 500, **boxes)["axes"]}
    )


RED = {"text": "^red$", "column": "group", "regex": True}
BLUE = {"text": "^blue$", "column": "group", "regex": True}
CHOSEN = {"rows": encode_rows([1, 2, 5])}


@pytest.mark.parametrize(
    "parameters",
    [
        {"axes": [{"left": RED, "right": BLUE, "name": "warmth"}]},
        {"axes": [{"left": RED, "right": CHOSEN}, None], "empty_axis": "jitter"},
        {"axes": [None, {"left": CHOSEN, "right": BLUE}, {"left": BLUE, "right": RED}]},
        {"axes": [{"left": {"text": "red"}, "right": {"text": "blue"}}], "isolated_only": True},
    ],
)
def test_boxes_hold_the_axes_that_are_shown(form_after, dataset, services, parameters):
    asked, found = form_after("custom_axes", **parameters)
    again = parameters_of_boxes(dataset, found)
    wanted = services.projections.wanted(dataset.record.id, "custom_axes", again)
    assert wanted.record.parameters == asked["parameters"]


def test_an_end_that_the_boxes_cannot_say_is_there_as_its_points(form_after, dataset):
    # One column and one switch serve both ends.
    plain = {"text": "blue", "column": "group"}
    _, found = form_after("custom_axes", axes=[{"left": RED, "right": plain}])
    names = dataset.metadata.searchable("group").to_pylist()
    rows = [row for row, name in enumerate(names) if name == "blue"]
    assert found["rows"] == {"x-right": encode_rows(rows)}
    assert (found["texts"]["x-left"], found["texts"]["x-right"]) == ("^red$", "")


def test_a_name_that_is_kept_for_another_axis_is_left_out(form_after, dataset, services):
    axes = [{"left": RED, "right": BLUE, "name": "warmth"}]
    services.axes.save(dataset.record.id, Axis.parse({**axes[0], "right": CHOSEN}, "X"))
    assert form_after("custom_axes", axes=axes)[1]["names"]["x"] == ""


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("umap", {"n_neighbors": 30, "n_components": 3, "n_epochs": 50, "supervise_by": "group"}),
        ("tsne", {"perplexity": 7.5, "pca_components": None, "learning_rate": 50.0}),
        ("columns", {"columns": [1, "size"]}),
    ],
)
def test_a_form_asks_again_for_the_map_that_is_shown(
    form_after, dataset, services, method, parameters
):
    asked, found = form_after(method, **parameters)
    values = found["columns"] if method == "columns" else found["parameters"][method]
    again = asked_parameters(method, {method: values})
    wanted = services.projections.wanted(dataset.record.id, method, again)
    assert wanted.record.parameters == asked["parameters"]


def test_what_people_typed_since_stays_while_the_same_map_is_shown(form_after, dataset, services):
    asked, _ = form_after("custom_axes", axes=[{"left": RED, "right": BLUE}])
    assert filled(dataset, asked, asked, services) == AS_THEY_ARE


def test_rows_and_columns_of_another_dataset_are_dropped(dataset, services):
    asked = asked_of(services.projections.request(dataset.record.id).to_json())
    found = filled(dataset, asked, {**asked, "dataset": "another"}, services)
    assert (found["rows"], found["columns"], found["key"]) == ({}, [], None)
    assert found["parameters"]["umap"]["supervise_by"] is None
    assert found["texts"] == AS_THEY_ARE["texts"]


def test_a_chosen_pca_brings_its_switches(services, dataset):
    record = services.projections.request(dataset.record.id, "pca", {"standardize": True})
    choice, method, _, dimensionality, *switches = shown_choice(record, {"": "umap"}, [])
    assert (method, switches) == ("pca", [False, True])
    # Another method shows what was chosen there before.
    assert choice is dimensionality is no_update


def test_boxes_tell_what_the_data_allows(small):
    allowed = most_allowed(small, None)
    assert allowed["tsne"]["perplexity"] == f"≤ {(small.n_points - 1) // 3}"
    assert most_allowed(small, 31)["tsne"]["perplexity"] == "≤ 10"
    assert most_allowed(None, None)["umap"]["n_neighbors"] == ""
