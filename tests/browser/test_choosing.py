"""Selects with many options: what is typed finds one."""

import re

import numpy as np
from playwright.sync_api import expect

from tests.browser.dashboard_page import WAIT, DashboardPage


def test_a_click_on_the_dataset_and_a_few_letters_open_another(page):
    # A page that is still opening draws its selects anew, which forgets what Enter would take.
    page.page.wait_for_load_state("networkidle")
    box = page.page.get_by_label("Dataset", exact=True)
    box.click()
    page.page.keyboard.type("iris")
    found = page.page.get_by_role("option")
    expect(found).to_have_count(1)
    # What Enter takes is marked a moment after it is found.
    expect(found).to_have_attribute("data-combobox-selected", "true")
    page.page.keyboard.press("Enter")
    page.wait_for_points(150)
    expect(box).to_have_value(re.compile("^Iris"))


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
