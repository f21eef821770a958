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
from playwright.sync_api import Route, expect

from callbacks.links import link_of_view
from data.bookmarks.bookmarking import save_bookmark
from data.links import link_text
from data.parsing import ParseRequest, Source
from data.services import Services
from data.stores.kept_coordinates import keep_coordinates
from data.view_state import ViewState
from tests.browser.dashboard_page import WAIT
from tests.running_server import start_server
from tests.view_states import drawn, pictured_views
from tests.waiting import wait_until

N_VIEWS = 5
# Another one draws other views.
SEED = 2300567914


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


def settled_picture(tab, n_points):
    """Return what the scene shows, once nothing in it moves any more: RGB of shape (h, w, 3)."""
    tab.wait_for_points(n_points)
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


@pytest.fixture
def mnist_map(stored, real_data, tmp_path):
    """1,000 of MNIST with their thumbnails, and a t-SNE of them."""
    source = real_data / "mnist"
    n = 1000
    np.save(tmp_path / "mnist.npy", np.load(source / "mnist_10k_784d_u8.npy", mmap_mode="r")[:n])
    lines = (source / "mnist_10k_784d_labels.tsv").read_text().splitlines(keepends=True)
    (tmp_path / "labels.tsv").write_text("".join(lines[:n]))
    with Image.open(source / "mnist_10k_sprite.png") as sheet:
        sheet.crop((0, 0, sheet.width, n // (sheet.width // 28) * 28)).save(tmp_path / "sheet.png")
    request = ParseRequest(
        tensor=Source(tmp_path / "mnist.npy", "mnist.npy"),
        metadata=Source(tmp_path / "labels.tsv", "labels.tsv"),
        sprite=Source(tmp_path / "sheet.png", "sheet.png"),
        thumbnail=(28, 28),
    )
    dataset = stored.datasets.add(request, name="MNIST")
    brief = {"early_exaggeration_iter": 30, "n_iter": 50}
    asked = stored.projections.request(dataset.id, "tsne", brief)
    wait_until(lambda: stored.projections.record(asked.id).state == "done")
    yield dataset, asked
    stored.datasets.delete(dataset.id)


def test_one_tells_a_story_on_a_map_of_mnist_and_another_walks_it(
    server, stored, mnist_map, open_page
):
    dataset, tsne = mnist_map
    view = ViewState(dataset.id, tsne.id, dimensionality=2, label_by="label", color_by="label")
    tab = open_page(server, link_of_view(stored, view))
    tab.wait_for_points(1000)
    save(tab, "All of them", "where we begin", author="Ada")
    tab.click_point(tab.reachable_row())
    expect(tab.neighbors).to_have_count(100, timeout=WAIT)
    point = tab.shown("shown.selectedPoint")
    tab.page.mouse.wheel(0, -300)
    wait_for_address(tab, "camera=")
    save(tab, "A neighborhood")
    tab.button("Isolate selection").click()
    tab.wait_for_points(101)
    save(tab, "Alone")
    tab.button("Story").click()
    tab.page.get_by_label("Story name").fill("A tour")
    tab.button("Save").click()
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.button("Actions for A tour").click()
    tab.page.get_by_role("menuitem", name="Copy link").click()
    expect(tab.page.locator("#bookmark-message")).to_have_text("Link copied")
    link = tab.page.evaluate("navigator.clipboard.readText()")

    # Who opens the link sees the map that was stored: nothing is computed for it.
    n_known = len(stored.projections.list(dataset.id))
    other = open_page(server, link)
    bar = other.page.get_by_role("region", name="Story")
    expect(bar).to_contain_text("1 of 3", timeout=WAIT)
    expect(bar).to_contain_text("where we begin")
    expect(other.page.get_by_label("Bookmarks", exact=True).last).to_contain_text("Ada")
    other.wait_for_points(1000)
    assert other.view.get_attribute("data-projection") == tsne.id
    other.page.keyboard.press("ArrowRight")
    expect(bar).to_contain_text("A neighborhood")
    expect(other.headline).to_contain_text("101 selected", timeout=WAIT)
    assert other.shown("shown.selectedPoint") == point
    other.button("Next (→)").click()
    expect(bar).to_contain_text("3 of 3")
    other.wait_for_points(101)
    wait_for_address(other, r"story=s\w+&step=3$")
    other.page.keyboard.press("ArrowLeft")
    other.wait_for_points(1000)
    assert other.view.get_attribute("data-projection") == tsne.id
    assert other.shown(
        "Array.from({ length: 20 }, (_, i) => shown.positions[3 * i])"
    ) == pytest.approx(stored.projections.coordinates(tsne.id)[:20, 0])
    assert len(stored.projections.list(dataset.id)) == n_known
    other.button("Previous (←)").click()
    expect(bar).to_contain_text("1 of 3")
    expect(other.headline).not_to_contain_text("selected")

    other.button("Full screen").click()
    expect(other.page.locator(".header")).to_be_hidden()
    other.page.keyboard.press("Escape")
    expect(other.page.locator(".header")).to_be_visible()

    # What one deletes, everybody misses without loading anew; what is left is still walked.
    tab.button("Actions for A neighborhood").click()
    tab.page.get_by_role("menuitem", name="Delete").click()
    expect(other.button("Open A neighborhood")).to_have_count(0, timeout=WAIT)
    expect(other.button("Walk A tour")).to_contain_text("2 of 3 steps")
    other.page.keyboard.press("ArrowRight")
    expect(bar).to_contain_text("3 of 3")
    other.wait_for_points(101)
    # Who leaves while the step is on its way has left.
    held: list[Route] = []
    other.page.route("**/page/stories/*", lambda route: held.append(route))
    with other.page.expect_request("**/page/stories/*"):
        other.page.keyboard.press("ArrowLeft")
    expect(bar).to_contain_text("1 of 3")
    other.page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    with other.page.expect_response("**/page/stories/*") as told:
        held[0].continue_()
    told.value.finished()
    other.wait_for_rest()
    expect(bar).to_be_hidden()


def show(tab, view):
    """Let the page open the link of a view, as back and forward do."""
    numbers = view.camera and (*view.camera.eye, *view.camera.center, *view.camera.up)
    seen_from = f"&camera={','.join(map(str, numbers))}" if numbers else ""
    link = f"?view={link_text(view)}{seen_from}"
    tab.page.evaluate("(address) => projector.report('opened', { address })", link)


def shown_view(tab):
    """Return the view that the page is on, without its camera."""
    return ViewState.from_json(tab.page.evaluate("projector.viewState"))


def test_any_view_is_the_very_same_picture_from_its_link_and_its_bookmark(
    server, stored, digits, open_page
):
    """Views drawn at random: one page opens their links, another their bookmarks."""
    made = np.random.default_rng(0).normal(size=(1797, 3)).astype(np.float32)
    kept = keep_coordinates(stored.projections, digits.id, made, None, {"method": "tsne"})
    digit = stored.datasets.open(digits.id).metadata.column("digit").to_pylist()
    print("views of the seed", SEED)
    one, other = open_page(server), open_page(server)
    other.wait_for_points(1797)
    for view in drawn(pictured_views(digits, kept.id), N_VIEWS, SEED):
        print(view)
        rows = view.rows or range(1797)
        n_points = sum(digit[row] not in view.hidden_values for row in rows)
        show(one, view)
        wanted = settled_picture(one, n_points)
        mark = save_bookmark(stored, {"name": "Any", "view": view.to_json()})
        other.page.evaluate("(id) => projector.openBookmark(id)", mark.id)
        wait_for_address(other, f"bookmark={mark.id}$")
        assert difference(settled_picture(other, n_points), wanted) < 0.002
        # The state of the page follows its picture.
        state = replace(view, camera=None)
        wait_until(lambda state=state: shown_view(other) == state)
        stored.bookmarks.delete(mark.id)


def test_stored_coordinates_are_shown_without_computing(server, stored, digits, open_page):
    made = np.random.default_rng(0).normal(size=(1797, 2)).astype(np.float32)
    kept = keep_coordinates(stored.projections, digits.id, made, None, {"method": "tsne"})
    view = ViewState(digits.id, projection_id=kept.id, dimensionality=2)
    mark = stored.bookmarks.add({"name": "A map", "view": view, "projection_id": kept.id})
    tab = open_page(server, f"?bookmark={mark.id}")
    tab.wait_for_points(1797)
    assert tab.view.get_attribute("data-projection") == kept.id
    x = tab.shown("Array.from({ length: 50 }, (_, i) => shown.positions[3 * i])")
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
    # What follows from it late is no step of a person who holds keys for the next.
    for key in ("Control", "Shift"):
        tab.page.keyboard.down(key)
    assert not tab.shown("projector.isByHand()")
    tab.page.keyboard.press("z")
    tab.wait_for_points(101)
    for key in ("Shift", "Control"):
        tab.page.keyboard.up(key)


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


def test_a_file_opens_by_upload_and_when_it_is_dropped(tab, stored, digits, tmp_path):
    mark = stored.bookmarks.add({"name": "From a file", "view": ViewState(digits.id)})
    stored.bookmarks.delete(mark.id)
    content = {
        "format": "embedding-dashboard bookmarks",
        "version": 1,
        "bookmarks": [{"name": "From a file", "view": {"dataset_id": digits.id}}],
    }
    (tmp_path / "b.json").write_text(json.dumps(content))
    for is_dropped in (False, True):
        if is_dropped:
            tab.drop(tmp_path, "b.json")
        else:
            with tab.page.expect_file_chooser() as chooser:
                tab.button("Open bookmark file").click()
            chooser.value.set_files(tmp_path / "b.json")
        expect(tab.button("Open From a file")).to_be_visible()
        for bookmark in stored.bookmarks.all():
            stored.bookmarks.delete(bookmark.id)
        expect(tab.button("Open From a file")).to_have_count(0, timeout=WAIT)


def test_bookmarks_of_the_predecessor_that_are_dropped_say_what_fits_no_dataset(tab, real_data):
    tab.drop(real_data / "bookmarks", "word2vec_full_bookmarks.txt")
    said = tab.page.locator("#bookmark-message")
    expect(said).to_contain_text("Add the dataset first", timeout=WAIT)
    tab.console.clear()  # the browser reports the refusal
    expect(tab.page.get_by_role("dialog", name="Upload a dataset")).to_have_count(0)


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
