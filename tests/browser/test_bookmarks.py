"""Bookmarks in the browser: saved, opened, told as a story, undone, and sent to others."""

import base64
import io
import json
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from data.services import Services
from data.stores.kept_coordinates import keep_coordinates
from data.view_state import Camera, Search, ViewState
from tests.browser.dashboard_page import WAIT
from tests.running_server import start_server


@pytest.fixture(scope="module")
def stored(looked_at, tmp_path_factory):
    """A data directory of its own with the digits, whose bookmarks tests may change."""
    folder = tmp_path_factory.mktemp("bookmarks")
    shutil.copytree(looked_at / "datasets", folder / "datasets")
    services = Services.open(folder, reserve_bytes=4096)
    for record in services.datasets.list():
        if not record.name.startswith("Handwritten"):
            services.datasets.delete(record.id)
    return services


@pytest.fixture(scope="module")
def server(stored):
    with start_server(stored.data_dir) as running:
        yield running


@pytest.fixture
def digits(stored):
    return stored.datasets.list()[0]


@pytest.fixture
def tab(server, open_page):
    page = open_page(server)
    page.wait_for_points(1797)
    return page


def save(tab, name, note="", author=None):
    tab.button("Save bookmark").click()
    tab.page.get_by_label("Bookmark name").fill(name)
    tab.page.get_by_label("Note", exact=True).fill(note)
    if author is not None:
        tab.page.get_by_role("dialog").get_by_label("Your name").fill(author)
    tab.button("Save").click()
    expect(tab.page.locator("#bookmark-message")).to_contain_text(f"Saved “{name}”")


def address(tab):
    return tab.page.evaluate("location.search")


def wait_for_address(tab, pattern):
    tab.page.wait_for_url(re.compile(pattern), timeout=WAIT)


def settled_picture(tab):
    """Return what the scene shows, once nothing in it moves any more: RGB of shape (h, w, 3)."""
    tab.page.wait_for_function(
        """() => {
            const now = JSON.stringify([projector.camera(), projector.shown.nFrames]);
            const view = document.querySelector("#view");
            const same = now === window.pictureBefore && !view.classList.contains("drawing");
            window.pictureBefore = now;
            return same;
        }""",
        polling=400,
    )
    # The scene alone: labels come when their texts do, and have tests of their own.
    shot = tab.page.evaluate(
        "() => { projector.glplot().redraw(); return projector.glplot().canvas.toDataURL(); }"
    )
    picture = Image.open(io.BytesIO(base64.b64decode(shot.partition(",")[2])))
    return np.asarray(picture.convert("RGB"), np.int16)


def difference(a, b):
    """Share of the pixels that differ visibly."""
    return float((np.abs(a - b).max(axis=2) > 24).mean())


def test_one_tells_a_story_and_another_walks_it(tab, server, open_page):
    save(tab, "All of them", "where we begin", author="Ada")
    tab.click_point(tab.reachable_row())
    expect(tab.neighbors).to_have_count(100, timeout=WAIT)
    point = tab.shown("shown.selectedPoint")
    save(tab, "A neighborhood")
    tab.button("Isolate selection").click()
    tab.wait_for_points(101)
    save(tab, "Alone")

    # Everybody sees them without loading anew; the name was asked for once.
    other = open_page(server)
    other.wait_for_points(1797)
    tab.button("Story").click()
    tab.page.get_by_label("Story name").fill("A tour")
    tab.button("Save").click()
    expect(other.button("Walk A tour")).to_be_visible(timeout=WAIT)
    expect(other.page.get_by_label("Bookmarks", exact=True).last).to_contain_text("Ada")

    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.button("Actions for A tour").click()
    tab.page.get_by_role("menuitem", name="Copy link").click()
    expect(tab.page.locator("#bookmark-message")).to_have_text("Link copied")
    link = tab.page.evaluate("navigator.clipboard.readText()")

    other.open(link)
    bar = other.page.get_by_role("region", name="Story")
    expect(bar).to_contain_text("1 of 3", timeout=WAIT)
    other.wait_for_points(1797)
    other.page.keyboard.press("ArrowRight")
    expect(bar).to_contain_text("A neighborhood")
    expect(other.headline).to_contain_text("101 selected", timeout=WAIT)
    assert other.shown("shown.selectedPoint") == point
    other.button("Next (→)").click()
    expect(bar).to_contain_text("3 of 3")
    other.wait_for_points(101)
    wait_for_address(other, r"story=s\w+&step=3$")
    other.page.keyboard.press("ArrowLeft")
    other.wait_for_points(1797)
    other.button("Full screen").click()
    expect(other.page.locator(".header")).to_be_hidden()
    other.page.keyboard.press("Escape")
    expect(other.page.locator(".header")).to_be_visible()
    other.page.keyboard.press("Escape")
    expect(bar).to_be_hidden()


