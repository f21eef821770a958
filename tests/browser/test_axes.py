"""What stands along the axes of a flat picture: values and names, wherever it is zoomed to."""

import io
import itertools
import re

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from tests.browser.dashboard_page import WAIT, DashboardPage

# What is painted, with the pixels that it takes: [{text, left, right, middle, turned}, ...].
PAINTED = """() => {
    const context = document.createElement("canvas").getContext("2d"), painted = [];
    context.fillText = (text, x, y) => {
        const { e, f, b } = context.getTransform(), { width } = context.measureText(text);
        const left = { right: x - width, center: x - width / 2, start: x }[context.textAlign];
        const [from, middle] = [e + left, f + y];
        painted.push({ text, left: from, right: from + width, middle, turned: b < 0 });
    };
    projector.drawEdgeTicks(context);
    return painted;
}"""


def show_flat(page: DashboardPage) -> None:
    page.page.get_by_text("2D", exact=True).click()
    expect(page.view).to_have_attribute("data-drawn", re.compile(r" 2 0 1 2$"))
    page.wait_for_rest()


def zoom(page: DashboardPage, notches: int) -> None:
    box = page.view.bounding_box()
    page.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for _ in range(abs(notches)):
        page.page.mouse.wheel(0, -300 if notches > 0 else 300)
    page.wait_for_rest()


def test_values_stand_beside_the_axis_and_do_not_touch_it(page):
    show_flat(page)
    axis = page.page.evaluate(
        """() => {
            const { middle, length } = projector.shown.frame;
            return projector.screenMap()(middle[0] - length / 2, middle[1] - length / 2, 0)[0];
        }"""
    )
    beside = [each for each in page.page.evaluate(PAINTED) if each["right"] < axis]
    assert len([each for each in beside if not each["turned"]]) >= 3
    assert all(axis - 12 < each["right"] < axis - 4 for each in beside if not each["turned"])


def test_axes_are_named_also_where_they_lie_outside_the_view(page):
    show_flat(page)
    names = {each["text"] for each in page.page.evaluate(PAINTED) if "%" in each["text"]}
    assert {name[:4] for name in names} == {"PC 1", "PC 2"}
    zoom(page, 6)
    close = page.page.evaluate(PAINTED)
    assert {each["text"] for each in close} >= names
    below = sorted(
        (each["left"], each["right"])
        for each in close
        if not each["turned"] and each["middle"] > page.view.bounding_box()["height"] - 20
    )
    assert len(below) >= 4
    assert all(before[1] < after[0] for before, after in itertools.pairwise(below))


def test_values_of_a_small_picture_do_not_stand_on_each_other(page):
    show_flat(page)
    zoom(page, -4)
    values = [each for each in page.page.evaluate(PAINTED) if not each["text"].startswith("PC")]
    rows = {}
    for each in values:
        rows.setdefault(round(each["middle"]), []).append((each["left"], each["right"]))
    for row in rows.values():
        row.sort()
        assert all(before[1] < after[0] for before, after in itertools.pairwise(row))


def test_in_a_narrow_view_the_names_of_all_three_axes_are_in_it(page):
    page.page.set_viewport_size({"width": 1024, "height": 700})
    page.page.mouse.move(5, 5)
    page.wait_for_rest()
    picture = Image.open(io.BytesIO(page.view.screenshot())).convert("L")
    # Thin strokes are mixed with the ground.
    is_ink = np.asarray(picture) < 160
    # The third stands upright at the left of everything, with its whole height in the view.
    assert not is_ink[:, :2].any()
    assert is_ink[:, 2:30].any(axis=1).sum() > 40


def test_what_a_status_has_no_room_for_does_not_push_the_truth_of_the_map_away(page):
    trust = page.page.locator("#trust")
    expect(trust).to_contain_text("pts", timeout=WAIT)
    page.page.evaluate(
        "() => { projector.byId('status').textContent = 'A long status. '.repeat(20) }"
    )
    expect(trust).to_be_in_viewport(ratio=1)
    line, figures = page.page.locator(".status").bounding_box(), trust.bounding_box()
    assert figures["x"] + figures["width"] <= line["x"] + line["width"]
    page.page.locator("#status").hover()
    expect(page.page.locator("#status")).to_have_attribute("title", re.compile("A long status"))


def test_in_a_low_window_neighbors_are_seen_without_scrolling(page):
    page.page.set_viewport_size({"width": 1024, "height": 700})
    page.wait_for_rest()
    page.click_point(page.reachable_row())
    expect(page.neighbors.nth(1)).to_be_in_viewport(timeout=WAIT)
