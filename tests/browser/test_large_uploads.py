"""Uploads that take a while: the network is lost, a person pauses, cancels, drops files."""

import base64

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.dashboard_page import WAIT
from tests.running_server import start_server

MEGABYTES = 60


@pytest.fixture(scope="module")
def busy_server(tmp_path_factory):
    with start_server(tmp_path_factory.mktemp("large")) as running:
        yield running


@pytest.fixture(scope="module")
def large_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("files") / "large.npy"
    rng = np.random.default_rng(0)
    np.save(path, rng.normal(size=(10_000, MEGABYTES * 25)).astype(np.float32))
    return path


@pytest.fixture
def dialog(open_page, busy_server, large_file):
    """The dialog with a large file chosen, on a line slow enough to do something meanwhile."""
    tab = open_page(busy_server)
    tab.button("Upload").click()
    dialog = tab.page.get_by_role("dialog", name="Upload a dataset")
    dialog.get_by_label("Tensor", exact=True).set_input_files(large_file)
    network = tab.page.context.new_cdp_session(tab.page)
    network.send("Network.enable")
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
    return dialog


def datasets(tab):
    return tab.page.request.get(tab.url + "/api/v1/datasets").json()["datasets"]


def test_an_upload_goes_on_where_it_stopped_after_the_network_was_lost(dialog):
    tab = dialog.tab
    dialog.get_by_role("button", name="Open").click()
    expect(dialog).to_contain_text(f"of {MEGABYTES} MB")
    dialog.set_offline(True)
    expect(dialog).to_contain_text("connection lost", timeout=WAIT)
    assert datasets(tab) == []
    dialog.set_offline(False)
    expect(dialog).to_be_hidden(timeout=2 * WAIT)
    tab.wait_for_points(10_000)
    tab.console.clear()  # the browser notes the requests that failed


def test_a_paused_upload_waits_and_a_canceled_one_leaves_nothing(dialog):
    tab = dialog.tab
    before = datasets(tab)
    dialog.get_by_label("Name", exact=True).fill("never")
    dialog.get_by_role("button", name="Open").click()
    expect(dialog).to_contain_text(f"of {MEGABYTES} MB")
    dialog.get_by_role("button", name="Pause").click()
    expect(dialog.get_by_role("button", name="Go on")).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog.get_by_role("alert")).to_have_text("Canceled.")
    assert datasets(tab) == before
    expect(dialog.get_by_role("button", name="Open")).to_be_enabled()
    tab.console.clear()


def test_dropped_files_find_their_places(open_page, busy_server, small_files):
    tab = open_page(busy_server)
    expect(tab.button("Upload")).to_be_visible()
    dropped = {
        name: base64.b64encode((small_files / name).read_bytes()).decode()
        for name in ("small.tsv", "small.png", "small.npy")
    }
    tab.page.evaluate(
        """(files) => {
            const dataTransfer = new DataTransfer();
            for (const [name, content] of Object.entries(files)) {
                const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
                dataTransfer.items.add(new File([bytes], name));
            }
            document.querySelector("#view").dispatchEvent(
                new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
        }""",
        dropped,
    )
    dialog = tab.page.get_by_role("dialog", name="Upload a dataset")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Thumbnail size", exact=True).fill("4x4")
    dialog.get_by_role("button", name="Open").click()
    tab.wait_for_points(60)
    expect(tab.page.get_by_label("Label by", exact=True)).to_have_value("word")


def test_only_the_broken_file_is_sent_again(open_page, busy_server, small_files, tmp_path):
    tab = open_page(busy_server)
    rng = np.random.default_rng(9)
    np.save(tmp_path / "fresh.npy", rng.normal(size=(60, 3)))
    (tmp_path / "short.tsv").write_text("a\tb\n1\t2\n")
    tab.button("Upload").click()
    dialog = tab.page.get_by_role("dialog", name="Upload a dataset")
    dialog.get_by_label("Tensor", exact=True).set_input_files(tmp_path / "fresh.npy")
    dialog.get_by_label("Metadata", exact=True).set_input_files(tmp_path / "short.tsv")
    dialog.get_by_role("button", name="Open").click()
    expect(dialog.get_by_role("alert")).to_contain_text("short.tsv")
    sent = []
    tab.page.on("request", lambda request: sent.append(request) if request.method == "PATCH" else 0)
    dialog.get_by_label("Metadata", exact=True).set_input_files(small_files / "small.tsv")
    dialog.get_by_role("button", name="Open").click()
    tab.wait_for_points(60)
    expect(dialog).to_be_hidden()
    assert len(sent) == 1
    tab.console.clear()
