"""Uploading through the page, and data that is odd: one point, no metadata, hostile labels."""

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.dashboard_page import WAIT
from tests.running_server import start_server


@pytest.fixture(scope="module")
def empty_server(tmp_path_factory):
    with start_server(tmp_path_factory.mktemp("uploads")) as running:
        yield running


@pytest.fixture
def tab(open_page, empty_server):
    page = open_page(empty_server)
    expect(page.button("Upload")).to_be_visible(timeout=WAIT)
    return page


def upload(tab, tensor, metadata=None, **fields):
    tab.button("Upload").click()
    dialog = tab.page.get_by_role("dialog", name="Upload a dataset")
    dialog.get_by_label("Tensor", exact=True).set_input_files(tensor)
    if metadata:
        dialog.get_by_label("Metadata", exact=True).set_input_files(metadata)
    for label, text in fields.items():
        dialog.get_by_label(label, exact=True).fill(text)
    dialog.get_by_role("button", name="Open").click()
    return dialog


def test_tensor_metadata_and_sprite_open_together(tab, small_files):
    tab.button("Upload").click()
    dialog = tab.page.get_by_role("dialog", name="Upload a dataset")
    dialog.get_by_label("Tensor", exact=True).set_input_files(small_files / "small.npy")
    dialog.get_by_label("Metadata", exact=True).set_input_files(small_files / "small.tsv")
    dialog.get_by_label("Sprite", exact=True).set_input_files(small_files / "small.png")
    dialog.get_by_label("Thumbnail size", exact=True).fill("4x4")
    dialog.get_by_role("button", name="Open").click()
    tab.wait_for_points(60)
    expect(dialog).to_be_hidden()
    expect(tab.page.locator("#legend .entry")).to_have_count(4)
    tab.click_point(tab.reachable_row())
    expect(tab.neighbors).to_have_count(59, timeout=WAIT)
    expect(tab.neighbors.locator(".thumbnail").first).to_be_visible()


def test_what_is_wrong_with_a_file_is_said_in_the_dialog_and_the_rest_is_kept(tab, tmp_path):
    bad = tmp_path / "ragged.tsv"
    bad.write_text("1\t2\t3\n4\t5\n")
    dialog = upload(tab, bad, Name="Ragged")
    expect(dialog.get_by_role("alert")).to_contain_text("line 2 has 2 values where 3 are expected")
    expect(dialog.get_by_label("Name", exact=True)).to_have_value("Ragged")
    tab.console.clear()  # the browser itself notes every refused request


def test_of_several_tensors_in_a_file_one_is_chosen(tab, tmp_path):
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "two.npz", first=rng.normal(size=(30, 4)), second=rng.normal(size=(20, 6)))
    dialog = upload(tab, tmp_path / "two.npz")
    expect(dialog.get_by_label("Which tensor", exact=True)).to_be_visible()
    dialog.get_by_label("Which tensor", exact=True).select_option("second")
    dialog.get_by_role("button", name="Open").click()
    tab.wait_for_points(20)
    tab.console.clear()


@pytest.mark.parametrize(
    ("shape", "n_neighbors"), [((1, 5), 0), ((2, 1), 1), ((40, 1), 39), ((3, 2), 2)]
)
def test_tiny_tensors_are_drawn(tab, tmp_path, shape, n_neighbors):
    tensor = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    np.save(tmp_path / "tiny.npy", tensor)
    upload(tab, tmp_path / "tiny.npy", Name=f"tiny {shape}")
    tab.wait_for_points(shape[0])
    expect(tab.headline).to_contain_text(f"{shape[1]} dim")
    tab.click_point(tab.reachable_row())
    expect(tab.page.locator("#point-card")).to_contain_text("row")
    expect(tab.neighbors).to_have_count(n_neighbors)


def test_a_dataset_without_metadata_is_labeled_by_row(tab, tmp_path):
    np.save(tmp_path / "plain.npy", np.random.default_rng(2).normal(size=(25, 3)))
    upload(tab, tmp_path / "plain.npy")
    tab.wait_for_points(25)
    tab.click_point(tab.reachable_row())
    expect(tab.neighbors).to_have_count(24, timeout=WAIT)
    expect(tab.neighbors.first).to_contain_text("row ")


def test_hostile_labels_and_names_are_shown_letter_for_letter(tab, tmp_path):
    evil = '<img src=x onerror="window.__xss=1"><b>bold</b>'
    np.save(tmp_path / "evil.npy", np.random.default_rng(3).normal(size=(12, 3)))
    lines = [f"{evil}\t<i>group</i>", *(f"{evil} {i}\t<u>{i % 2}</u>" for i in range(12))]
    (tmp_path / "evil.tsv").write_text("\n".join(lines) + "\n")
    upload(tab, tmp_path / "evil.npy", tmp_path / "evil.tsv", Name=evil)
    tab.wait_for_points(12)
    row = tab.reachable_row()
    tab.click_point(row)
    expect(tab.neighbors.first).to_contain_text("<b>bold</b>")
    expect(tab.page.locator("#point-card")).to_contain_text(evil)
    tab.point_at(row)
    expect(tab.page.locator("#hover-card")).to_contain_text("<b>bold</b>")
    expect(tab.page.locator("#legend")).to_contain_text("<u>0</u>")
    assert tab.page.evaluate("() => window.__xss") is None
    assert tab.page.locator("#view b, #legend u, #point-card img").count() == 0


def test_all_of_many_points_are_drawn(tab, many_points):
    upload(tab, many_points / "many.npy", many_points / "many.tsv")
    tab.wait_for_points(60_000)
    expect(tab.page.locator("#drawn-note")).to_have_text("")
    tab.search.fill("item 59999")
    expect(tab.page.locator("#search-message")).to_contain_text("match")
    tab.matches.get_by_text("item 59999", exact=True).click()
    expect(tab.neighbors).to_have_count(100, timeout=WAIT)
    tab.page.wait_for_function("() => projector.shown.selectedPoint === 59999")
    tab.wait_for_points(60_000)
