"""Labels in the view: readable, without overlap, at their points, and part of the link."""

import json
import re
import urllib.request

from playwright.sync_api import expect

from callbacks.links import link_of_view
from data.services import Services
from data.view_state import ViewState
from tests.browser.dashboard_page import WAIT, DashboardPage


def labels(page: DashboardPage) -> list[dict]:
    """Return the labels that are drawn once the picture rests."""
    page.wait_for_rest()
    return page.page.evaluate("() => projector.labelBoxes()")


def wait_for_labels(page: DashboardPage, at_least: int) -> list[dict]:
    page.page.wait_for_function("(n) => projector.labelBoxes().length >= n", arg=at_least)
    return labels(page)


def overlapping(boxes: list[dict]) -> list[tuple[str, str]]:
    return [
        (a["text"], b["text"])
        for i, a in enumerate(boxes)
        for b in boxes[:i]
        if a["left"] < b["right"]
        and b["left"] < a["right"]
        and a["top"] < b["bottom"]
        and b["top"] < a["bottom"]
    ]


def expect_beside_their_points(page: DashboardPage, boxes: list[dict]) -> None:
    for box in boxes:
        x, y = page.page.evaluate("(row) => projector.positionOfRow(row)", box["row"])[:2]
        assert box["left"] - 20 < x < box["right"] + 20
        assert box["top"] - 20 < y < box["bottom"] + 20


def turn(page: DashboardPage) -> None:
    box = page.view.bounding_box()
    x, y = box["x"] + 60, box["y"] + box["height"] - 60
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    page.page.mouse.move(x + 40, y - 20, steps=4)
    page.page.mouse.up()


def test_many_labels_do_not_overlap_stay_at_their_points_and_mostly_stay_while_turning(page):
    page.choose("Labels", "Many")
    first = wait_for_labels(page, 20)
    assert overlapping(first) == []
    expect_beside_their_points(page, first)
    assert all(re.fullmatch(r"\d no\. \d+", box["text"]) for box in first)

    before = page.view.get_attribute("data-frame")
    turn(page)
    page.wait_for_change("data-frame", before)
    turned = labels(page)
    assert overlapping(turned) == []
    expect_beside_their_points(page, turned)
    kept = {box["row"] for box in first} & {box["row"] for box in turned}
    assert len(kept) > len(first) / 3
    assert turned != first

    page.choose("Labels", "None")
    page.page.wait_for_function("() => projector.labelBoxes().length === 0")
    # Who has chosen by mouse is done with the select: keys are the view's again.
    page.page.keyboard.press("/")
    expect(page.search).to_be_focused()


def test_the_selected_point_its_neighbors_and_the_hovered_point_are_labeled(page):
    assert labels(page) == []
    row = page.reachable_row()
    page.click_point(row)
    expect(page.neighbors).to_have_count(100, timeout=WAIT)
    found = wait_for_labels(page, 5)
    assert found[0]["row"] == row
    assert {box["row"] for box in found} <= set(page.shown("[...shown.selected]"))
    assert overlapping(found) == []

    # A point that is not selected gets a label while a person points at it.
    page.page.keyboard.press("Escape")
    page.page.mouse.move(5, 5)
    page.page.wait_for_function("() => projector.labelBoxes().length === 0")
    other = page.reachable_row()
    page.point_at(other)
    page.page.wait_for_function("(row) => projector.labelBoxes()[0]?.row === row", arg=other)
    # So do the nearest in the original space, once the pointer rests.
    found = wait_for_labels(page, 3)
    with urllib.request.urlopen(
        f"{page.url}/api/v1/datasets/{page.page.evaluate('projector.dataset.id')}"
        f"/neighbors?row={other}&k=10"
    ) as answer:
        nearest = json.load(answer)["rows"]
    assert {box["row"] for box in found} <= {other, *nearest}
    assert overlapping(found) == []

    # What cannot be had while the server is away is not asked for over and over.
    refused: list[str] = []
    page.page.route("**/labels?*", lambda route: (refused.append(route.request.url), route.abort()))
    page.page.mouse.move(5, 5)
    with page.page.expect_request("**/labels?*"):
        page.page.keyboard.press("t")
    page.wait_for_rest()
    assert len(refused) == len(set(refused))
    page.console.clear()  # the browser notes the requests that were refused


def test_more_labels_appear_as_one_zooms_in_and_a_link_brings_them_back(
    open_page, dashboard, looked_at
):
    services = Services.open(looked_at)
    digits = next(d for d in services.datasets.list() if "digits" in d.name)
    view = ViewState(digits.id, label_by="example", label_mode="many", dimensionality=2)
    page = open_page(dashboard, link_of_view(services, view))
    page.wait_for_points(1797)
    expect(page.page.get_by_label("Labels", exact=True)).to_have_value("Many")
    rows = {box["row"] for box in wait_for_labels(page, 20)}
    box = page.view.bounding_box()
    page.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for _ in range(6):
        page.page.mouse.wheel(0, -300)
    page.page.wait_for_url(lambda url: "camera=" in url)
    zoomed = wait_for_labels(page, 20)
    # The axes are out of the view; their values stand at its edges.
    assert page.page.evaluate("() => projector.byId('edge-ticks').width") > 0
    assert overlapping(zoomed) == []
    assert {box["row"] for box in zoomed} - rows, "zooming in shows no further label"


def test_values_at_the_edges_are_round_and_within_what_is_seen(page):
    ticks = "([low, high, most]) => projector.roundTicks(low, high, most)"
    assert [t["text"] for t in page.page.evaluate(ticks, [-0.031, 0.052, 5])] == [
        *("-0.02", "0.00", "0.02", "0.04")
    ]
    assert [t["text"] for t in page.page.evaluate(ticks, [980, 2510, 4])] == [
        "1000",
        "1500",
        "2000",
        "2500",
    ]
    for low, high in ((-1e-4, 3e-4), (0.3, 71), (-5e7, 8e7)):
        values = [t["value"] for t in page.page.evaluate(ticks, [low, high, 6])]
        assert 2 <= len(values) <= 7
        assert all(low <= value <= high for value in values)


def test_a_spatial_picture_seen_from_within_becomes_flat_without_a_fault(page):
    page.page.get_by_text("3D", exact=True).click()
    page.wait_for_rest()
    # The lower corner lies behind the eye.
    page.page.evaluate(
        """() => {
            const eye = { x: -0.1, y: -0.1, z: 0.05 };
            projector.moveCamera({ ...projector.camera(), eye });
        }"""
    )
    page.wait_for_rest()
    assert page.page.evaluate("() => projector.projectAll().x.some(Number.isNaN)")
    # The first frame still has the camera of before.
    insets = page.page.evaluate(
        """() => {
            projector.shown.dimensionality = 2;
            projector.countFrame();
            const insets = projector.edgeInsets();
            projector.shown.dimensionality = 3;
            return insets;
        }"""
    )
    assert insets == [0, 0]


def test_another_dataset_gets_its_own_labels_and_is_asked_for_no_others(page):
    page.choose("Labels", "Many")
    wait_for_labels(page, 20)
    page.open_dataset("Iris", 150)
    page.choose("Labels", "Many")
    texts = {box["text"] for box in wait_for_labels(page, 5)}
    assert texts <= {"setosa", "versicolor", "virginica"}
