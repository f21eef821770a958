"""More points than a machine draws at once: bit by bit beside the screen, then all of them."""

import io
import math

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from data.links import link_text
from data.parsing import ParseRequest, Source
from data.services import Services
from data.view_state import ViewState
from tests.browser.dashboard_page import DashboardPage
from tests.running_server import start_server

N = 30_000  # see-through, because so many opaque points would hide how dense they lie

# Every frame takes long while the camera moves, as on a slow machine.
MOVE_SLOWLY = """() => {
    if (!window.isSlow) projector.onFrame(() => {
        const end = performance.now() + 150;
        while (window.mover && performance.now() < end);
    });
    window.isSlow = true;
    window.mover = setInterval(() => projector.moveCamera(projector.camera()), 30);
}"""
STOP = "() => { clearInterval(window.mover); window.mover = null; }"


@pytest.fixture(scope="module")
def points(tmp_path_factory):
    """Points in seven kinds, far from zero: the middle of the axes is another one."""
    path = tmp_path_factory.mktemp("points") / "points.npy"
    values = np.random.default_rng(0).normal(size=(N, 3)).astype(np.float32)
    values[:, 1] += 2000
    np.save(path, values)
    return Source(path, "points.npy")


@pytest.fixture(scope="module")
def many(tmp_path_factory, points):
    """A server with these points, and the address of a view of them as they are."""
    folder = tmp_path_factory.mktemp("many")
    (folder / "kinds.tsv").write_text("\n".join(f"kind {row % 7}" for row in range(N)) + "\n")
    services = Services.open(folder / "data")
    metadata = Source(folder / "kinds.tsv", "kinds.tsv")
    record = services.datasets.add(ParseRequest(tensor=points, metadata=metadata))
    view = ViewState(
        record.id,
        projection_id=services.projections.request(record.id, "columns", {"columns": [0, 1, 2]}).id,
        color_by=record.columns[0].name,
    )
    with start_server(folder / "data") as server:
        yield server, f"?view={link_text(view)}"


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


def colorfulness(picture: np.ndarray) -> float:
    """Return how far the pixels are from gray, on the mean."""
    return float((picture.max(axis=2) - picture.min(axis=2)).mean())


def changed(picture: np.ndarray, other: np.ndarray) -> float:
    """Return the share of pixels that differ.

    WebGL moves a point to a sixteenth of a pixel, so that its rim has other shades, which do not
    count, and a few pixels of it are taken for outside or for the ring.
    """
    return float((np.abs(picture - other).max(axis=2) > 16).mean())


def around_selected(tab: DashboardPage, picture: np.ndarray) -> np.ndarray:
    """Return the pixels of the selected point, its ring included."""
    x, y = tab.page.evaluate(
        """() => {
            const [x, y] = projector.positionOfRow(17), { left, top } = projector.projectAll();
            return [Math.round(x - left), Math.round(y - top)];
        }"""
    )
    return picture[y - 8 : y + 8, x - 8 : x + 8]


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


def look_from(tab: DashboardPage, camera: dict[str, list[float]]) -> None:
    tab.page.evaluate(
        """(places) => {
            const way = Object.fromEntries(
                Object.entries(places).map(([name, [x, y, z]]) => [name, { x, y, z }]));
            projector.moveCamera({ ...projector.camera(), ...way });
        }""",
        camera,
    )


def drawn_twice(tab: DashboardPage) -> tuple[np.ndarray, np.ndarray]:
    """Return the picture that the processor draws and WebGL's, which must be the same."""
    come_to_rest(tab)
    drawn, by_webgl = canvas_pixels(tab), drawn_at_once(tab)
    assert changed(drawn, by_webgl) < 0.008
    return drawn, by_webgl


