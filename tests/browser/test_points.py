"""Points and thumbnails on real pixels: color, picture, picking, rebuilt scenes, gestures."""

from __future__ import annotations

import io
import json
import urllib.request

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from data.links import link_text
from data.parsing import ParseRequest, Source
from data.services import Services
from data.view_state import ViewState
from tests.browser.dashboard_page import WAIT, DashboardPage
from tests.running_server import start_server

N = 60
# A cell of the sheet has one color of its own: the number of the row, spread over the channels.
CELLS = np.stack(
    [(np.arange(N) * 4) % 256, (np.arange(N) * 67) % 256, (np.arange(N) * 131) % 256], 1
)
WIDTH, HEIGHT = 12, 8


@pytest.fixture(scope="module")
def scattered(tmp_path_factory):
    """A server with 60 points far apart, in two groups, each with a thumbnail of its own color."""
    folder = tmp_path_factory.mktemp("scattered")
    grid = np.stack(np.meshgrid(np.arange(10.0), np.arange(6.0)), -1).reshape(-1, 2)
    heights = np.random.default_rng(0).normal(size=(N, 1)) / 20
    np.save(folder / "grid.npy", np.hstack([grid, heights]).astype(np.float32))
    groups = "\n".join("odd" if row % 2 else "even" for row in range(N))
    (folder / "groups.tsv").write_text(groups + "\n")
    sheet = CELLS.reshape(6, 10, 1, 1, 3).repeat(HEIGHT, 2).repeat(WIDTH, 3)
    sheet = sheet.swapaxes(1, 2).reshape(6 * HEIGHT, 10 * WIDTH, 3).astype(np.uint8)
    Image.fromarray(sheet).save(folder / "sheet.png")
    services = Services.open(folder / "data")
    services.datasets.add(
        ParseRequest(
            tensor=Source(folder / "grid.npy", "grid.npy"),
            metadata=Source(folder / "groups.tsv", "groups.tsv"),
            sprite=Source(folder / "sheet.png", "sheet.png"),
            thumbnail=(WIDTH, HEIGHT),
        ),
        name="Grid",
    )
    with start_server(folder / "data") as server:
        yield server


@pytest.fixture(scope="module")
def small_points(scattered) -> str:
    """The address of points so small that none covers another."""
    with urllib.request.urlopen(f"{scattered.url}/api/v1/datasets") as answer:
        (dataset,) = json.load(answer)["datasets"]
    view = ViewState(dataset["id"], color_by=dataset["columns"][0]["name"], point_size=0.3)
    return "?view=" + link_text(view)


@pytest.fixture
def grid(open_page, scattered, small_points) -> DashboardPage:
    tab = open_page(scattered, small_points)
    tab.wait_for_points(N)
    tab.wait_for_thumbnails()
    return tab


def show_markers(page: DashboardPage) -> None:
    page.page.get_by_label("Thumbnails").uncheck(force=True)
    page.page.wait_for_function("() => !projector.cloud().style.thumbnails")
    page.wait_for_rest()


def seen_colors(page: DashboardPage, rows: list[int]) -> np.ndarray:
    """Return the middle color of 5 x 5 pixels at the projected place of each row, shape (n, 3)."""
    page.page.mouse.move(5, 5)
    page.wait_for_rest()
    picture = Image.open(io.BytesIO(page.view.screenshot())).convert("RGB")
    pixels = np.asarray(picture).astype(int)
    places = page.page.evaluate("(rows) => rows.map(projector.positionOfRow)", rows)
    return np.array(
        [
            np.median(
                pixels[round(y) - 2 : round(y) + 3, round(x) - 2 : round(x) + 3].reshape(-1, 3), 0
            )
            for x, y, _ in places
        ]
    )


def palette(page: DashboardPage, rows: list[int]) -> np.ndarray:
    """Return the color that the legend gives each row, shape (n, 3)."""
    colors = page.page.evaluate(
        """(rows) => {
            const { coloring, values } = projector.shown;
            const colorOf = projector.colorOfRow(coloring, values);
            return rows.map((row) => projector.channels(colorOf(row)));
        }""",
        rows,
    )
    return np.array(colors)


def test_a_point_has_the_color_of_its_group_at_its_projected_place(open_page, scattered):
    grid = open_page(scattered)
    grid.wait_for_points(N)
    grid.wait_for_thumbnails()
    show_markers(grid)
    grid.page.evaluate("() => projector.setLabelMode('none')")
    rows = [0, 1, 17, 30, 59]
    # Haze takes a little from what is far away.
    for dimensionality, most in (("3D", 90), ("2D", 4)):
        grid.page.get_by_text(dimensionality, exact=True).click()
        flat = dimensionality == "2D"
        grid.page.wait_for_function(
            "(flat) => (projector.cloud().style.depth === 0) === flat", arg=flat
        )
        seen, colors = seen_colors(grid, rows), palette(grid, rows)
        assert np.abs(seen - colors).max() < most
        others = palette(grid, [row ^ 1 for row in rows])
        assert (np.abs(seen - colors).sum(1) < np.abs(seen - others).sum(1)).all()


