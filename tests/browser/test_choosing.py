"""Selects with many options: what is typed finds one."""

import re

import numpy as np
from playwright.sync_api import Locator, expect

from tests.browser.dashboard_page import WAIT, DashboardPage


def test_a_click_on_the_dataset_and_a_few_letters_open_another(page):
    box = type_to_find(page, "iris")
    page.page.keyboard.press("Enter")
    page.wait_for_points(150)
    expect(box).to_have_value(re.compile("^Iris"))


def test_enter_takes_what_is_marked_however_late_the_page_gets_to_its_timers(page):
    page.page.evaluate(
        """() => {
            const { setTimeout } = window;
            window.heldBack = [];
            window.setTimeout = (run, ms, ...of) =>
                ms ? setTimeout(run, ms, ...of) : window.heldBack.push(run);
            window.letGo = () => {
                window.setTimeout = setTimeout;
                for (const run of window.heldBack) run();
            };
        }"""
    )
    type_to_find(page, "iris")
    page.page.evaluate("window.letGo()")
    page.page.keyboard.press("Enter")
    page.wait_for_points(150)


def type_to_find(page: DashboardPage, letters: str) -> Locator:
    """Search the datasets until one is found, which Enter takes; return the box."""
    box = page.page.get_by_label("Dataset", exact=True)
    box.click()
    page.page.keyboard.type(letters)
    found = page.page.get_by_role("option")
    expect(found).to_have_count(1)
    expect(found).to_have_attribute("data-combobox-selected", "true")
    return box


def test_a_box_that_has_the_keys_is_seen_to_have_them(page):
    look = "(box) => getComputedStyle(box).borderColor + getComputedStyle(box).boxShadow"
    for name in ("Dataset", "Search"):
        box = page.page.get_by_label(name, exact=True)
        before = box.evaluate(look)
        box.focus()
        expect(box).to_be_focused()
        page.page.wait_for_timeout(300)  # the border takes its color smoothly
        assert box.evaluate(look) != before


def test_without_metadata_the_boxes_for_columns_say_so(open_page, serve, tmp_path, demo_copied):
    np.save(tmp_path / "bare.npy", np.eye(6, dtype=np.float32))
    page: DashboardPage = open_page(serve(demo_copied(tmp_path / "data")))
    page.wait_for_points(1797)
    page.drop(tmp_path, "bare.npy")
    page.button("Open").click()
    page.wait_for_points(6)
    for name in ("Label by", "In column"):
        box = page.page.get_by_label(name, exact=True)
        expect(box).to_have_attribute("placeholder", "No metadata", timeout=WAIT)
