"""More points than a machine draws at once: bit by bit beside the screen, then all of them."""

import io
import math

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from data.parsing import ParseRequest, Source
from data.services import Services
from tests.browser.dashboard_page import DashboardPage
from tests.running_server import start_server

N = 30_000  # see-through, because so many opaque points would hide how dense they lie

# Every frame takes long while the camera moves, as on a slow machine.
MOVE_SLOWLY = """() => {
    projector.onFrame(() => {
        const end = performance.now() + 150;
        while (window.mover && performance.now() < end);
    });
    window.mover = setInterval(() => projector.moveCamera(projector.camera()), 30);
}"""
STOP = "() => { clearInterval(window.mover); window.mover = null; }"


@pytest.fixture(scope="module")
def points(tmp_path_factory):
    path = tmp_path_factory.mktemp("points") / "points.npy"
    np.save(path, np.random.default_rng(0).normal(size=(N, 3)).astype(np.float32))
    return Source(path, "points.npy")


@pytest.fixture(scope="module")
def many(tmp_path_factory, points):
    folder = tmp_path_factory.mktemp("many")
    Services.open(folder).datasets.add(ParseRequest(tensor=points))
    with start_server(folder) as server:
        yield server


@pytest.fixture(scope="module")
def many_thumbnails(tmp_path_factory, points):
    folder = tmp_path_factory.mktemp("thumbnails")
    side = math.ceil(math.sqrt(N))
    cells = np.random.default_rng(1).integers(0, 200, (side, side, 3), dtype=np.uint8)
    Image.fromarray(cells.repeat(4, axis=0).repeat(4, axis=1)).save(folder / "sheet.png")
    request = ParseRequest(tensor=points, sprite=Source(folder / "sheet.png", "sheet.png"))
    Services.open(folder / "data").datasets.add(request)
    with start_server(folder / "data") as server:
        yield server


def canvas_pixels(page: DashboardPage) -> np.ndarray:
    page.wait_for_rest()
    picture = Image.open(io.BytesIO(page.page.locator("#graph canvas").screenshot()))
    return np.asarray(picture.convert("RGB")).astype(int)


SELECT = """() => {
    projector.selectRows(Array.from({ length: 300 }, (_, i) => 90 * i));
    window.dash_clientside.set_props("selected-point", { data: 17 });
}"""


def changed(picture: np.ndarray, other: np.ndarray) -> float:
    """Return the share of pixels that differ.

    Rounding does not count. WebGL moves a point by a part of a pixel, so that a few pixels on rims
    are taken for outside or for the ring.
    """
    return float((np.abs(picture - other).max(axis=2) > 4).mean())


def come_to_rest(tab: DashboardPage) -> None:
    """Move as on a slow machine, and wait until all points are drawn again."""
    tab.wait_for_rest()
    tab.page.mouse.move(5, 5)
    note = tab.page.locator("#moving-note")
    tab.page.evaluate(MOVE_SLOWLY)
    expect(note).to_contain_text(f"of {N:,} while moving")
    tab.page.evaluate(STOP)
    tab.page.wait_for_function("() => projector.cloud().isWhole")
    expect(note).to_be_hidden()
    assert tab.page.evaluate("() => projector.cloud().part") is None


def drawn_at_once(tab: DashboardPage) -> np.ndarray:
    tab.page.evaluate(
        """() => {
            projector.cloud().isWhole = false;
            projector.sortCloud(true);
            projector.glplot().redraw();
        }"""
    )
    return canvas_pixels(tab)


@pytest.mark.parametrize("selected", [False, True])
@pytest.mark.parametrize("dimensionality", ["2D", "3D"])
def test_the_picture_drawn_by_the_processor_is_the_one_that_webgl_draws(
    open_page, many, dimensionality, selected
):
    tab = open_page(many)
    tab.wait_for_points(N)
    tab.page.get_by_text(dimensionality, exact=True).click()
    if selected:
        tab.page.evaluate(SELECT)
        tab.page.wait_for_function(
            "() => projector.shown.selected?.length === 300 && projector.shown.selectedPoint === 17"
        )
    come_to_rest(tab)
    gradual, at_once = canvas_pixels(tab), drawn_at_once(tab)
    assert (at_once < 250).any()
    assert changed(gradual, at_once) < 0.01
    assert abs((gradual - at_once).mean()) < 0.1
    if dimensionality == "3D" and not selected:
        # In another order of depth it would be another picture.
        tab.page.evaluate("() => { projector.sortCloud(false); projector.glplot().redraw(); }")
        assert changed(canvas_pixels(tab), at_once) > 0.02


def test_thumbnails_drawn_bit_by_bit_are_those_drawn_at_once(open_page, many_thumbnails):
    tab = open_page(many_thumbnails)
    tab.wait_for_points(N)
    tab.page.wait_for_function("() => projector.cloud().tiles.length > 0")
    come_to_rest(tab)
    gradual, at_once = canvas_pixels(tab), drawn_at_once(tab)
    assert len(np.unique(at_once.reshape(-1, 3), axis=0)) > 1000
    assert changed(gradual, at_once) < 0.001


def test_whoever_moves_on_waits_for_nothing_and_sees_no_picture_of_before(open_page, many):
    tab = open_page(many)
    tab.wait_for_points(N)
    tab.page.evaluate(MOVE_SLOWLY)
    expect(tab.page.locator("#moving-note")).to_contain_text(f"of {N:,} while moving")
    tab.page.evaluate(STOP)
    tab.page.wait_for_function("() => projector.cloud().isWhole")
    # New colors, another camera, another size: what was drawn before is none of them.
    for change in (
        "projector.cloud().setLooks(projector.shown.looks)",
        "projector.moveCamera(projector.camera())",
    ):
        tab.page.evaluate(f"() => {{ projector.cloud().isWhole = true; {change}; }}")
        assert not tab.page.evaluate("() => projector.cloud().isWhole")
    tab.page.set_viewport_size({"width": 1100, "height": 700})
    tab.page.wait_for_function("() => projector.glplot().canvas.clientHeight < 640")
    tab.page.wait_for_function(
        "() => projector.cloud().isWhole && projector.cloud().picture.fits()"
    )