def test_the_thumbnail_at_a_point_is_that_of_its_row_also_after_isolating(grid):
    rows = list(range(0, N, 7))
    assert np.abs(seen_colors(grid, rows) - CELLS[rows]).max() <= 3
    grid.page.evaluate("() => projector.selectRows([7, 14, 21, 28, 29, 42, 58])")
    grid.button("Isolate selection").click()
    grid.wait_for_points(7)
    grid.button("Clear selection").click()
    grid.page.wait_for_function("() => projector.shown.selected.length === 0")
    kept = [7, 21, 29, 42, 58]
    assert np.abs(seen_colors(grid, kept) - CELLS[kept]).max() <= 3
    grid.page.get_by_text("2D", exact=True).click()
    grid.page.wait_for_function("() => projector.cloud().style.depth === 0")
    assert np.abs(seen_colors(grid, kept) - CELLS[kept]).max() <= 3

    # Tinted: a multiple of the color of the point with a little white in it.
    grid.choose("Color of pictures", "Tint")
    grid.page.wait_for_function("() => projector.cloud().style.thumbnailColor === 'tint'")
    tint = 0.85 * palette(grid, kept) / 255 + 0.15
    assert np.abs(seen_colors(grid, kept) - CELLS[kept] * tint).max() <= 3


def test_thumbnails_on_several_tiles_are_those_of_their_rows(grid):
    """A sheet that a graphics card cannot hold in one piece comes in tiles."""
    grid.page.evaluate(
        """async () => {
            const cut = document.createElement("canvas"), sheet = projector.sheet();
            [cut.width, cut.height] = [sheet.width * 10, sheet.height * 2];
            const whole = await createImageBitmap(await (await fetch(`${sheet.address}/0`)).blob());
            const real = window.fetch;
            window.fetch = async (url, options) => {
                const tile = /cut\\/(\\d)$/.exec(url);
                if (!tile) return real(url, options);
                cut.getContext("2d").drawImage(whole, 0, -tile[1] * cut.height);
                const blob = await new Promise((done) => cut.toBlob(done));
                return new Response(blob);
            };
            await projector.useSheet({ ...sheet, address: "cut", rows: 2, n_tiles: 3 });
            await projector.redraw();
        }"""
    )
    assert grid.page.evaluate("() => projector.cloud().tiles.length") == 3
    rows = list(range(0, N, 7))
    assert np.abs(seen_colors(grid, rows) - CELLS[rows]).max() <= 3


def test_picking_returns_the_row_that_lies_there(page):
    """Of all points under the pointer the front one, by a projection of our own."""
    page.page.get_by_label("Thumbnails").uncheck(force=True)
    page.wait_for_rest()
    met, nearest = page.page.evaluate(
        """() => {
            const { x, y, depth } = projector.projectAll(), met = [], nearest = [];
            for (let row = 0; row < x.length; row += 50) {
                met.push(projector.rowAt(x[row], y[row], 9));
                let front = row;
                for (let other = 0; other < x.length; other++) {
                    const { size, reach, falloff } = projector.cloud().style;
                    const radius = (size / 2) * (reach / depth[other]) ** falloff;
                    const on = Math.hypot(x[other] - x[row], y[other] - y[row]) <= radius;
                    if (on && depth[other] < depth[front]) front = other;
                }
                nearest.push(front);
            }
            return [met, nearest];
        }"""
    )
    assert met == nearest


def test_the_projection_on_the_cpu_is_that_of_numpy(grid):
    """Matrices of the scene applied by numpy lead to the same pixels."""
    got = grid.page.evaluate(
        """() => {
            const { view, projection } = projector.glplot().cameraParams, shown = projector.shown;
            const { x, y } = projector.projectAll(), box = projector.byId("graph");
            return { view: [...view], projection: [...projection], x: [...x], y: [...y],
                positions: [...shown.positions], frame: shown.frame,
                size: [box.clientWidth, box.clientHeight] };
        }"""
    )
    boxed = np.reshape(got["positions"], (-1, 3)) - got["frame"]["middle"]
    points = np.hstack([boxed / got["frame"]["length"], np.ones((N, 1))])
    matrix = np.reshape(got["projection"], (4, 4)).T @ np.reshape(got["view"], (4, 4)).T
    clip = points @ matrix.T
    width, height = got["size"]
    assert got["x"] == pytest.approx(width / 2 * (1 + clip[:, 0] / clip[:, 3]), abs=0.01)
    assert got["y"] == pytest.approx(height / 2 * (1 - clip[:, 1] / clip[:, 3]), abs=0.01)
    # See-through points are drawn from far to near, in slices of the depth.
    order = grid.page.evaluate("() => [...projector.fromFarToNear(projector.shown.order).index]")
    assert sorted(order) == list(range(N))
    depths = clip[order, 3]
    assert np.diff(depths).max() <= np.ptp(depths) / 4000


