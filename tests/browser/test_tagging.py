"""Tagging: select by lasso, give a value, see it in colors, take it back."""

import re
import shutil

from playwright.sync_api import expect

from tests.browser.dashboard_page import WAIT
from tests.browser.test_selecting import coordinates_and_screen, drag


def test_a_lasso_selection_is_tagged_and_colored_by_the_tag(
    serve, open_page, small_stored, tmp_path
):
    shutil.copytree(small_stored, tmp_path / "data")
    tab = open_page(serve(tmp_path / "data"))
    page = tab.page
    tab.wait_for_points(60)
    value, legend = page.get_by_role("textbox", name="Tag selection as"), page.locator("#legend")
    page.get_by_text("Tag selection", exact=True).click()
    expect(tab.button("Tag")).to_be_disabled()
    page.keyboard.press("l")
    _, screen = coordinates_and_screen(tab)
    low, high = screen.min(axis=0) - 20, screen.max(axis=0) + 20
    left_half = [low, (low[0], high[1]), ((low[0] + high[0]) / 2, high[1])]
    drag(tab, [*left_half, ((low[0] + high[0]) / 2, low[1])])
    expect(tab.button("Tag")).to_be_enabled(timeout=WAIT)
    n_selected = tab.shown("shown.selected.length")
    assert 0 < n_selected < 60

    page.get_by_role("textbox", name="Tagged by").fill("Ann")
    value.fill("left")
    value.press("Enter")
    expect(page.get_by_label("Color by", exact=True)).to_have_value("tag", timeout=WAIT)
    expect(legend).to_contain_text("left")
    expect(legend).to_contain_text(str(n_selected))
    edit = page.get_by_label("Edit to take back", exact=True)
    expect(edit).to_have_value(re.compile(f"^tag: left, {n_selected} points, Ann "))
    assert tab.shown("shown.selected.length") == n_selected
    expect(value).to_have_value("")
    expect(page.get_by_role("option", name="left")).to_have_count(0)
    expect(value).not_to_be_focused()

    # The name is remembered, and everybody sees the tag.
    tab.open()
    page.get_by_text("Tag selection", exact=True).click()
    expect(page.get_by_role("textbox", name="Tagged by")).to_have_value("Ann", timeout=WAIT)
    tab.choose("Color by", "tag")
    expect(legend).to_contain_text("left")
    tab.button("Undo tag").click()
    expect(tab.button("Undo tag")).to_be_disabled(timeout=WAIT)
    expect(page.get_by_label("Color by", exact=True)).not_to_have_value("tag")
    expect(edit).to_have_value("")
