"""A click on a point until its 100 neighbors are listed in the browser."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Any

from playwright.sync_api import Page

from tests.bench.browser import new_person, seconds_to_painted, wait_until
from tests.bench.stored import Stored
from tests.bench.table import Line
from tests.chromium import launched_chromium

N_CLICKS = 7
TENSORBOARD_MS = 500.0

# The next row that nothing covers; asked before each click, since what is lit covers others.
REACHABLE = """(first) => {
    const { drawn } = projector.shown;
    for (let i = first; i < drawn.length; i += 97) {
        const row = projector.rowOf(drawn[i]), at = projector.positionOfRow(row);
        if (at && projector.rowAt(at[0], at[1], 9) === row) return row;
    }
    throw new Error("everything is covered");
}"""

POSITION = """(row) => {
    const frame = document.querySelector("#view").getBoundingClientRect();
    const at = projector.positionOfRow(row);
    return [frame.left + at[0], frame.top + at[1]];
}"""

# Begins with the button's release and ends with the frame after 100 entries are in the list and
# the scene has been drawn with them highlighted.
WATCH = """(row) => {
    const list = document.querySelector("#neighbor-list"), view = document.querySelector("#view");
    window.bench = {};
    list.replaceChildren();
    addEventListener("pointerup", (event) => {
        const start = event.timeStamp, frames = view.dataset.frame;
        const look = () => {
            const now = performance.now() - start;
            if (list.childElementCount === 100) window.bench.listed ??= now;
            const lit = projector.shown.selectedPoint === row && view.dataset.frame !== frames;
            if (window.bench.listed && lit) window.bench.highlighted ??= now;
            if (!window.bench.highlighted) requestAnimationFrame(look);
        };
        look();
    }, { capture: true, once: true });
}"""

# The floor: the same question, asked and read by the same browser.
FETCH = """async (url) => {
    const start = performance.now();
    await (await fetch(url)).json();
    return performance.now() - start;
}"""


def clicking(stored: Stored) -> Iterator[Line]:
    """Compare with one fetch of the same neighbors by the same browser."""
    clicks: list[dict[str, float]] = []
    fetches: list[float] = []
    with launched_chromium() as browser:
        page = new_person(browser).new_page()
        n_points = stored.images.n_points
        is_drawn = f'document.querySelector("#view")?.dataset.points === "{n_points}"'
        seconds_to_painted(page, stored.url, is_drawn)
        # Thumbnails come last, and cover more than points do.
        wait_until(page, "projector.cloud().tiles.length > 0")
        for i in range(N_CLICKS):
            row = page.evaluate(REACHABLE, 1_000 * i)
            clicks.append(_click(page, row))
            url = f"api/v1/datasets/{stored.images.id}/neighbors?row={row}&k=100"
            fetches.append(page.evaluate(FETCH, url))
    floor = median(fetches[1:])
    target = f"<= {TENSORBOARD_MS:.0f} ms, TensorBoard's"
    for name in ("listed", "highlighted"):
        ours = median(click[name] for click in clicks[1:])
        met = ours <= TENSORBOARD_MS if name == "listed" else None
        promise = target if met is not None else ""
        yield Line(f"click -> 100 neighbors {name}", ours, floor, "ms", promise, met)


def _click(page: Page, row: int) -> dict[str, float]:
    """Click a point; return the milliseconds until neighbors are listed and highlighted."""
    page.mouse.move(*page.evaluate(POSITION, row))
    page.evaluate(WATCH, row)
    page.mouse.down()
    page.mouse.up()
    wait_until(page, "window.bench.highlighted")
    times: Any = page.evaluate("window.bench")
    return dict(times)
