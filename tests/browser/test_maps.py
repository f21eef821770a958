"""How true a map is: ranks beside neighbors, lines to those that are torn away."""

from playwright.sync_api import expect

from tests.browser.dashboard_page import DashboardPage


def test_each_neighbor_shows_both_ranks_and_torn_ones_get_lines(page: DashboardPage):
    page.click_point(page.reachable_row())
    expect(page.neighbors).to_have_count(100)
    expect(page.neighbors.first.locator(".rank")).to_contain_text("1 → ")
    lines = page.page.locator("#torn-lines-drawn")
    expect(lines).to_have_attribute("data-lines", "0")
    page.page.get_by_label("Lines to torn neighbors").click()
    n_torn = page.page.locator("#neighbor-list .rank.torn").count()
    assert 0 < n_torn < 100
    expect(lines).to_have_attribute("data-lines", str(n_torn))
    expect(page.page.get_by_text(f"{n_torn} of 100")).to_be_visible()
    # Another picture of the same points has other ranks.
    page.page.get_by_text("2D", exact=True).click()
    expect(lines).not_to_have_attribute("data-lines", str(n_torn))
    page.button("Clear selection").click()
    expect(lines).to_have_attribute("data-lines", "0")
    expect(lines).to_have_attribute("width", "0")
