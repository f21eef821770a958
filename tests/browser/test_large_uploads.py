"""Uploads that take a while: the network is lost, a person pauses, cancels, drops files."""

import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import expect

from tests.browser.dashboard_page import WAIT
from tests.running_server import start_server

MEGABYTES = 60


@pytest.fixture(scope="module")
def busy_server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    with start_server(folder) as running:
        running.uploads = folder / "uploads"
        yield running


@pytest.fixture(scope="module")
def large_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("files") / "large.npy"
    rng = np.random.default_rng(0)
    np.save(path, rng.normal(size=(10_000, MEGABYTES * 25)).astype(np.float32))
    return path


@pytest.fixture
def dialog(open_page, busy_server, large_file):
    """The dialog that sends a large file, on a line slow enough to do something meanwhile."""
    tab = open_page(busy_server)
    network = tab.page.context.new_cdp_session(tab.page)
    network.send("Network.enable")
    tab.button("Upload").click()
    dialog = tab.page.get_by_role("dialog", name="Upload a dataset")
    dialog.tab = tab
    dialog.set_offline = lambda offline: network.send(
        "Network.emulateNetworkConditions",
        {
            "offline": offline,
            "latency": 0,
            "downloadThroughput": -1,
            "uploadThroughput": 12_000_000,
        },
    )
    dialog.set_offline(False)
    dialog.get_by_label("Tensor", exact=True).set_input_files(large_file)
    yield dialog
    network.detach()


def datasets(tab):
    return tab.page.request.get(tab.url + "/api/v1/datasets").json()["datasets"]


def wait_until_nothing_is_left(server):
    """Wait until no upload and no preview lies on the server's disk."""
    until = time.monotonic() + WAIT / 1000
    while left := list(server.uploads.iterdir()):
        assert time.monotonic() < until, left
        time.sleep(0.02)


def test_an_upload_goes_on_where_it_stopped_after_the_network_was_lost(dialog, busy_server):
    tab = dialog.tab
    expect(dialog).to_contain_text(f"of {MEGABYTES} MB")
    expect(dialog.get_by_role("button", name="Open")).to_be_disabled()
    dialog.set_offline(True)
    expect(dialog).to_contain_text("connection lost", timeout=WAIT)
    notice = tab.page.locator("#notice-text")
    expect(notice).to_contain_text("server cannot be reached", timeout=WAIT)
    dialog.set_offline(False)
    expect(notice).to_contain_text("server is back", timeout=WAIT)
    expect(dialog).to_contain_text("10,000 points", timeout=2 * WAIT)
    assert datasets(tab) == []
    dialog.get_by_role("button", name="Open").click()
    expect(dialog).to_be_hidden(timeout=WAIT)
    tab.wait_for_points(10_000)
    wait_until_nothing_is_left(busy_server)
    tab.console.clear()  # the browser notes the requests that failed


def test_a_paused_upload_waits_and_a_canceled_one_leaves_nothing(dialog, busy_server):
    tab = dialog.tab
    before = datasets(tab)
    expect(dialog).to_contain_text(f"of {MEGABYTES} MB")
    dialog.get_by_role("button", name="Pause").click()
    expect(dialog.get_by_role("button", name="Go on")).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert datasets(tab) == before
    wait_until_nothing_is_left(busy_server)
    tab.button("Upload").click()
    expect(dialog.get_by_role("button", name="Open")).to_be_disabled()
    expect(dialog.locator(".file .name").first).to_have_class("name hint")
    tab.console.clear()


def test_a_canceled_preview_leaves_nothing(open_page, busy_server, small_files):
    tab = open_page(busy_server)
    before = datasets(tab)
    tab.drop(small_files, "small.npy", "small.tsv")
    dialog = tab.page.get_by_role("dialog", name="Upload a dataset")
    expect(dialog).to_contain_text("60 points", timeout=WAIT)
    dialog.get_by_role("button", name="Cancel").click()
    wait_until_nothing_is_left(busy_server)
    assert datasets(tab) == before


def test_a_file_that_cannot_be_read_does_not_stay_when_it_is_canceled_before_that_is_known(
    open_page, busy_server, tmp_path
):
    (tmp_path / "broken.npy").write_bytes(b"no array")
    tab = open_page(busy_server)
    answers = []

    def hold(route):
        if route.request.method == "PUT":
            answers.append((route, route.fetch()))
        else:
            route.continue_()

    tab.page.route("**/page/previews/*", hold)
    tab.drop(tmp_path, "broken.npy")
    while not answers:
        tab.page.wait_for_timeout(20)
    dialog = tab.page.get_by_role("dialog", name="Upload a dataset")
    with tab.page.expect_response(lambda response: response.request.method == "DELETE"):
        dialog.get_by_role("button", name="Cancel").click()
    for route, answer in answers:
        assert answer.status == 422
        route.fulfill(response=answer)
    wait_until_nothing_is_left(busy_server)
    tab.console.clear()  # the browser notes the requests that were refused


