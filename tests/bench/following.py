"""Many who follow one run, and many runs asked for at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import requests
from playwright.sync_api import Page

from data.links import link_text
from data.view_state import ViewState
from tests.bench.browser import new_person, wait_until
from tests.bench.questions import Connection
from tests.bench.repeat import timed
from tests.bench.runs_watched import Viewer, asked, finished
from tests.bench.stored import Stored
from tests.bench.table import Line
from tests.chromium import launched_chromium

N_VIEWERS = 9
OLDEST_S = 1.0
WATCHED_S = 20.0
N_JOBS = 20
MOST_LATENCY = 2.0
N_QUESTIONS = 60
LONG = {"n_iter": 5_000, "random_state": 7}

# Notes when the points have come to where a frame puts them, in milliseconds since 1970.
NOTE_FRAMES = """() => {
    const view = document.querySelector("#view");
    window.benchFrames = [];
    new MutationObserver(() => {
        window.benchFrames.push([Number(view.dataset.liveFrame), Date.now()]);
    }).observe(view, { attributeFilter: ["data-live-frame"] });
}"""


def following(stored: Stored) -> Iterator[Line]:
    """Measure the age of frames in ten viewers, then twenty jobs beside people at work."""
    finished(stored, asked(stored, {"n_iter": 1, "early_exaggeration_iter": 0}))
    yield from _ages(stored)
    yield from _queue(stored)


class Published:
    """Notes when each frame of a run was written."""

    def __init__(self, stored: Stored, projection_id: str) -> None:
        self.at: dict[int, float] = {}
        self._frames = stored.services.projections.frames
        self._id = projection_id
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        number = -1
        while not self._is_over.wait(0.005):
            frame = self._frames.latest(self._id, number)
            if frame is not None:
                number = frame.number
                self.at[number] = time.monotonic()

    def end(self) -> None:
        """Stop noting."""
        self._is_over.set()
        self._thread.join()


def _ages(stored: Stored) -> Iterator[Line]:
    record = asked(stored, LONG)
    view = ViewState(stored.images.id, record["id"], dimensionality=2)
    with launched_chromium() as browser:
        page = new_person(browser).new_page()
        page.goto(f"{stored.url}/?view={link_text(view)}")
        wait_until(page, 'document.querySelector("#view")?.dataset.liveFrame > 0')
        published = Published(stored, record["id"])
        viewers = [Viewer(stored.url) for _ in range(N_VIEWERS)]
        for viewer in viewers:
            viewer.follow(record["id"])
        page.evaluate(NOTE_FRAMES)
        page.wait_for_timeout(WATCHED_S * 1000)
        in_page = _seen_in_page(page)
        for viewer in viewers:
            viewer.end()
        published.end()
    requests.delete(f"{stored.url}/api/v1/projections/{record['id']}", timeout=60)
    seen = [(number, at) for viewer in viewers for number, _, at in viewer.frames]
    target = f"< {OLDEST_S:.0f} s"
    for who, found in (("9 HTTP pollers", seen), ("the browser beside them", in_page)):
        ages = [at - published.at[number] for number, at in found if number in published.at]
        assert ages, "nobody saw a frame"
        for name, age in (("median", np.median(ages)), ("oldest", max(ages))):
            what = f"age of a frame, {who}, {name} of {len(ages)}"
            yield Line(what, float(age), None, "s", target, float(age) < OLDEST_S)


def _seen_in_page(page: Page) -> list[tuple[int, float]]:
    # Both clocks are the machine's.
    since = time.time() - time.monotonic()
    noted: list[tuple[int, float]] = page.evaluate("window.benchFrames")
    return [(number, at / 1000 - since) for number, at in noted]


def _queue(stored: Stored) -> Iterator[Line]:
    """Ask for twenty runs at once; they wait for the slots, and questions do not wait for them."""
    connection = Connection(stored.url)
    path = f"/api/v1/datasets/{stored.images.id}/neighbors?k=100&row="
    rows = iter(np.random.default_rng(1).permutation(stored.images.n_points).tolist())

    def asks() -> None:
        connection.get(f"{path}{next(rows)}")

    idle = [timed(asks) for _ in range(N_QUESTIONS)]
    records = [asked(stored, {**LONG, "random_state": 100 + i}) for i in range(N_JOBS)]
    counts: list[int] = []
    busy: list[float] = []
    began = time.monotonic()
    while time.monotonic() - began < WATCHED_S:
        counts.append(_n_computing(stored))
        busy.append(timed(asks))
        time.sleep(0.05)
    # Those that wait first, else each end would begin the next.
    for record in reversed(records):
        requests.delete(f"{stored.url}/api/v1/projections/{record['id']}", timeout=60)
    ours, floor = (float(np.median(times)) * 1000 for times in (busy, idle))
    target = f"< {MOST_LATENCY:.0f} x idle"
    what = f"100 neighbors over HTTP beside {N_JOBS} jobs, p50"
    yield Line(what, ours, floor, "ms", target, ours < MOST_LATENCY * floor)
    slots, most = stored.services.limits.n_slots, max(counts)
    what = f"computing at a time of {N_JOBS} jobs asked for at once"
    yield Line(what, most, slots, "jobs", "the slots, no more, no less", most == slots)


def _n_computing(stored: Stored) -> int:
    jobs: list[Any] = stored.services.projections.jobs.all()
    return sum(job.state == "running" for job in jobs)
