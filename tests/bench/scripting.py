"""Milliseconds of script for what is asked of a page with many points."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.bench.table import Line

# Milliseconds of script, the median of several; the frame after it is not script.
SCRIPT = """(run) => {
    const times = [];
    for (let i = 0; i < 9; i++) {
        const start = performance.now();
        RUN;
        times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b)[4];
}"""
RECOLOR = """(() => {
    const { shown } = projector, cloud = projector.cloud();
    shown.selectedPoint = i;
    shown.looks = projector.pointLooks(projector.nPlaces(), shown, null);
    cloud.setLooks(shown.looks);
})()"""
# Every second time the camera has moved: nothing may be kept from the time before.
RECTANGLE = """(() => {
    const camera = projector.glplot().cameraParams;
    camera.view[12] += 1e-6;
    const shape = projector.selectionShapes.rectangle([10, 10]);
    shape.follow([600, 600]);
    shape.places();
})()"""
LASSO = """(() => {
    const camera = projector.glplot().cameraParams;
    camera.view[12] += 1e-6;
    const shape = projector.selectionShapes.lasso([300, 60]);
    for (let k = 0; k < 60; k++) {
        shape.follow([330 + 270 * Math.sin(k / 9.6), 330 - 270 * Math.cos(k / 9.6)]);
    }
    shape.places();
})()"""


def milliseconds(page: Page, run: str) -> float:
    """Return how long a piece of script takes."""
    took: float = page.evaluate(SCRIPT.replace("RUN", run), 0)
    return took


def script_lines(page: Page) -> list[Line]:
    """Recolor, rectangle and lasso."""
    lines = []
    for what, run, most in (
        ("recolor 100,000, script", RECOLOR, 10),
        ("rectangle on 100,000", RECTANGLE, 20),
        ("lasso on 100,000", LASSO, 20),
    ):
        took = milliseconds(page, run)
        lines.append(Line(what, took, None, "ms", f"< {most} ms", took < most))
    return lines
