"""Plotly's canvases: soft edges with one sample to the pixel, labels measured on a small one."""

import io

import numpy as np
from PIL import Image

from tests.browser.dashboard_page import DashboardPage


def show_markers(page: DashboardPage) -> None:
    page.page.get_by_label("Thumbnails").uncheck(force=True)
    page.page.wait_for_function("() => !projector.cloud().style.thumbnails")
    page.wait_for_rest()


def n_colors(page: DashboardPage) -> int:
    """Return how many colors there are in the view; those of a few pixels do not count."""
    page.wait_for_rest()
    picture = Image.open(io.BytesIO(page.view.screenshot())).convert("RGB")
    _, counts = np.unique(np.asarray(picture).reshape(-1, 3), axis=0, return_counts=True)
    return int((counts > 3).sum())


def test_lines_and_titles_of_the_axes_have_soft_edges(page):
    page.page.get_by_text("3D", exact=True).click()
    page.page.mouse.move(5, 5)
    page.page.evaluate(
        """() => {
            projector.setLabelMode("none");
            projector.cloud().n = 0;
            projector.glplot().redraw();
        }"""
    )
    soft = n_colors(page)
    assert page.page.evaluate("() => projector.glplot().gl.getError()") == 0
    # Plotly's own way of drawing them, on the same canvas.
    page.page.evaluate(
        "() => { delete projector.glplot().axes.draw; projector.glplot().redraw(); }"
    )
    assert soft > 2 * n_colors(page)


def test_points_that_hide_each_other_are_drawn_from_far_to_near_in_every_frame(page):
    show_markers(page)
    page.page.get_by_text("3D", exact=True).click()
    page.wait_for_rest()
    seen = page.page.evaluate(
        """async () => {
            const cloud = projector.cloud(), { setIndex } = cloud, seen = [];
            cloud.setIndex = function (index) {
                const { depth } = projector.projectAll();
                seen.push([[...index], Array.from(index, (place) => depth[place])]);
                setIndex.call(this, index);
            };
            for (const x of [1.5, -1.5]) {
                projector.moveCamera({ ...projector.camera(), eye: { x, y: 1, z: 0.5 } });
                await new Promise(requestAnimationFrame);
                await new Promise((painted) => setTimeout(painted, 50));
            }
            delete cloud.setIndex;
            return seen;
        }"""
    )
    assert len(seen) >= 2
    for places, depths in seen:
        assert sorted(places) == list(range(len(places)))
        assert np.diff(depths).max() <= np.ptp(depths) / 4000
    assert seen[0][0] != seen[-1][0]


def test_labels_are_measured_on_a_flat_canvas_as_wide_as_plotly_wants_it(page):
    # Made as Plotly makes it.
    width, height = page.page.evaluate(
        """() => {
            const canvas = document.createElement("canvas");
            Object.assign(canvas, { width: 8192, height: 1024 });
            canvas.getContext("2d");
            return [canvas.width, canvas.height];
        }"""
    )
    assert width == 8192
    assert height == 256
