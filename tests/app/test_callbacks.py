"""Callbacks through HTTP, as a page calls them and as a stranger might."""

import pytest

from dashboard import ids
from data.errors import StorageError
from data.rows import decode_rows, encode_rows
from data.stores.views import ViewStore

WRONG = [None, 5, -1, 10**30, "text", "²", True, [], [1], {}, {"id": 3}, {"row": "x"}, [[["a"]]]]


@pytest.fixture
def call(client):
    """Run the callback that writes an output, with some inputs given and the rest null."""
    known = client.get("/_dash-dependencies").get_json()

    def run(output: str, trigger: str, **given):
        callback = next(c for c in known if output in c["output"].strip(".").split("..."))
        names = callback["output"].strip(".").split("...")
        outputs = [
            dict(zip(("id", "property"), name.rsplit(".", 1), strict=True)) for name in names
        ]
        values = {name.replace("_", "-"): value for name, value in given.items()}

        def filled(dependencies):
            return [{**d, "value": values.get(d["id"])} for d in dependencies]

        return client.post(
            "/_dash-update-component",
            json={
                "output": callback["output"],
                "outputs": outputs if callback["output"].startswith("..") else outputs[0],
                "inputs": filled(callback["inputs"]),
                "state": filled(callback["state"]),
                "changedPropIds": [trigger],
            },
        )

    return run


@pytest.fixture
def click(call, small):
    """Click a point, with so many neighbors wanted; returns what the page is told."""

    def clicked(row, n_neighbors, **more):
        return call(
            "neighbors.data",
            f"{ids.POINT_CLICKED}.data",
            point_clicked={"row": row},
            dataset_info={"id": small.id},
            metric="cosine",
            n_neighbors=n_neighbors,
            **more,
        ).get_json()["response"]

    return clicked


def test_a_click_selects_the_point_and_its_neighbors(click):
    answer = click(5, 9)
    assert answer["selected-point"]["data"] == 5
    assert len(decode_rows(answer["selected-rows"]["data"])) == 10
    assert len(answer["neighbors"]["data"]["rows"]) == 9


def test_a_point_comes_with_its_card_and_a_selection_by_hand_without(call, small):
    given = {"dataset_info": {"id": small.id}, "metric": "cosine", "label_by": "word"}
    clicked = {"point_clicked": {"row": 5}, "n_neighbors": 3}
    answer = call("neighbors.data", f"{ids.POINT_CLICKED}.data", **clicked, **given).get_json()
    assert "word 5" in str(answer["response"]["point-card"]["children"])
    answer = call("neighbors.data", f"{ids.SELECTED_BY_HAND}.data", **given).get_json()
    assert answer["response"]["point-card"]["children"] == []


def test_a_page_is_not_told_at_its_start_what_it_holds_already(call, small):
    """Whatever is written makes all run that hear of it; later on, people may have changed it."""
    start = call("dataset-info.data", f"{ids.LOCATION}.search", location="").get_json()["response"]
    opened = {"opened": {"id": small.id}, "dataset_info": {"id": small.id}}
    later = call("dataset-info.data", f"{ids.OPENED}.data", **opened).get_json()["response"]
    assert start["dataset-info"] == later["dataset-info"]
    assert start["color-by"] == later["color-by"]
    assert later["dimensionality"] == {"value": "3"}
    assert later["component-x"] == {"value": "0"}
    assert {"dimensionality", "component-x", "method", "chosen", "isolation"}.isdisjoint(start)


def test_neighbors_of_an_isolated_point_are_isolated_too(click):
    answer = click(5, 9, isolation=[encode_rows([1, 5, 7, 20])])
    assert sorted(answer["neighbors"]["data"]["rows"]) == [1, 7, 20]


def test_more_neighbors_than_the_limit_are_not_listed(click, services):
    object.__setattr__(services.limits, "max_neighbors", 4)
    assert len(click(5, 10**30)["neighbors"]["data"]["rows"]) == 4


