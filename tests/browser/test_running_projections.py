"""t-SNE of MNIST in the page: run, watched, steered from two browsers, and there for everybody."""

from __future__ import annotations

import json
import re
import urllib.request

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from data.demo import add_demo
from data.parsing import ParseRequest, Source
from data.services import Services
from tests.browser.dashboard_page import WAIT, DashboardPage
from tests.running_server import RunningServer, start_server
from tests.shared_data import shared_data

N_DIGITS = 3_000


@pytest.fixture(scope="module")
def computing(tmp_path_factory):
    """A server of its own, since it gets projections; with one slot, so that runs wait."""
    services = Services.open(tmp_path_factory.mktemp("computing"))
    mnist = shared_data() / "mnist" if shared_data() else None
    if mnist is None:
        add_demo(services.datasets)
    else:
        # A part of it: the steps must last while two browsers draw, not keep the cores from them.
        path = services.data_dir / "mnist.npy"
        np.save(path, np.load(mnist / "mnist_10k_784d_u8.npy")[:N_DIGITS])
        labels = services.data_dir / "labels.tsv"
        lines = (mnist / "mnist_10k_784d_labels.tsv").read_text().splitlines()[:N_DIGITS]
        labels.write_text("\n".join(lines) + "\n")
        request = ParseRequest(Source(path, "mnist.npy"), Source(labels, "labels.tsv"))
        services.datasets.add(request, name="MNIST")
    with start_server(services.data_dir, "--slots", "1") as running:
        yield running


def n_points(tab: DashboardPage) -> int:
    return int(tab.view.get_attribute("data-points") or 0)


def open_tsne(tab: DashboardPage) -> None:
    expect(tab.view).to_have_attribute("data-points", re.compile(r"\d{4,}"), timeout=WAIT)
    tab.page.get_by_text("t-SNE", exact=True).click()
    expect(estimate(tab)).to_contain_text("about", timeout=WAIT)


def estimate(tab: DashboardPage) -> Locator:
    return tab.page.locator("#estimate")


def run(tab: DashboardPage, **parameters: str) -> None:
    """Set parameters by their labels, and press Run once it may be pressed."""
    for label, value in parameters.items():
        box = tab.page.get_by_label(label, exact=True)
        box.fill(value)
        box.blur()
    expect(tab.button("Run")).to_be_enabled(timeout=WAIT)
    tab.button("Run").click()


def id_of_stopped(server: RunningServer) -> str:
    """Ask the server for the one projection that was stopped with a layout to keep."""
    address = f"{server.url}/api/v1"
    with urllib.request.urlopen(f"{address}/datasets") as answer:
        dataset = json.load(answer)["datasets"][0]["id"]
    with urllib.request.urlopen(f"{address}/projections?dataset={dataset}") as answer:
        listed = json.load(answer)["projections"]
    (stopped,) = [p["id"] for p in listed if p["state"] == "stopped" and p["n_frames"]]
    return str(stopped)


def job(tab: DashboardPage) -> Locator:
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


def listed(tab: DashboardPage, text: str) -> Locator:
    return tab.page.locator("#projection-list .projection").filter(has_text=text)


def projection_of(tab: DashboardPage) -> str:
    return tab.view.get_attribute("data-projection") or ""


def test_a_run_is_watched_steered_from_two_browsers_and_there_for_everybody(open_page, computing):
    first = open_page(computing)
    open_tsne(first)
    n_all = n_points(first)
    first.page.get_by_label("Your name", exact=True).fill("Ada")
    first.page.get_by_label("Your name", exact=True).blur()
    # What cannot be run says why.
    first.page.get_by_label("Perplexity", exact=True).fill("5000")
    expect(estimate(first)).to_contain_text("from 1 to", timeout=WAIT)
    expect(first.button("Run")).to_be_disabled()

    run(first, Perplexity="30", Iterations="6000")
    wait_for_state(first, "running")
    wait_for_frames(first, 2)
    expect(job(first)).to_contain_text("iteration", timeout=WAIT)
    # Everything else works while it runs.
    first.choose("Color by", re.compile("label|digit"))
    first.search.fill("7")
    expect(first.page.locator("#search-message")).to_contain_text("match", timeout=WAIT)
    wait_for_frames(first, 1)
    expect(first.view).to_have_attribute("data-points", str(n_all))

    # A colleague opens it by the link. A run of his own has to wait for its turn.
    second = open_page(computing, first.page.url)
    second.wait_for_points(n_all)
    wait_for_state(second, "running")
    expect(listed(second, "Ada")).to_have_count(1, timeout=WAIT)
    run(second, Perplexity="7")
    expect(job(second)).to_contain_text("place 1 in the queue", timeout=WAIT)
    expect(second.page.locator("#status")).to_contain_text("waiting", timeout=WAIT)
    second.button("Stop").click()
    expect(job(second)).to_contain_text("stopped while it waited", timeout=WAIT)
    listed(second, "Ada").locator(".open").click()
    wait_for_state(second, "running")

    second.button("Pause").click()
    wait_for_state(first, "paused")
    first.button("Resume").click()
    wait_for_state(second, "running")
    # Pushed, it is another projection, and both follow it there.
    before = projection_of(first)
    first.button("Perturb").click()
    for tab in (first, second):
        tab.wait_for_change("data-projection", before)
    wait_for_frames(second, 2)
    # A reload goes on watching; stopped, it keeps what there is.
    first.page.reload()
    first.wait_for_points(n_all)
    wait_for_state(first, "running")
    second.button("Stop").click()
    for tab in (first, second):
        wait_for_state(tab, "stopped")
    expect(first.page.locator("#status")).to_contain_text("stopped at iteration", timeout=WAIT)
    # Opened anew, it is there without computing.
    stopped = id_of_stopped(computing)
    expect(first.view).to_have_attribute("data-projection", stopped, timeout=WAIT)
    second.open(first.page.url)
    second.wait_for_points(n_all)
    expect(second.view).to_have_attribute("data-projection", stopped, timeout=WAIT)
    wait_for_state(second, "stopped")

    # Isolated points are arranged on their own.
    first.click_point(first.reachable_row())
    expect(first.neighbors).to_have_count(100, timeout=WAIT)
    first.button("Isolate selection").click()
    first.wait_for_points(101)
    expect(estimate(first)).to_contain_text("101 points", timeout=WAIT)
    run(first, Iterations="50")
    status = first.page.locator("#status")
    expect(status).to_contain_text("t-SNE of the 101 isolated", timeout=WAIT)
    wait_for_state(first, "done")
    # All points are back as they were, without computing.
    first.button("Show all").click()
    first.wait_for_points(n_all)
    expect(first.view).to_have_attribute("data-projection", stopped, timeout=WAIT)

    # Names and deletions are everybody's.
    entry = listed(first, "101 points")
    entry.hover()
    entry.get_by_role("button", name="Rename").click()
    box = first.page.get_by_label("Name of the projection")
    box.fill("Mine")
    box.press("Enter")
    named = listed(second, "Mine")
    expect(named).to_have_count(1, timeout=WAIT)
    named.hover()
    named.get_by_role("button", name="Delete").click()
    named.get_by_role("button", name="Delete").click()
    for tab in (first, second):
        expect(listed(tab, "Mine")).to_have_count(0, timeout=WAIT)