# How many there are of the digits that a view below switches off.
DIGITS = {"3": 183, "4": 181}
VIEWS = [
    {"camera": Camera((0.4, 1.6, 0.9))},
    {
        "dimensionality": 2,
        "components": (1, 0, 2),
        "camera": Camera((0.1, 0.2, 0.9), (0.1, 0.2, 0)),
    },
    {"color_by": "digit", "hidden_values": ("3", "4"), "selected_rows": tuple(range(0, 900, 7))},
    {"isolation": (tuple(range(0, 600, 3)), tuple(range(0, 300, 6))), "thumbnails": False},
    {
        "search": Search("8 no", "example"),
        "selected_point": 5,
        "selected_rows": (5, 9),
        "point_size": 2.0,
    },
]


def n_shown(view):
    return (
        len(view.rows) if view.rows else 1797 - sum(DIGITS[value] for value in view.hidden_values)
    )


def test_bookmarks_show_the_very_same_pictures(server, stored, digits, open_page):
    """A link of a state, and its bookmark opened on another view, drawn pixel by pixel."""
    from callbacks.links import link_of_view

    first, second = open_page(server), open_page(server)
    second.wait_for_points(1797)
    for number, fields in enumerate(VIEWS):
        view = ViewState(dataset_id=digits.id, label_by="example", **fields)
        suffix = ""
        if view.camera:
            numbers = (*view.camera.eye, *view.camera.center, *view.camera.up)
            suffix = f"&camera={','.join(map(str, numbers))}"
        first.open(link_of_view(stored, view) + suffix)
        first.wait_for_points(n_shown(view))
        wanted = settled_picture(first)
        save(first, f"picture {number}", author=None if number else "")
        (kept,) = (mark for mark in stored.bookmarks.all() if mark.name == f"picture {number}")
        assert replace(kept.view, camera=view.camera) == view

        second.button(f"Open picture {number}").click()
        wait_for_address(second, f"bookmark={kept.id}$")
        second.wait_for_points(n_shown(view))
        assert difference(settled_picture(second), wanted) < 0.002, fields
    for mark in stored.bookmarks.all():
        stored.bookmarks.delete(mark.id)


def test_stored_coordinates_are_shown_without_computing(server, stored, digits, open_page):
    made = np.random.default_rng(0).normal(size=(1797, 2)).astype(np.float32)
    kept = keep_coordinates(stored.projections, digits.id, made, None, {"method": "tsne"})
    view = ViewState(digits.id, projection_id=kept.id, dimensionality=2)
    mark = stored.bookmarks.add({"name": "A map", "view": view, "projection_id": kept.id})
    tab = open_page(server, f"?bookmark={mark.id}")
    tab.wait_for_points(1797)
    assert tab.view.get_attribute("data-projection") == kept.id
    x = tab.shown("[...shown.axes[0]].slice(0, 50)")
    np.testing.assert_allclose(x, made[:50, 0], rtol=1e-6)
    stored.bookmarks.delete(mark.id)