def test_a_parquet_file_and_a_table_beside_it_are_looked_at_and_opened(
    open_page, busy_server, tmp_path
):
    random = np.random.default_rng(4)
    vectors = {
        name: random.normal(size=(n, 30)).tolist() for name, n in {"raw": 9, "fine": 6}.items()
    }
    columns = {name: list(map(list, zip(*rows, strict=True))) for name, rows in vectors.items()}
    kinds = [f"kind {i % 3}" for i in range(30)]
    pq.write_table(pa.table({"kind": kinds, **columns}), tmp_path / "words.parquet")
    (tmp_path / "a.tsv").write_text("".join(f"word {i}\n" for i in range(30)))
    tab = open_page(busy_server)
    tab.drop(tmp_path, "a.tsv", "words.parquet")
    dialog = tab.page.get_by_role("dialog", name="Upload a dataset")
    expect(dialog.locator(".file .name").nth(0)).to_have_text("words.parquet")
    expect(dialog.locator(".file .name").nth(1)).to_have_text("a.tsv")
    vector = dialog.get_by_label("Column of vectors", exact=True)
    vector.select_option("fine", timeout=WAIT)
    expect(dialog).to_contain_text("Parquet · 30 points × 6 dimensions", timeout=WAIT)
    expect(dialog.locator(".preview")).to_contain_text("word 3")
    dialog.get_by_role("button", name="Open").click()
    tab.wait_for_points(30)
    tab.choose("Color by", "kind")
    expect(tab.legend).to_have_count(3)


def test_dropped_files_find_their_places(open_page, busy_server, small_files):
    tab = open_page(busy_server)
    tab.drop(small_files, "small.tsv", "small.png", "small.npy")
    dialog = tab.page.get_by_role("dialog", name="Upload a dataset")
    expect(dialog.locator(".file .name")).to_have_text(["small.npy", "small.tsv", "small.png"])
    dialog.get_by_role("button", name="Open").click()
    tab.wait_for_points(60)
    expect(tab.page.get_by_label("Label by", exact=True)).to_have_value("word")


def test_mnist_is_dropped_looked_at_and_opened_with_one_click(open_page, busy_server, real_data):
    tab = open_page(busy_server)
    names = ("mnist_10k_784d_u8.npy", "mnist_10k_784d_labels.tsv", "mnist_10k_sprite.png")
    tab.drop(real_data / "mnist", *names)
    dialog = tab.page.get_by_role("dialog", name="Upload a dataset")
    expect(dialog).to_contain_text("10,000 points × 784 dimensions · uint8", timeout=2 * WAIT)
    expect(dialog.get_by_label("Thumbnail size", exact=True)).to_have_value("28x28")
    expect(dialog.locator(".thumbnails .thumbnail").first).to_be_visible()
    dialog.get_by_role("button", name="Open").click()
    tab.wait_for_points(10_000)
    expect(tab.legend).to_have_count(10)
    tab.click_point(tab.reachable_row())
    expect(tab.neighbors).to_have_count(100, timeout=WAIT)
    expect(tab.neighbors.locator(".thumbnail").first).to_be_visible(timeout=WAIT)


def test_only_the_broken_file_is_sent_again(open_page, busy_server, small_files, tmp_path):
    tab = open_page(busy_server)
    rng = np.random.default_rng(9)
    np.save(tmp_path / "fresh.npy", rng.normal(size=(60, 3)))
    (tmp_path / "short.tsv").write_text("a\tb\n1\t2\n")
    tab.button("Upload").click()
    dialog = tab.page.get_by_role("dialog", name="Upload a dataset")
    dialog.get_by_label("Tensor", exact=True).set_input_files(tmp_path / "fresh.npy")
    dialog.get_by_label("Metadata", exact=True).set_input_files(tmp_path / "short.tsv")
    expect(dialog.locator(".file.bad .wrong")).to_contain_text("short.tsv", timeout=WAIT)
    sent = []
    tab.page.on("request", lambda request: sent.append(request) if request.method == "PATCH" else 0)
    dialog.get_by_label("Metadata", exact=True).set_input_files(small_files / "small.tsv")
    dialog.get_by_role("button", name="Open").click()
    tab.wait_for_points(60)
    expect(dialog).to_be_hidden()
    assert len(sent) == 1
    wait_until_nothing_is_left(busy_server)
    tab.console.clear()
