"""Selecting by hand: what a rectangle, a lasso and a sphere take is what numpy says lies within."""

import numpy as np
import pytest
from playwright.sync_api import expect

from data.rows import decode_rows, encode_rows
from tests.browser.dashboard_page import DashboardPage

# The camera's matrices and the frame around the coordinates, as the page has them.
READ_SCENE = """() => {
    const { projection, view } = projector.glplot().cameraParams;
    const { positions, dimensionality, frame } = projector.shown;
    const { x, y, z } = projector.aspectRatio(dimensionality);
    const { clientWidth, clientHeight } = document.querySelector("#view");
    return {
        matrices: [projection, view].map((matrix) => [...matrix]),
        scale: [x, y, dimensionality === 3 ? z : 0].map((side) => side / frame.length),
        middle: [...frame.middle],
        size: [clientWidth, clientHeight],
        positions: [...positions],
    };
}"""


def coordinates_and_screen(page: DashboardPage) -> tuple[np.ndarray, np.ndarray]:
    """Return coordinates (n, 3) and positions in the view (n, 2) from the page's own matrices."""
    page.wait_for_rest()
    scene = page.page.evaluate(READ_SCENE)
    # WebGL matrices stand column by column.
    projection, view = (np.array(matrix).reshape(4, 4).T for matrix in scene["matrices"])
    points = np.array(scene["positions"]).reshape(-1, 3)
    box = (points - scene["middle"]) * scene["scale"]
    clip = np.column_stack([box, np.ones(len(box))]) @ (projection @ view).T
    width, height = scene["size"]
    x = width / 2 * (1 + clip[:, 0] / clip[:, 3])
    y = height / 2 * (1 - clip[:, 1] / clip[:, 3])
    return points, np.column_stack([x, y])


