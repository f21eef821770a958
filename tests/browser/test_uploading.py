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


def choose(tab, tensor, metadata=None, sprite=None):
    """Choose files in the dialog; they are sent and previewed by themselves."""
    tab.button("Upload").click()
    dialog = tab.page.get_by_role("dialog", name="Upload a dataset")
    for label, path in {"Tensor": tensor, "Metadata": metadata, "Sprite": sprite}.items():
        if path:
            dialog.get_by_label(label, exact=True).set_input_files(path)
    return dialog


def upload(tab, tensor, metadata=None, name=""):
    dialog = choose(tab, tensor, metadata)
    dialog.get_by_label("Name", exact=True).fill(name)
    dialog.get_by_role("button", name="Open").click()
    return dialog


def test_tensor_metadata_and_sprite_open_together(tab, small_files):
    dialog = choose(
        tab, small_files / "small.npy", small_files / "small.tsv", small_files / "small.png"
    )
    size = dialog.get_by_label("Thumbnail size", exact=True)
    size.fill("4x4")
    size.blur()
    expect(dialog).to_contain_text("NumPy array · 60 points × 5 dimensions · float32")
    expect(dialog.locator(".thumbnails .thumbnail")).to_have_count(24)
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
    dialog = choose(tab, bad)
    dialog.get_by_label("Name", exact=True).fill("Ragged")
    wrong = dialog.locator(".file.bad")
    expect(wrong).to_contain_text("line 2 has 2 values where 3 are expected", timeout=WAIT)
    expect(dialog.get_by_label("Name", exact=True)).to_have_value("Ragged")
    tab.console.clear()  # the browser itself notes every refused request


def test_each_file_takes_a_line_and_what_was_left_out_stands_above_the_rows(tab, tmp_path):
    bad = tmp_path / f"{'a long name of an experiment ' * 5}.csv"
    bad.write_text("x,y\n" + "".join(f"1,{i}\n3,nan\n" for i in range(30)))
    dialog = choose(tab, bad)
    warning = dialog.locator(".preview .warning")
    expect(warning).to_contain_text("Left out: 30 rows", timeout=WAIT)
    for row in dialog.locator(".zone .file").all():
        assert row.bounding_box()["height"] < 40
    told, rows, body = (
        part.bounding_box() for part in (warning, dialog.locator("table"), dialog.locator(".body"))
    )
    assert told["y"] + told["height"] <= min(rows["y"], body["y"] + body["height"])


def test_other_vector_columns_and_another_label_are_chosen_in_the_preview(tab, tmp_path):
    lines = ["name,x,y,z,year,place"]
    lines += [f"n{i},{i * 0.7 % 3},{i % 7},{i % 5},{1900 + i},p{i % 3}" for i in range(40)]
    (tmp_path / "mixed.csv").write_text("\n".join(lines) + "\n")
    dialog = choose(tab, tmp_path / "mixed.csv")
    expect(dialog).to_contain_text("Table separated by commas · 40 points × 4 dimensions")
    dialog.get_by_text("4 of 6 columns").click()
    expect(dialog.get_by_label("place", exact=True)).to_be_disabled()
    dialog.get_by_label("year", exact=True).uncheck()
    expect(dialog).to_contain_text("40 points × 3 dimensions", timeout=WAIT)
    dialog.get_by_label("Label by", exact=True).select_option("place")
    dialog.get_by_role("button", name="Open").click()
    tab.wait_for_points(40)
    expect(tab.headline).to_contain_text("3 dims")
    expect(tab.page.get_by_label("Label by", exact=True)).to_have_value("place")
    tab.click_point(tab.reachable_row())
    expect(tab.page.locator("#point-card")).to_contain_text("year")


def test_metadata_are_added_by_a_key_to_the_dataset_that_is_open(tab, tmp_path):
    np.save(tmp_path / "keyed.npy", np.random.default_rng(8).normal(size=(30, 3)))
    (tmp_path / "ids.tsv").write_text("".join(f"id{i}\n" for i in range(30)))
    upload(tab, tmp_path / "keyed.npy", tmp_path / "ids.tsv", "Keyed")
    tab.wait_for_points(30)
    lines = ["label\tcolor", *(f"id{i}\t{('red', 'green')[i % 2]}" for i in range(24, -1, -1))]
    (tmp_path / "colors.tsv").write_text("\n".join(lines) + "\n")
    tab.button("+ Metadata").click()
    dialog = tab.page.get_by_role("dialog", name="Add metadata")
    dialog.get_by_label("Metadata", exact=True).set_input_files(tmp_path / "colors.tsv")
    expect(dialog).to_contain_text("5 of 30 points have no line in colors.tsv", timeout=WAIT)
    expect(dialog.get_by_label("Lines find their points", exact=True)).to_have_value("label")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog).to_be_hidden()
    tab.choose("Color by", "color")
    expect(tab.page.locator("#legend .entry")).to_have_count(3, timeout=WAIT)
    expect(tab.page.get_by_label("Label by", exact=True)).to_have_value("label")
    expect(tab.page.locator("#dataset-remarks")).to_contain_text("5 of 30 points have no line")


def test_tiny_tensors_are_drawn(tab, tmp_path):
    for shape, n_neighbors in (((1, 5), 0), ((2, 1), 1), ((40, 1), 39), ((3, 2), 2)):
        tensor = np.random.default_rng(1).normal(size=shape).astype(np.float32)
        np.save(tmp_path / "tiny.npy", tensor)
        upload(tab, tmp_path / "tiny.npy", name=f"tiny {shape}")
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
    dialog = choose(tab, tmp_path / "evil.npy", tmp_path / "evil.tsv")
    expect(dialog.locator(".preview")).to_contain_text("<i>group</i>", timeout=WAIT)
    assert dialog.locator(".preview :is(i, b, img)").count() == 0
    dialog.get_by_label("Name", exact=True).fill(evil)
    dialog.get_by_role("button", name="Open").click()
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