def test_the_points_survive_a_new_scene_a_resize_a_theme_and_a_lost_context(grid):
    tab, rows = grid, [0, 11, 33, 59]

    def check() -> None:
        assert np.abs(seen_colors(tab, rows) - CELLS[rows]).max() <= 3

    tab.page.set_viewport_size({"width": 1100, "height": 700})
    tab.page.wait_for_function("() => projector.glplot().canvas.clientHeight < 640")
    check()
    tab.page.get_by_label("Toggle color scheme").click()
    tab.page.wait_for_function("() => projector.cloud().style.ground[0] < 0.5")
    check()
    cloud = "window.cloudBefore = projector.cloud()"
    tab.page.evaluate(cloud)
    # Plotly builds a new scene for another kind of projection.
    for kind in ("orthographic", "perspective"):
        tab.page.evaluate(
            f"Plotly.relayout(projector.graph(), {{'scene.camera.projection.type': '{kind}'}})"
        )
        tab.page.wait_for_function("() => projector.cloud() !== window.cloudBefore")
        tab.wait_for_thumbnails()
        tab.page.evaluate(cloud)
    check()
    tab.page.evaluate(
        """() => {
            const { gl, canvas } = projector.glplot();
            const loss = gl.getExtension("WEBGL_lose_context");
            const restore = () => setTimeout(() => loss.restoreContext());
            canvas.addEventListener("webglcontextlost", restore);
            loss.loseContext();
        }"""
    )
    tab.page.wait_for_function("() => projector.cloud() !== window.cloudBefore", timeout=WAIT)
    tab.wait_for_thumbnails()
    check()
    assert tab.page.locator("#graph .js-plotly-plot canvas").count() == 1
    tab.console.clear()  # the browser says that the context was lost


def test_without_an_internal_of_plotly_stock_markers_are_drawn_and_it_is_said(open_page, dashboard):
    tab = open_page(dashboard, None)

    def without(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("cameraParams", "cameraParts"))

    tab.page.route("**/*plotly*.js*", without)
    tab.open()
    tab.wait_for_points(1797)
    expect(tab.page.locator("#drawn-note")).to_contain_text("cameraParams")
    tab.page.wait_for_function("() => projector.graph().data[0].mode === 'markers'")
    assert tab.page.evaluate("() => projector.graph().data[0].x.length") == 1797
    tab.page.get_by_text("2D", exact=True).click()
    tab.page.wait_for_function("() => projector.graph().data[0].z.every((z) => z === 0)")


def test_what_is_under_the_pointer_stays_there_when_a_flat_picture_is_zoomed_and_moved(
    page, open_page, dashboard
):
    page.page.get_by_text("2D", exact=True).click()
    page.page.wait_for_function("() => projector.cloud().style.depth === 0")
    row = page.reachable_row()
    at = page.page.evaluate("projector.positionOfRow", row)
    page.point_at(row)
    for _ in range(5):
        page.page.mouse.wheel(0, -150)
    page.page.wait_for_function("() => location.search.includes('camera=')")
    page.wait_for_rest()
    assert page.page.evaluate("projector.positionOfRow", row)[:2] == pytest.approx(at[:2], abs=2)

    frame = page.view.bounding_box()
    page.page.mouse.down()
    page.page.mouse.move(frame["x"] + at[0] + 60, frame["y"] + at[1] - 45, steps=5)
    address = page.page.url
    page.page.mouse.up()
    page.page.wait_for_function("(before) => location.href !== before", arg=address)
    page.wait_for_rest()
    moved = page.page.evaluate("projector.positionOfRow", row)
    assert moved[:2] == pytest.approx([at[0] + 60, at[1] - 45], abs=1.5)

    # A colleague sees the same piece.
    colleague = open_page(dashboard, page.page.url)
    colleague.wait_for_points(1797)
    colleague.wait_for_rest()
    assert colleague.page.evaluate("projector.positionOfRow", row)[:2] == pytest.approx(
        moved[:2], abs=2
    )


