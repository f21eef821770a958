"""t-SNE in the page: run, watched, steered from two browsers, and there for everybody after."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard_page import WAIT, DashboardPage
from tests.running_server import start_server

N_DIGITS = 1797


@pytest.fixture(scope="module")
def computing(tmp_path_factory):
    """A server of its own on the demo: these tests add projections."""
    with start_server(tmp_path_factory.mktemp("computing"), demo=True) as running:
        yield running


def open_tsne(tab: DashboardPage) -> None:
    tab.wait_for_points(N_DIGITS)
    tab.page.get_by_text("t-SNE", exact=True).click()
    expect(tab.page.locator("#estimate")).to_contain_text("about", timeout=WAIT)


def set_parameter(tab: DashboardPage, label: str, value: str) -> None:
    box = tab.page.get_by_label(label, exact=True)
    box.fill(value)
    box.blur()


def job(tab: DashboardPage):
    return tab.page.locator("#job")


def wait_for_state(tab: DashboardPage, *states: str) -> None:
    expect(job(tab)).to_have_attribute("data-state", re.compile("|".join(states)), timeout=WAIT)


def wait_for_frames(tab: DashboardPage, n: int) -> None:
    """Wait until the points have moved n times more."""
    tab.page.wait_for_function(
        "([n, from]) => Number(projector.byId('view').dataset.liveFrame || -1) >= from + n",
        arg=[n, int(tab.view.get_attribute("data-live-frame") or -1)],
        timeout=WAIT,
    )


def listed(tab: DashboardPage):
    return tab.page.locator("#projection-list .projection")


def test_a_run_is_watched_steered_and_shared(open_page, computing):
    first = open_page(computing)
    open_tsne(first)
    first.page.get_by_label("Your name", exact=True).fill("Ada")
    first.page.get_by_label("Your name", exact=True).blur()
    set_parameter(first, "Iterations", "6000")
    expect(first.page.locator("#estimate")).to_contain_text("about", timeout=WAIT)
    first.button("Run").click()
    wait_for_state(first, "running")
    wait_for_frames(first, 3)
    expect(first.view).to_have_attribute("data-points", str(N_DIGITS))
    expect(job(first)).to_contain_text("iteration", timeout=WAIT)
    # Everything else works while it runs.
    first.choose("Color by", re.compile("digit"))
    first.search.fill("seven")
    wait_for_frames(first, 1)

    # A colleague opens it by the link and holds it.
    second = open_page(computing, first.page.url)
    second.wait_for_points(N_DIGITS)
    wait_for_state(second, "running")
    expect(listed(second)).to_contain_text("Ada", timeout=WAIT)
    second.button("Pause").click()
    wait_for_state(first, "paused")
    first.button("Resume").click()
    wait_for_state(second, "running")

    # Pushed, it is another projection, and both follow it there.
    before = first.view.get_attribute("data-projection")
    first.button("Perturb").click()
    for tab in (first, second):
        tab.wait_for_change("data-projection", before)
    wait_for_frames(second, 2)

    # A reload goes on watching; stopped, it keeps what there is.
    first.page.reload()
    first.wait_for_points(N_DIGITS)
    wait_for_state(first, "running")
    second.button("Stop").click()
    for tab in (first, second):
        wait_for_state(tab, "stopped")
    expect(first.page.locator("#status")).to_contain_text("stopped at iteration", timeout=WAIT)

    # Somebody else opens it without computing.
    third = open_page(computing, first.page.url)
    third.wait_for_points(N_DIGITS)
    wait_for_state(third, "stopped")
    third_id = third.view.get_attribute("data-projection")
    assert third_id == first.view.get_attribute("data-projection")
