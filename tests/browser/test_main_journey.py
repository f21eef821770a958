"""The main job: open, color, click, read the neighbors, search, isolate, project anew."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from callbacks.links import link_of_view
from data.links import link_text
from data.neighbors import nearest_neighbors
from data.services import Services
from data.view_state import ViewState
from tests.browser.dashboard_page import WAIT

LOOKED_AT = {
    # dataset: (rows, column to color by, what to search, the file of its tensor)
    "MNIST": (10_000, "label", "7", "mnist/mnist_10k_784d_u8.npy"),
    "Words": (10_000, "count", "polit", "words_10k/words_10k.npy"),
    "Handwritten digits": (1_797, "digit", "8 no", None),
}


@pytest.fixture(params=LOOKED_AT)
def opened(request, page):
    """A tab with one of the datasets open, and what the test needs to know of it."""
    n_points, column, text, file = LOOKED_AT[request.param]
    tensor = None
    if file:
        tensor = np.load(request.getfixturevalue("real_data") / file, mmap_mode="r")
    page.open_dataset(request.param, n_points)
    return page, n_points, column, text, tensor


def test_a_person_finds_neighbors_isolates_them_and_comes_back(opened):
    page, n_points, column, text, tensor = opened
    page.choose("Color by", column)
    expect(page.page.locator("#legend > *").first).to_be_visible()

    row = page.reachable_row()
    page.click_point(row)
    expect(page.neighbors).to_have_count(100, timeout=WAIT)
    expect(page.headline).to_contain_text("101 selected")
    listed = [
        int(r)
        for r in page.page.locator("#neighbor-list .row-entry").evaluate_all(
            "lines => lines.map(line => line.dataset.row)"
        )
    ]
    if tensor is not None:
        found = nearest_neighbors(np.asarray(tensor, np.float32), row, 100, "cosine")
        assert listed == found.rows.tolist()
    assert page.shown("[...shown.selected]") == sorted([row, *listed])
    assert page.shown("shown.selectedPoint") == row

    page.search.fill(text)
    expect(page.page.locator("#search-message")).to_contain_text("match")
    page.search.press("Enter")
    expect(page.headline).not_to_contain_text("101 selected")
    expect(page.page.locator("#selection-count")).to_contain_text("selected")
    n_selected = page.shown("shown.selected.length")
    assert 1 < n_selected < n_points

    whole = page.view.get_attribute("data-projection")
    page.button("Isolate selection").click()
    page.wait_for_points(n_selected)
    page.wait_for_change("data-projection", whole)
    expect(page.page.locator("#status")).to_contain_text(f"PCA of the {n_selected:,} isolated")
    assert page.shown("shown.rows.length") == n_selected

    page.button("Show all").click()
    page.wait_for_points(n_points)
    expect(page.view).to_have_attribute("data-projection", whole)


def test_isolation_nests_and_neighbors_stay_among_the_isolated(page):
    page.search.fill("3 no")
    page.search.press("Enter")
    expect(page.page.locator("#selection-count")).to_have_text("183 selected")
    page.button("Isolate selection").click()
    page.wait_for_points(183)
    threes = set(page.shown("[...shown.rows]"))

    page.click_point(page.reachable_row())
    expect(page.neighbors).to_have_count(100, timeout=WAIT)
    expect(page.page.locator("#neighbors-title")).to_contain_text("among the isolated")
    assert set(page.shown("[...shown.selected]")) <= threes
    # The right pictures and labels: every neighbor of a three, here, is a three.
    assert all(
        label.startswith("3 no") for label in page.neighbors.locator(".label").all_inner_texts()
    )

    page.button("Isolate selection").click()
    page.wait_for_points(101)
    expect(page.page.locator("#isolation-trail")).to_have_text("1,797 › 183 › 101")
    page.button("Back").click()
    page.wait_for_points(183)
    page.button("Show all").click()
    page.wait_for_points(1797)


def test_hovering_shows_the_right_digit(page, looked_at):
    """The card holds the thumbnail, label and metadata of the very point under the pointer."""
    row = page.reachable_row()
    page.point_at(row)
    card = page.page.locator("#hover-card")
    expect(card).to_be_visible()
    expect(card).to_have_attribute("data-row", str(row))
    expect(card).to_contain_text(f"no. {row}")
    place = card.locator(".thumbnail").evaluate("span => span.style.backgroundPosition")
    column, line = (-float(part) for part in re.findall(r"-?[\d.]+", place))
    assert (round(line / 48), round(column / 48)) == divmod(row, 43)


def test_a_search_previews_while_typing_and_selects_when_committed(page):
    page.search.press_sequentially("7 no. 1")
    expect(page.page.locator("#search-message")).to_contain_text("matches")
    expect(page.page.locator("#selection-count")).to_have_text("Nothing selected")
    # What was typed first matched more.
    expect(page.matches.filter(has_not_text="7 no. 1")).to_have_count(0)
    previewed = page.matches.count()
    assert previewed > 1
    page.button("Select matches").click()
    expect(page.page.locator("#selection-count")).to_contain_text("selected")
    assert page.shown("shown.selectedPoint") is None


def test_a_bad_pattern_says_what_is_wrong_and_keeps_the_selection(page):
    page.click_point(page.reachable_row())
    expect(page.neighbors).to_have_count(100, timeout=WAIT)
    page.page.get_by_label("Regular expression").check(force=True)
    page.search.fill("(")
    expect(page.page.locator("#search-message")).not_to_have_text("")
    expect(page.page.locator("#search-message")).not_to_contain_text("match")
    expect(page.headline).to_contain_text("101 selected")


def test_metric_and_number_of_neighbors_change_list_and_selection_together(page):
    page.click_point(page.reachable_row())
    expect(page.neighbors).to_have_count(100, timeout=WAIT)
    cosine = page.shown("[...shown.selected]")
    page.page.get_by_text("Euclidean", exact=True).click()
    expect(page.page.locator("#neighbors-title")).to_contain_text("Euclidean")
    page.page.get_by_label("Number of neighbors").fill("7")
    expect(page.neighbors).to_have_count(7, timeout=WAIT)
    expect(page.headline).to_contain_text("8 selected")
    assert set(page.shown("[...shown.selected]")) != set(cosine)


def test_pointing_at_a_neighbor_marks_it_and_a_click_goes_to_it(page):
    page.click_point(page.reachable_row())
    expect(page.neighbors).to_have_count(100, timeout=WAIT)
    third = page.neighbors.nth(2)
    row = int(third.get_attribute("data-row"))
    third.hover()
    expect(page.page.locator("#mark-hovered")).to_have_js_property("hidden", False)
    third.click()
    expect(page.page.locator("#point-card")).to_contain_text(f"row {row:,}")
    assert page.shown("shown.selectedPoint") == row


def test_a_committed_search_with_one_match_highlights_its_neighbors(page):
    page.search.fill("no. 1234")
    page.search.press("Enter")
    expect(page.neighbors).to_have_count(100, timeout=WAIT)
    expect(page.page.locator("#search-message")).to_have_text("1 match")
    page.page.wait_for_function(
        "() => projector.shown.matches && !projector.shown.focusOnMatches"
        " && projector.shown.selected.length === 101"
    )


def test_keys_work_after_a_switch_was_clicked_and_escape_empties_the_search(page):
    page.page.get_by_text("2D", exact=True).click()
    page.page.keyboard.press("/")
    expect(page.search).to_be_focused()
    page.page.keyboard.type("8 no")
    expect(page.page.locator("#search-message")).to_contain_text("matches")
    # Also what was typed just before, and the box has told nobody yet.
    page.page.keyboard.type("pe")
    page.page.keyboard.press("Escape")
    expect(page.search).to_have_value("")
    expect(page.matches).to_have_count(0)


def test_more_neighbors_than_there_can_be_are_cut_without_complaint(page):
    page.click_point(page.reachable_row())
    expect(page.neighbors).to_have_count(100, timeout=WAIT)
    page.page.get_by_label("Number of neighbors").fill("2500")
    expect(page.neighbors).to_have_count(1000, timeout=WAIT)
    expect(page.headline).to_contain_text("1,001 selected")
    expect(page.page.get_by_role("alert")).to_be_hidden()


def test_the_keyboard_searches_walks_the_list_and_clears(page):
    page.page.keyboard.press("/")
    expect(page.search).to_be_focused()
    page.page.keyboard.type("no. 77")
    expect(page.page.locator("#search-message")).to_contain_text("match")
    page.page.keyboard.press("Enter")
    expect(page.page.locator("#selection-count")).to_contain_text("selected")
    # From the box itself: to clear it first would empty the list.
    page.page.keyboard.press("ArrowDown")
    page.page.keyboard.press("ArrowDown")
    expect(page.matches.nth(1)).to_have_attribute("aria-selected", "true")
    page.page.keyboard.press("Escape")
    expect(page.page.locator("#selection-count")).to_have_text("Nothing selected")


def test_the_address_bar_carries_the_view_to_a_colleague(page, open_page, dashboard):
    page.click_point(page.reachable_row())
    expect(page.neighbors).to_have_count(100, timeout=WAIT)
    page.button("Isolate selection").click()
    page.wait_for_points(101)
    page.page.get_by_text("2D", exact=True).click()
    expect(page.view).to_have_attribute("data-drawn", re.compile(r" 2 0 1 2$"))
    raw = page.view.get_attribute("data-projection")
    page.page.get_by_label("Normalize rows").check(force=True)
    expect(page.page.locator("#status")).to_contain_text("rows normalized")
    page.wait_for_change("data-projection", raw)
    page.page.wait_for_url(lambda url: "view=" in url or "saved=" in url)
    rows, projection = page.shown("[...shown.rows]"), page.view.get_attribute("data-projection")
    expect(page.page.locator("#isolation-trail")).to_have_text("1,797 › 101")

    colleague = open_page(dashboard, page.page.url)
    colleague.wait_for_points(101)
    expect(colleague.view).to_have_attribute("data-projection", projection)
    expect(colleague.view).to_have_attribute("data-drawn", re.compile(r" 2 0 1 2$"))
    expect(colleague.neighbors).to_have_count(100)
    assert colleague.shown("[...shown.rows]") == rows
    assert colleague.page.get_by_label("Normalize rows").is_checked()


def test_a_view_too_long_for_an_address_is_stored_and_opens_again(open_page, dashboard, looked_at):
    services = Services.open(looked_at)
    digits = next(d for d in services.datasets.list() if "digits" in d.name)
    scattered = np.random.default_rng(0).permutation(digits.n_points)[:1500].tolist()
    steps = (
        tuple(sorted(scattered)),
        tuple(sorted(scattered[:900])),
        tuple(sorted(scattered[:700])),
    )
    view = ViewState(digits.id, isolation=steps, selected_rows=tuple(sorted(scattered[:300])))
    address = link_of_view(services, view)
    assert address.startswith("?saved=")
    assert len(address) < 100

    tab = open_page(dashboard, address)
    tab.wait_for_points(700)
    expect(tab.page.locator("#isolation-trail")).to_have_text("1,797 › 1,500 › 900 › 700")
    tab.button("Back").click()
    tab.wait_for_points(900)


def test_two_people_do_not_see_each_others_selection(page, open_page, dashboard):
    other = open_page(dashboard)
    other.wait_for_points(1797)
    page.click_point(page.reachable_row())
    expect(page.neighbors).to_have_count(100, timeout=WAIT)
    other.search.fill("5 no")
    other.search.press("Enter")
    expect(other.page.locator("#selection-count")).to_have_text("182 selected")
    expect(other.neighbors).to_have_count(0)
    expect(page.headline).to_contain_text("101 selected")
    assert page.shown("shown.selected.length") == 101


def test_a_link_to_a_dataset_that_is_gone_says_so_and_opens_what_is_left(open_page, dashboard):
    tab = open_page(dashboard, "?view=" + link_text(ViewState("a" * 26)))
    tab.wait_for_points(1797)
    expect(tab.page.get_by_role("alert")).to_contain_text("not on this server")
