"""1,000,000 x 64: added by the command line, opened, searched, clicked and colored."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
import pytest
from playwright.sync_api import expect

from tests.running_server import REPOSITORY, environment, start_server

N_POINTS = 1_000_000
N_DIMS = 64
N_GROUPS = 20
WAIT = 180_000  # ms

pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def tensor() -> np.ndarray:
    """Points around 20 centers; the group of a row is row % 20."""
    random = np.random.default_rng(0)
    centers = random.normal(scale=3, size=(N_GROUPS, N_DIMS)).astype(np.float32)
    points = random.standard_normal((N_POINTS, N_DIMS), np.float32)
    points += centers[np.arange(N_POINTS) % N_GROUPS]
    return points


@pytest.fixture(scope="module")
def data_dir(tensor, tmp_path_factory) -> Path:
    """A data directory to which the command line has added the points."""
    folder = tmp_path_factory.mktemp("million")
    np.save(folder / "million.npy", tensor)
    lines = (f"item {row}\tgroup {row % N_GROUPS}\n" for row in range(N_POINTS))
    with (folder / "million.tsv").open("w") as file:
        file.write("name\tgroup\n")
        file.writelines(lines)
    with reported("embedding-dashboard add"):
        subprocess.run(
            [
                *(sys.executable, "-m", "dashboard", "add", str(folder / "million.npy")),
                *("--metadata", str(folder / "million.tsv")),
                *("--name", "Million", "--data-dir", str(folder / "data")),
            ],
            cwd=REPOSITORY,
            env=environment(),
            check=True,
        )
    (folder / "million.npy").unlink()
    return folder / "data"


@contextmanager
def reported(what: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    print(f"{what}: {time.perf_counter() - start:.1f} s")


def report_memory(server_pid: int) -> None:
    """Print resident memory of the server's workers and of the largest Chromium renderer."""
    workers = psutil.Process(server_pid).children(recursive=True)
    for worker in workers:
        print(f"server worker {worker.pid}: {worker.memory_info().rss / 1e6:,.0f} MB")
    renderers = [
        child.memory_info().rss
        for child in psutil.Process().children(recursive=True)
        if "--type=renderer" in child.cmdline()
    ]
    print(f"largest Chromium renderer: {max(renderers) / 1e6:,.0f} MB")


def test_a_million_points_open_search_list_neighbors_and_take_colors(
    data_dir, tensor, open_page, capsys
):
    with capsys.disabled(), start_server(data_dir) as server:
        print()
        tab = open_page(server, None)
        tab.page.set_default_timeout(WAIT)
        with reported("navigation -> points drawn, PCA computed"):
            tab.open()
            expect(tab.view).to_have_attribute("data-points", str(N_POINTS), timeout=WAIT)
        expect(tab.headline).to_contain_text("1,000,000 points")
        report_memory(server.process.pid)

        # The only column of groups colors the points from the start.
        expect(tab.legend).to_have_count(N_GROUPS, timeout=WAIT)
        only = tab.legend.first.locator(".only")
        note = tab.page.locator("#drawn-note")
        with reported("show only one of 20 groups, then all again"):
            only.click()
            expect(note).to_contain_text("switched off in the legend", timeout=WAIT)
            only.click()
            expect(note).not_to_contain_text("switched off", timeout=WAIT)

        with reported("search -> matches listed"):
            tab.search.fill("item 77777")
            expect(tab.page.locator("#search-message")).to_have_text("11 matches", timeout=WAIT)
            expect(tab.matches).to_have_count(11, timeout=WAIT)
        tab.page.locator("#search").press("Escape")

        row = tab.reachable_row()
        with reported("click -> neighbors listed"):
            tab.click_point(row)
            expect(tab.neighbors).to_have_count(100, timeout=WAIT)
        listed = tab.page.locator("#neighbor-list .row-entry").evaluate_all(
            "lines => lines.map(line => Number(line.dataset.row))"
        )
        assert len(set(listed) & set(bare_neighbors(tensor, row, 100))) >= 99
        with reported("click -> neighbors highlighted"):
            tab.page.wait_for_function("row => projector.shown.selectedPoint === row", arg=row)
        assert tab.page.evaluate("() => projector.shown.drawn.length") == N_POINTS

        with reported("search committed -> 111,111 rows or so selected"):
            tab.search.fill("item 7")
            tab.search.press("Enter")
            expect(tab.page.locator("#selection-count")).to_have_text(
                "111,111 selected", timeout=WAIT
            )
        report_memory(server.process.pid)


def bare_neighbors(tensor: np.ndarray, row: int, k: int) -> list[int]:
    cosine = (tensor @ tensor[row]) / np.sqrt(np.einsum("ij,ij->i", tensor, tensor))
    cosine[row] = -np.inf
    nearest = np.argpartition(-cosine, k)[:k]
    return nearest.tolist()