def test_back_forward_undo_and_redo(tab):
    row = tab.reachable_row()
    tab.click_point(row)
    expect(tab.headline).to_contain_text("101 selected", timeout=WAIT)
    tab.button("Isolate selection").click()
    tab.wait_for_points(101)
    isolated = address(tab)

    tab.page.go_back()
    tab.wait_for_points(1797)
    expect(tab.headline).to_contain_text("101 selected")
    tab.page.go_back()
    expect(tab.headline).not_to_contain_text("selected")
    tab.page.go_forward()
    expect(tab.headline).to_contain_text("101 selected")
    tab.page.go_forward()
    tab.wait_for_points(101)
    assert address(tab) == isolated

    tab.page.keyboard.press("Control+z")
    tab.wait_for_points(1797)
    expect(tab.headline).to_contain_text("101 selected")
    tab.page.keyboard.press("Control+z")
    expect(tab.headline).not_to_contain_text("selected")
    tab.page.keyboard.press("Control+Shift+z")
    expect(tab.headline).to_contain_text("101 selected")
    assert tab.shown("shown.selectedPoint") == row
    tab.page.keyboard.press("Control+Shift+z")
    tab.wait_for_points(101)


def test_a_bookmark_is_renamed_moved_deleted_and_brought_back(tab, stored):
    for name in ("One", "Two"):
        save(tab, name, author="" if name == "One" else None)
    names = tab.page.locator("#bookmark-list > .bookmark .name")
    expect(names.last).to_have_text("Two")
    tab.button("Open Two").focus()
    tab.page.keyboard.press("Alt+ArrowUp")
    expect(names.last).to_have_text("One")
    tab.button("Actions for One").click()
    tab.page.get_by_role("menuitem", name="Rename").click()
    # Somebody else was faster: what was typed stays, and is saved only when that is wanted.
    (one,) = (b for b in stored.bookmarks.all() if b.name == "One")
    stored.bookmarks.update(one.id, {"name": "Theirs"})
    tab.page.get_by_label("Bookmark name").fill("Mine")
    tab.button("Save").click()
    expect(tab.page.get_by_role("alert").last).to_contain_text("It is now “Theirs”")
    tab.console.clear()  # the browser reports the refusal
    tab.button("Save").click()
    expect(names.last).to_have_text("Mine")

    tab.button("Actions for Mine").click()
    tab.page.get_by_role("menuitem", name="Delete").click()
    expect(tab.button("Open Mine")).to_have_count(0)
    tab.page.locator("#bookmark-message").get_by_role("button", name="Undo").click()
    expect(tab.button("Open Mine")).to_be_visible()
    for bookmark in stored.bookmarks.all():
        stored.bookmarks.delete(bookmark.id)


def test_a_file_opens_by_upload(tab, stored, digits, tmp_path):
    mark = stored.bookmarks.add({"name": "From a file", "view": ViewState(digits.id)})
    stored.bookmarks.delete(mark.id)
    content = {
        "format": "embedding-dashboard bookmarks",
        "version": 1,
        "bookmarks": [{"name": "From a file", "view": {"dataset_id": digits.id}}],
    }
    (tmp_path / "b.json").write_text(json.dumps(content))
    with tab.page.expect_file_chooser() as chooser:
        tab.button("Open bookmark file").click()
    chooser.value.set_files(tmp_path / "b.json")
    expect(tab.button("Open From a file")).to_be_visible()


def test_a_link_to_something_gone_says_what_and_opens_what_is_left(
    server, stored, digits, open_page
):
    gone = stored.bookmarks.add({"name": "Gone", "view": ViewState(digits.id)})
    stored.bookmarks.delete(gone.id)
    tab = open_page(server, f"?bookmark={gone.id}")
    expect(tab.page.locator("#notice-text")).to_contain_text("“Gone” was deleted", timeout=WAIT)
    tab.wait_for_points(1797)


def test_a_page_below_a_path_opens_its_links(stored, digits, open_page):
    mark = stored.bookmarks.add(
        {"name": "Below", "view": ViewState(digits.id, selected_rows=(1, 2, 3))}
    )
    with start_server(stored.data_dir, "--base-path", "/projector") as below:
        tab = open_page(below, f"?bookmark={mark.id}")
        tab.wait_for_points(1797)
        expect(tab.headline).to_contain_text("3 selected", timeout=WAIT)
        assert tab.page.evaluate("location.pathname") == "/projector/"
        tab.page.keyboard.press("2")
        wait_for_address(tab, r"/projector/\?view=")
        # Before the server ends, which the page would go on asking for what is new.
        tab.page.goto("about:blank")
    stored.bookmarks.delete(mark.id)
