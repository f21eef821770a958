"""Opening a stored dataset of 10,000 x 784 with a sprite: navigation until it is painted."""

from __future__ import annotations

import io
from collections.abc import Iterator
from statistics import median

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.bench import bare_page
from tests.bench.browser import new_person, seconds_to_painted
from tests.bench.stored import Stored
from tests.bench.table import Line
from tests.chromium import launched_chromium

REPETITIONS = 3
# TensorBoard, DESIGN.md section 11: 12.4 s, 7 s of it PCA; the target is a quarter.
TENSORBOARD = 12.4
TARGET = TENSORBOARD / 4


def opening(stored: Stored) -> Iterator[Line]:
    """Compare with a page that only loads plotly.js and draws the same points once."""
    n_points = stored.images.n_points
    ours = f'document.querySelector("#view")?.dataset.points === "{n_points}"'
    dataset = stored.services.datasets.open(stored.images.id)
    codes = dataset.metadata.classes(stored.images.columns[0].name)[1]
    with launched_chromium() as browser:
        size = _size_of_view(browser, stored.url, ours)
        record = stored.services.projections.request(stored.images.id)
        coordinates = stored.services.projections.coordinates(record.id, (0, 1, 2))
        times: dict[str, list[float]] = {name: [] for name in ("first", "cold", "warm")}
        floors: dict[str, list[float]] = {name: [] for name in ("cold", "warm")}
        with bare_page.serve_bare_page(coordinates, np.maximum(codes, 0), size) as bare:
            for _ in range(REPETITIONS):
                stored.services.projections.delete(record.id)
                times["first"].append(_visits(browser, stored.url, ours)[0])
                for kept, visits in (
                    (times, _visits(browser, stored.url, ours, 2)),
                    (floors, _visits(browser, bare, bare_page.IS_DRAWN, 2)),
                ):
                    kept["cold"].append(visits[0])
                    kept["warm"].append(visits[1])
    target = f"<= {TARGET:.1f} s, a quarter of TensorBoard's {TENSORBOARD} s"
    for name, what, floor in (
        ("first", "open, cold browser, PCA computed", "cold"),
        ("cold", "open again, cold browser", "cold"),
        ("warm", "open again, warm HTTP cache", "warm"),
    ):
        seconds = median(times[name])
        yield Line(what, seconds, median(floors[floor]), "s", target, seconds <= TARGET)


def _visits(browser: Browser, url: str, is_drawn: str, n: int = 1) -> list[float]:
    """Open an address n times as one new person; return the seconds of each."""
    context = new_person(browser)
    page = context.new_page()
    seconds = [seconds_to_painted(page, url, is_drawn) for _ in range(n)]
    context.close()
    return seconds


def _size_of_view(browser: Browser, url: str, is_drawn: str) -> tuple[int, int]:
    """Return the size of the plot on our page, having checked that there are points in it."""
    context = new_person(browser)
    page = context.new_page()
    seconds_to_painted(page, url, is_drawn)
    _check_picture(page)
    box = page.locator("#graph").bounding_box()
    assert box
    context.close()
    return round(box["width"]), round(box["height"])


def _check_picture(page: Page) -> None:
    picture = Image.open(io.BytesIO(page.locator("#view").screenshot())).convert("RGB")
    pixels = np.asarray(picture).reshape(-1, 3)
    different = len(np.unique(pixels, axis=0))
    assert different > 50, f"the view has {different} colors: no points are on the screen"
