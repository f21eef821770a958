"""The page's wiring, read from the application itself."""

import json
from dataclasses import fields
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from callbacks.opened_page import WRITTEN, page_at_start
from dashboard import ids
from dashboard.controls import (
    CONTROL_OF_FIELD,
    FIELDS_WITHOUT_CONTROL,
    controls_of_view,
    view_of_controls,
)
from data.view_state import Search, ViewState

REPOSITORY = Path(__file__).resolve().parents[2]


def ids_in(layout) -> set[str]:
    found = set()
    if isinstance(layout, dict):
        if isinstance(layout.get("props", {}).get("id"), str):
            found.add(layout["props"]["id"])
        for value in layout.values():
            found |= ids_in(value)
    elif isinstance(layout, list):
        for item in layout:
            found |= ids_in(item)
    return found


def components_in(layout):
    if isinstance(layout, dict):
        yield layout
        for value in layout.values():
            yield from components_in(value)
    elif isinstance(layout, list):
        for item in layout:
            yield from components_in(item)


@pytest.fixture
def layout(client):
    return client.get("/_dash-layout").get_json()


@pytest.fixture
def dependencies(client):
    return client.get("/_dash-dependencies").get_json()


def outputs_of(callback) -> list[str]:
    if callback["no_output"]:
        return []  # a script that draws; Dash gives it a made-up id
    parts = callback["output"].strip(".").split("...")
    return [part.split("@")[0] for part in parts if part]


def test_every_callback_id_is_in_the_layout(layout, dependencies):
    known = ids_in(layout)
    for callback in dependencies:
        used = {dependency["id"] for dependency in callback["inputs"] + callback["state"]}
        used |= {output.rsplit(".", 1)[0] for output in outputs_of(callback)}
        assert used <= known


def test_no_store_starts_with_null(layout):
    """A store changes null to undefined as it mounts, and all that hears of it would run."""
    stores = [part["props"] for part in components_in(layout) if part.get("type") == "Store"]
    assert len(stores) > 20
    assert [store["id"] for store in stores if store.get("data", "") is None] == []


def test_every_id_constant_is_in_the_layout(layout):
    constants = {v for k, v in vars(ids).items() if k.isupper()}
    assert constants <= ids_in(layout)


def test_callbacks_flow_one_way(dependencies):
    """No cycle between callbacks; only the one that opens a view hears of its own choice."""
    writers: dict[str, list[int]] = {}
    for i, callback in enumerate(dependencies):
        for output in outputs_of(callback):
            writers.setdefault(output, []).append(i)
    graph = {
        i: {
            writer
            for dependency in callback["inputs"]
            for writer in writers.get(f"{dependency['id']}.{dependency['property']}", [])
            if writer != i
        }
        for i, callback in enumerate(dependencies)
    }
    list(TopologicalSorter(graph).static_order())


def test_a_page_starts_with_what_it_is_not_told_then(layout, services):
    held = {
        part["props"]["id"]: part["props"]
        for part in components_in(layout)
        if "id" in part.get("props", {})
    }

    def compare(parts, known):
        if isinstance(parts, dict):
            for name in parts.keys() & known.keys():
                compare(parts[name], known[name])
        elif isinstance(parts[0], str):
            held_value = held[parts[0]].get(parts[1])
            # Whether a page is empty is not known before it hears of it.
            is_open = parts[0] == ids.EMPTY
            assert is_open or held_value == known or (held_value is None and not known), parts
        else:
            for part, value in zip(parts, known, strict=True):
                compare(part, value)

    compare(WRITTEN, page_at_start(services))


def test_no_request_follows_from_the_open_dataset_alone(dependencies):
    """What opens it can answer that at once; each request delays the first points."""
    asked = [callback for callback in dependencies if not callback["clientside_function"]]
    heard = [[(i["id"], i["property"]) for i in callback["inputs"]] for callback in asked]
    assert [(ids.DATASET_INFO, "data")] not in heard


def test_derived_stores_have_one_writer(dependencies):
    derived = [ids.VIEW_STATE, ids.LINK, ids.DATASET_INFO, ids.PROJECTION, ids.COLORING]
    derived += [ids.NEIGHBORS, ids.MATCHES]
    written = [output for callback in dependencies for output in outputs_of(callback)]
    assert all(written.count(f"{store}.data") == 1 for store in derived)


def test_every_field_of_the_view_has_a_control_that_joins_and_restores_it():
    names = {field.name for field in fields(ViewState)}
    assert set(CONTROL_OF_FIELD) == names - set(FIELDS_WITHOUT_CONTROL)


def test_a_view_survives_the_way_through_the_controls():
    view = ViewState(
        dataset_id="d",
        projection_id="p",
        dimensionality=2,
        components=(3, 0, 1),
        color_by="group",
        color_kind="numeric",
        hidden_values=("a", ""),
        label_by="word",
        label_mode="many",
        thumbnails=False,
        thumbnail_color="tint",
        point_size=2.5,
        search=Search("cat", "word", regex=True, case=True),
        metric="euclidean",
        n_neighbors=7,
        selected_point=4,
        selected_rows=(1, 4, 200),
        isolation=((1, 4, 9, 200), (1, 4)),
    )
    through_json = json.loads(json.dumps(controls_of_view(view)))
    assert view_of_controls(through_json) == view


def test_no_id_is_written_as_text_outside_the_list():
    own = REPOSITORY / "dashboard" / "ids.py"
    for path in [*REPOSITORY.glob("callbacks/*.py"), *REPOSITORY.glob("dashboard/**/*.py")]:
        if path == own:
            continue
        text = path.read_text()
        assert 'Input("' not in text
        assert 'Output("' not in text
        assert 'State("' not in text


def test_scripts_name_only_ids_that_exist():
    import re

    known = {v for k, v in vars(ids).items() if k.isupper()} | {"hover-card"}
    for path in (REPOSITORY / "assets").glob("*.js"):
        used = re.findall(
            r'(?:byId|onClick|whenPresent|set_props|report)\("([a-z-]+)"', path.read_text()
        )
        assert set(used) <= known, path.name