@pytest.mark.parametrize(
    ("dimensionality", "near"),
    [
        ("2D", {"eye": [0.05, 0.02, 0.1], "center": [0.05, 0.02, 0]}),
        ("3D", {"eye": [0.1, 0.05, 0.02], "center": [0, 0, 0]}),
    ],
    ids=["2D", "3D"],
)
def test_the_picture_drawn_by_the_processor_is_the_one_that_webgl_draws(
    open_page, many, dimensionality, near
):
    tab = open_page(*many)
    tab.wait_for_points(N)
    tab.page.get_by_text(dimensionality, exact=True).click()
    drawn, plain = drawn_twice(tab)
    assert (plain < 250).any()
    assert abs((drawn - plain).mean()) < 0.1
    # Zoomed far in, and from within.
    far = tab.page.evaluate("() => projector.camera()")
    look_from(tab, near)
    _, by_webgl = drawn_twice(tab)
    assert len(np.unique(by_webgl.reshape(-1, 3), axis=0)) > 200

    look_from(tab, {name: [far[name][axis] for axis in "xyz"] for name in near})
    # Many that are selected keep their colors, however small they are.
    tab.page.evaluate(f"projector.selectRows(Array.from({{ length: {N} }}, (_, i) => i))")
    tab.page.wait_for_function(f"() => projector.shown.selected?.length === {N}")
    drawn, _ = drawn_twice(tab)
    assert colorfulness(drawn) > colorfulness(plain)

    tab.page.evaluate(SELECT)
    tab.page.wait_for_function(
        "() => projector.shown.selected?.length === 300 && projector.shown.selectedPoint === 17"
    )
    drawn, by_webgl = drawn_twice(tab)
    assert abs((drawn - by_webgl).mean()) < 0.1
    assert changed(around_selected(tab, drawn), around_selected(tab, by_webgl)) < 0.1


def test_it_is_the_same_picture_on_a_screen_between_two_densities(open_page, many):
    tab = open_page(*many, device_scale_factor=1.25)
    tab.wait_for_points(N)
    tab.page.get_by_text("3D", exact=True).click()
    tab.wait_for_rest()
    look_from(tab, {"eye": [1.2, 1.2, 1.2], "center": [0, 0, 0]})
    _, by_webgl = drawn_twice(tab)
    assert len(np.unique(by_webgl.reshape(-1, 3), axis=0)) > 200


def test_a_picture_for_a_file_leaves_the_one_on_the_screen(open_page, many):
    tab = open_page(*many)
    tab.wait_for_points(N)
    come_to_rest(tab)
    with tab.page.expect_download():
        tab.page.locator("#download-png").click()
    assert tab.page.evaluate("() => projector.cloud().isWhole")


def test_thumbnails_that_go_while_they_are_drawn_are_no_fault(open_page, many_thumbnails):
    tab = open_page(many_thumbnails)
    tab.wait_for_points(N)
    tab.page.wait_for_function("() => projector.cloud().tiles.length > 0")
    come_to_rest(tab)
    # At the first of several bits.
    tab.page.evaluate(
        """() => {
            const cloud = projector.cloud(), { drawRuns } = cloud;
            cloud.drawRuns = function (...given) {
                delete cloud.drawRuns;
                drawRuns.apply(cloud, given);
                setTimeout(() => projector.useSheet(null));
            };
            projector.settle();
        }"""
    )
    tab.page.wait_for_function("() => !projector.sheet() && projector.cloud().part === null")
    expect(tab.page.locator("#moving-note")).to_be_hidden()


def test_thumbnails_drawn_bit_by_bit_are_those_drawn_at_once(open_page, many_thumbnails):
    tab = open_page(many_thumbnails)
    tab.wait_for_points(N)
    tab.page.wait_for_function("() => projector.cloud().tiles.length > 0")
    come_to_rest(tab)
    gradual, at_once = canvas_pixels(tab), drawn_at_once(tab)
    assert len(np.unique(at_once.reshape(-1, 3), axis=0)) > 1000
    assert changed(gradual, at_once) < 0.001


def test_whoever_moves_on_waits_for_nothing_and_sees_no_picture_of_before(open_page, many):
    tab = open_page(*many)
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