def test_isolate_takes_exactly_the_selected_rows(call):
    answer = call(
        "isolation.data",
        f"{ids.ISOLATE}.n_clicks",
        isolation=[encode_rows([1, 2, 3, 4])],
        selected_rows=encode_rows([2, 4, 9]),
    ).get_json()["response"]
    assert [decode_rows(step) for step in answer["isolation"]["data"]] == [(1, 2, 3, 4), (2, 4)]


@pytest.mark.parametrize(
    ("output", "trigger", "wrong_input"),
    [
        ("neighbors.data", "point-clicked.data", "point_clicked"),
        ("neighbors.data", "search-committed.data", "search_committed"),
        ("neighbors.data", "isolation.data", "isolation"),
        ("neighbors.data", "dataset-info.data", "dataset_info"),
        ("projection.data", "isolation.data", "isolation"),
        ("projection.data", "dataset-info.data", "dataset_info"),
        ("matches.data", "isolation.data", "isolation"),
        ("variance.children", "projection.data", "projection"),
        ("variance.children", "component-x.value", "component_x"),
        ("isolation.data", "isolate.n_clicks", "isolation"),
        ("coloring.data", "dataset-info.data", "dataset_info"),
        ("opened.data", "notice-undo.n_clicks", "notice"),
        ("dataset-info.data", "opened.data", "opened"),
        ("point-card.children", "selected-point.data", "selected_point"),
        ("view-state.data", "components.value", "hidden_values"),
    ],
)
def test_nothing_a_stranger_sends_is_unforeseen(call, small, caplog, output, trigger, wrong_input):
    given = {
        "dataset_info": {"id": small.id},
        "dataset": small.id,
        "selected_rows": "AA",
        "selected_point": 3,
        "metric": "cosine",
        "n_neighbors": 5,
        "search": "word",
        "projection": {"id": "p"},
    }
    for wrong in WRONG:
        answer = call(output, trigger, **{**given, wrong_input: wrong})
        assert answer.status_code < 500, wrong
        assert "error" not in caplog.text.lower(), (wrong, caplog.text)
        assert b"log id" not in answer.data, wrong


@pytest.mark.parametrize(
    "change",
    [
        {"inputs": ["AAAA"]},
        {"inputs": []},
        {"state": [{"id": 5}]},
        {"outputs": "isolation.data"},
        {"outputs": {"id": {"a": 1}, "property": "data"}},
        {"changedPropIds": [3]},
        {"output": "no.such"},
        {"output": None},
    ],
    ids=repr,
)
def test_a_request_that_no_page_sends_is_refused(client, change):
    callback = next(
        c for c in client.get("/_dash-dependencies").get_json() if c["output"] == "isolation.data"
    )
    body = {
        "output": "isolation.data",
        "outputs": {"id": "isolation", "property": "data"},
        "inputs": callback["inputs"],
        "state": callback["state"],
        "changedPropIds": [],
        **change,
    }
    assert client.post("/_dash-update-component", json=body).status_code == 422


class FullViews(ViewStore):
    """Views on a disk without room."""

    def save(self, view):
        raise StorageError("The server's disk is full; nothing was changed.")


def test_a_view_that_is_too_long_for_a_link_is_shown_on_a_full_disk_too(call, small, services):
    object.__setattr__(services, "views", FullViews(services.views.root))
    numbers = {"point_size": 1, "n_neighbors": 100, "dimensionality": "3"}
    fixed = {"label_mode": "none", "thumbnails": True, "color_kind": "auto", "metric": "cosine"}
    axes = {"component_x": "0", "component_y": "1", "component_z": "2"}
    switches = {"search_regex": False, "search_case": False}
    hidden = [f"value {number * 7919 % 10_007}" for number in range(900)]
    answer = call(
        "view-state.data",
        f"{ids.HIDDEN_VALUES}.data",
        dataset=small.id,
        hidden_values=hidden,
        **{**numbers, **fixed, **axes, **switches},
    ).get_json()
    assert answer["response"]["view-state"]["data"]["hidden_values"] == hidden
    assert answer["response"]["link"]["data"] == "?"
    assert "disk is full" in answer["sideUpdate"]["notice"]["data"]["text"]