def test_a_double_click_brings_a_point_into_the_middle_and_fit_shows_all_again(page):
    row = page.reachable_row()
    page.point_at(row)
    page.page.mouse.dblclick(
        *page.page.evaluate(
            "(row) => { const f = projector.byId('view').getBoundingClientRect();"
            " const at = projector.positionOfRow(row); return [f.left + at[0], f.top + at[1]]; }",
            row,
        )
    )
    page.page.wait_for_function(
        """(row) => {
            const at = projector.positionOfRow(row), view = projector.byId("view");
            return Math.hypot(at[0] - view.clientWidth / 2, at[1] - view.clientHeight / 2) < 2;
        }""",
        arg=row,
    )
    page.button("Reset view").click()
    page.page.wait_for_function("() => !location.search.includes('camera=')")


def touch(page: DashboardPage, *ways: tuple[tuple[float, float], tuple[float, float]]) -> None:
    """Move fingers over the view, each from one place to another."""
    box, session = page.view.bounding_box(), page.page.context.new_cdp_session(page.page)

    def send(kind: str, share: float) -> None:
        fingers = [
            {
                "x": box["x"] + x + share * (to_x - x),
                "y": box["y"] + y + share * (to_y - y),
                "id": i,
            }
            for i, ((x, y), (to_x, to_y)) in enumerate(ways)
        ]
        points = [] if kind == "touchEnd" else fingers
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", 0)
    for step in range(1, 6):
        send("touchMove", step / 5)
    send("touchEnd", 1)


def test_one_finger_turns_the_picture_and_two_bring_it_nearer(page):
    eye = "() => { const { eye, center } = projector.camera(); return [eye, center]; }"
    distance = "() => projector.cameraDistance(projector.camera())"
    before, far = page.page.evaluate(eye), page.page.evaluate(distance)
    touch(page, ((300, 300), (360, 320)))
    page.page.wait_for_function("() => location.search.includes('camera=')")
    turned = page.page.evaluate(eye)
    assert turned[0] != before[0]
    assert turned[1] == before[1]
    assert page.page.evaluate(distance) == pytest.approx(far, rel=1e-6)
    touch(page, ((280, 300), (230, 300)), ((380, 300), (430, 300)))
    page.page.wait_for_function(
        "(far) => projector.cameraDistance(projector.camera()) < far", arg=far
    )
    assert page.page.evaluate(distance) == pytest.approx(far / 2, rel=0.1)


# A busy machine may draw nothing for longer than the whole way takes. Here, a tenth of a second
# goes by from one picture to the next.
SLOW_CLOCK = """() => {
    const request = window.requestAnimationFrame.bind(window);
    let now = performance.now(), drawnAt = 0;
    performance.now = () => now;
    window.requestAnimationFrame = (run) => request((at) => {
        if (at !== drawnAt) [drawnAt, now] = [at, now + 100];
        run(now);
    });
    window.giveTimeBack = () => {
        delete performance.now;
        window.requestAnimationFrame = request;
    };
}"""


def test_another_projection_of_the_same_points_moves_them_there(open_page, dashboard):
    tab = open_page(dashboard, reduced_motion="no-preference")
    tab.wait_for_points(1797)
    tab.wait_for_thumbnails()
    tab.page.evaluate(SLOW_CLOCK)
    tab.page.evaluate(
        """() => {
            window.seen = [];
            projector.onFrame(() => {
                const { movement } = projector.cloud();
                if (movement) window.seen.push(projector.projectAll().x[5]);
            });
            const { positions } = projector.shown;
            window.from = projector.projectAll().x[5];
            projector.moveTo(positions.map((value, i) => -value), 3);
        }"""
    )
    tab.page.wait_for_function("() => window.seen.length && !projector.cloud().movement")
    tab.page.evaluate("giveTimeBack()")
    tab.wait_for_rest()
    to, start = tab.page.evaluate("() => [projector.projectAll().x[5], window.from]")
    ways = tab.page.evaluate("window.seen")
    assert min(to, start) - 1 <= min(ways) <= max(ways) <= max(to, start) + 1
    assert ways == sorted(ways, reverse=to < start)
    assert len(set(ways)) > 2


def test_while_moving_on_a_slow_machine_a_part_is_drawn_and_said_and_all_is_back(
    open_page, dashboard
):
    tab = open_page(dashboard)
    tab.wait_for_points(1797)
    tab.wait_for_thumbnails()
    note = tab.page.locator("#moving-note")
    expect(note).to_be_hidden()
    tab.page.evaluate(
        """() => {
            projector.onFrame(() => {
                const end = performance.now() + 150;
                while (window.mover && performance.now() < end);
            });
            window.mover = setInterval(() => projector.moveCamera(projector.camera()), 30);
        }"""
    )
    expect(note).to_contain_text("of 1,797")
    tab.page.evaluate("() => { clearInterval(window.mover); window.mover = null; }")
    expect(note).to_be_hidden()
    tab.page.wait_for_function("() => projector.cloud().part === null")
