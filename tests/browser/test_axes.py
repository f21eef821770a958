"""What stands along the axes of a flat picture: values and names, wherever it is zoomed to."""

import itertools
import re

from playwright.sync_api import expect

from tests.browser.dashboard_page import DashboardPage

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
