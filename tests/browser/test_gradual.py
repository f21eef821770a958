"""More points than a machine draws at once: bit by bit beside the screen, then all of them."""

import io

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
def many(tmp_path_factory):
    folder = tmp_path_factory.mktemp("many")
    points = np.random.default_rng(0).normal(size=(N, 3)).astype(np.float32)
    np.save(folder / "points.npy", points)
    services = Services.open(folder / "data")
    services.datasets.add(ParseRequest(tensor=Source(folder / "points.npy", "points.npy")))
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


@pytest.mark.parametrize("selected", [False, True])
@pytest.mark.parametrize("dimensionality", ["2D", "3D"])
def test_the_picture_drawn_bit_by_bit_is_the_one_that_webgl_draws(
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
    tab.wait_for_rest()
    tab.page.mouse.move(5, 5)
    note = tab.page.locator("#moving-note")
    tab.page.evaluate(MOVE_SLOWLY)
    expect(note).to_contain_text(f"of {N:,} while moving")
    tab.page.evaluate(STOP)
    tab.page.wait_for_function("() => projector.cloud().isWhole")
    expect(note).to_be_hidden()
    assert tab.page.evaluate("() => projector.cloud().part") is None
    gradual = canvas_pixels(tab)
    tab.page.evaluate(
        """() => {
            projector.cloud().isWhole = false;
            projector.sortCloud(true);
            projector.glplot().redraw();
        }"""
    )
    by_webgl = canvas_pixels(tab)
    assert (by_webgl < 250).any()
    assert changed(gradual, by_webgl) < 0.01
    assert abs((gradual - by_webgl).mean()) < 0.1
    if dimensionality == "3D" and not selected:
        # In another order of depth it would be another picture.
        tab.page.evaluate("() => { projector.sortCloud(false); projector.glplot().redraw(); }")
        assert changed(canvas_pixels(tab), by_webgl) > 0.02


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