def within_polygon(positions: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Even-odd rule for every position, by counting the edges a ray to the right crosses."""
    x, y = positions[:, :1], positions[:, 1:]
    (x1, y1), (x2, y2) = corners.T, np.roll(corners, -1, axis=0).T
    with np.errstate(divide="ignore", invalid="ignore"):
        crosses = ((y1 > y) != (y2 > y)) & (x < x1 + (y - y1) / (y2 - y1) * (x2 - x1))
    return crosses.sum(axis=1) % 2 == 1


def drag(page: DashboardPage, corners: np.ndarray) -> None:
    """Press at the first corner, pass the others and let go at the last."""
    box = page.view.bounding_box()
    for i, (x, y) in enumerate(corners):
        page.page.mouse.move(box["x"] + x, box["y"] + y)
        if i == 0:
            page.page.mouse.down()
    page.page.mouse.up()


def expect_selected(page: DashboardPage, rows: np.ndarray) -> None:
    text = encode_rows(rows)
    page.page.wait_for_function(
        "(n) => (projector.shown.selected || []).length === n", arg=len(rows)
    )
    assert page.page.evaluate("() => projector.encodeRows(projector.shown.selected)") == text
    what = f"{len(rows):,} selected" if len(rows) else "Nothing selected"
    expect(page.page.locator("#selection-count")).to_have_text(what)


def middle(screen: np.ndarray) -> np.ndarray:
    return np.round(np.median(screen, axis=0))


@pytest.fixture(params=["3D", "2D"])
def flat_or_deep(request, page):
    if request.param == "2D":
        drawn = page.view.get_attribute("data-drawn")
        page.page.get_by_text("2D", exact=True).click()
        page.wait_for_change("data-drawn", drawn)
    return page


def test_rectangle_and_lasso_take_exactly_the_points_within(flat_or_deep):
    page = flat_or_deep
    _, screen = coordinates_and_screen(page)
    x, y = middle(screen)
    page.button("Select by rectangle").click()
    drag(page, np.array([[x - 60, y - 40], [x, y], [x + 80, y + 90]]))
    first = np.flatnonzero(
        (np.abs(screen[:, 0] - x - 10) <= 70) & (np.abs(screen[:, 1] - y - 25) <= 65)
    )
    assert 20 < len(first) < 1700
    expect_selected(page, first)
    expect(page.headline).to_contain_text(f"{len(first):,} selected")
    expect(page.page.locator("#neighbors-title")).to_contain_text(f"{len(first):,} selected")

    # A star that winds around its middle twice: what is within twice is not taken.
    page.button("Select by lasso").click()
    angles = np.pi / 2 + np.arange(6) * 4 * np.pi / 5
    star = np.round(np.column_stack([x + 130 * np.cos(angles), y + 130 * np.sin(angles)]))
    drag(page, star)
    within = np.flatnonzero(within_polygon(screen, star))
    assert 20 < len(within) < 1700
    expect_selected(page, within)


def test_a_sphere_takes_the_points_within_its_radius_and_the_radius_is_where_the_pointer_is(page):
    points, screen = coordinates_and_screen(page)
    row = page.reachable_row()
    page.button("Select by sphere").click()
    drag(page, np.array([screen[row], screen[row] + [30, 10], screen[row] + [48, 36]]))
    page.page.wait_for_function("() => projector.shown.selected.length > 1")
    selected = page.shown("[...shown.selected]")
    distances = np.linalg.norm(points - points[row], axis=1)
    radius = distances[selected].max()
    assert selected == np.flatnonzero(distances <= radius).tolist()
    # Seen from the camera, the sphere reaches about as far as the pointer was dragged.
    near = distances <= radius
    reach = np.linalg.norm(screen[near] - screen[row], axis=1).max()
    assert 0.6 * 60 < reach < 1.4 * 60


def test_shift_adds_alt_removes_and_escape_gives_up(page):
    _, screen = coordinates_and_screen(page)
    x, y = middle(screen)
    right, low = screen[:, 0] >= x, screen[:, 1] >= y
    near = np.all(np.abs(screen - [x, y]) <= 100, axis=1)
    page.page.keyboard.press("r")
    drag(page, np.array([[x, y], [x + 100, y + 100]]))
    expect_selected(page, np.flatnonzero(near & right & low))
    page.page.keyboard.down("Shift")
    drag(page, np.array([[x - 100, y - 100], [x + 100, y]]))
    page.page.keyboard.up("Shift")
    upper = screen[:, 1] <= y
    both = near & (upper | (right & low))
    expect_selected(page, np.flatnonzero(both))
    page.page.keyboard.down("Alt")
    drag(page, np.array([[x + 100, y - 100], [x, y + 100]]))
    page.page.keyboard.up("Alt")
    left = np.flatnonzero(both & ~right)
    expect_selected(page, left)

    box = page.view.bounding_box()
    page.page.mouse.move(box["x"] + x - 90, box["y"] + y - 90)
    page.page.mouse.down()
    page.page.mouse.move(box["x"] + x + 90, box["y"] + y + 90)
    page.page.keyboard.press("Escape")
    page.page.mouse.up()
    expect_selected(page, left)
    page.button("Isolate selection").click()
    page.wait_for_points(len(left))


def test_a_selection_by_hand_stays_when_the_answer_to_an_earlier_click_comes_late(page):
    _, screen = coordinates_and_screen(page)
    x, y = middle(screen)
    row = page.reachable_row()
    page.page.evaluate(
        """() => {
            const real = window.fetch, click = '"changedPropIds":["point-clicked.data"]';
            window.fetch = (url, options) => {
                if (!String(options?.body).includes(click)) return real(url, options);
                return new Promise((done) => {
                    window.letGo = async () => {
                        const answer = await real(url, options);
                        done(answer);
                        return answer.status;
                    };
                });
            };
        }"""
    )
    page.click_point(row)
    page.page.wait_for_function("() => window.letGo")
    page.page.keyboard.press("r")
    drag(page, np.array([[x - 60, y - 40], [x + 60, y + 40]]))
    near = np.flatnonzero((np.abs(screen - [x, y]) <= [60, 40]).all(axis=1))
    expect_selected(page, near)
    assert page.page.evaluate("() => window.letGo()") == 200
    # A question after it has been answered, and so has the late one.
    page.search.fill("no.")
    expect(page.page.locator("#search-message")).to_contain_text("matches")
    expect_selected(page, near)
    assert page.shown("shown.selectedPoint") is None


def test_points_switched_off_or_covered_are_left_out(page):
    _, screen = coordinates_and_screen(page)
    x, y = middle(screen)
    near = np.all(np.abs(screen - [x, y]) <= 100, axis=1)
    page.page.locator('#legend .entry[data-value="3"] .only').click()
    page.wait_for_points(183)
    page.page.keyboard.press("r")
    drag(page, np.array([[x - 100, y - 100], [x + 100, y + 100]]))
    threes = page.shown("[...shown.values].flatMap((code, row) => code === 3 ? [row] : [])")
    on = np.flatnonzero(near & np.isin(np.arange(len(near)), threes))
    expect_selected(page, on)

    page.button("Visible points only").click()
    drag(page, np.array([[x - 100, y - 100], [x + 100, y + 100]]))
    page.page.wait_for_function("(n) => projector.shown.selected.length < n", arg=len(on))
    selected = page.shown("[...shown.selected]")
    assert selected
    assert set(selected) <= set(on.tolist())


def test_geometry_agrees_with_numpy_on_random_shapes(page):
    rng = np.random.default_rng(4)
    for n_corners in (3, 5, 40, 700):
        at = rng.uniform(0, 100, (500, 2)).astype(np.float32)
        # Corners on whole numbers, so that some points may have the height of a corner.
        corners = rng.integers(-10, 110, (n_corners, 2))
        at[:50] = rng.integers(0, 100, (50, 2))
        found = page.page.evaluate(
            "([xs, ys, corners]) => [...projector.geometry.inPolygon("
            "Float32Array.from(xs), Float32Array.from(ys), corners)]",
            [*at.T.tolist(), corners.tolist()],
        )
        expected = within_polygon(at.astype(np.float64), corners.astype(np.float64))
        assert found == np.flatnonzero(expected).tolist()


def test_covering_agrees_with_numpy_for_every_pair_of_points(page):
    rng = np.random.default_rng(5)
    for n, radius in ((300, 4.0), (600, 9.5), (50, 1.0)):
        at = rng.uniform(-5, 205, (n, 2)).astype(np.float32)
        depth = rng.integers(0, 20, n).astype(np.float32)
        found = page.page.evaluate(
            """([x, y, depth, radius]) => {
                const places = Int32Array.from(x, (_, place) => place);
                const frame = { radius, width: 200, height: 200 };
                const at = { x: Float32Array.from(x), y: Float32Array.from(y), depth };
                return [...projector.uncovered(places, places, at, frame)];
            }""",
            [*at.T.tolist(), depth.tolist(), radius],
        )
        wide = at.astype(np.float64)
        inside = np.all((wide >= 0) & (wide <= 200), axis=1)
        near = np.linalg.norm(wide[:, None] - wide[None], axis=2) <= radius
        covered = (near & (depth[None] < depth[:, None]) & inside[None]).any(axis=1)
        assert found == np.flatnonzero(inside & ~covered).tolist()


def test_rows_written_by_the_page_are_read_by_the_server_and_back(page):
    rng = np.random.default_rng(6)
    for top, n in ((10, 10), (1_000, 300), (5_000_000, 2_000), (2**31 - 1, 50)):
        rows = np.unique(rng.integers(0, top, n)).tolist()
        text = page.page.evaluate("(rows) => projector.encodeRows(rows)", rows)
        assert text == encode_rows(rows)
        assert list(decode_rows(text)) == rows
        assert page.page.evaluate("(text) => [...projector.decodeRows(text)]", text) == rows
