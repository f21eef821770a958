"""1 GB through the chunk routes into a dataset: the server's processes stay as small as before."""

from __future__ import annotations

import json
import secrets
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import psutil
import pytest

from tests.chunk_client import ChunkClient
from tests.running_server import RunningServer, start_server

N_POINTS = 1_000_000
N_DIMS = 256
MB = 1_000_000

pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of 1.02 GB, written row by row."""
    path = tmp_path_factory.mktemp("large") / "large.npy"
    shape = (N_POINTS, N_DIMS)
    tensor = np.lib.format.open_memmap(path, "w+", np.float32, shape)
    random = np.random.default_rng(0)
    for start in range(0, N_POINTS, 50_000):
        tensor[start : start + 50_000] = random.random((50_000, N_DIMS), np.float32)
    tensor.flush()
    return path


def memory_of(server: RunningServer) -> dict[int, int]:
    """Return the bytes of the server's own processes; the child that reads files has a limit."""
    processes = [server.process.pid]
    processes += [child.pid for child in psutil.Process(server.process.pid).children()]
    return {pid: psutil.Process(pid).memory_info().rss for pid in processes}


class Watch:
    """The most that each process has grown while it was watched."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.before = memory_of(server)
        self.most = dict(self.before)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    @property
    def growth(self) -> int:
        return sum(self.most[pid] - self.before[pid] for pid in self.before)

    def _run(self) -> None:
        while not self._done.wait(0.05):
            for pid in self.before:
                self.most[pid] = max(self.most[pid], psutil.Process(pid).memory_info().rss)


def open_by_form(client: ChunkClient, upload_id: str) -> tuple[int, dict]:
    form = urlencode({"tensors_upload": upload_id}).encode()
    kind = "application/x-www-form-urlencoded"
    return client.ask("POST", "/api/v1/datasets", form, Content_Type=kind)


def open_by_preview(client: ChunkClient, upload_id: str) -> tuple[int, dict]:
    """As the page does: read it, show it, then keep what was staged."""
    address, kind = f"/page/previews/{secrets.token_hex(16)}", "application/json"
    body = json.dumps({"uploads": {"tensors": upload_id}}).encode()
    started = time.perf_counter()
    status, preview = client.ask("PUT", address, body, Content_Type=kind)
    assert (status, preview["n_points"]) == (200, N_POINTS)
    print(f"\nupload -> preview: {time.perf_counter() - started:.1f} s", end="")
    return client.ask("POST", f"{address}/open", b'{"name": "large"}', Content_Type=kind)


@pytest.mark.parametrize("opened", [open_by_form, open_by_preview])
def test_a_gigabyte_passes_through_without_growing_the_server(large, tmp_path, capsys, opened):
    with capsys.disabled(), start_server(tmp_path / "data") as server:
        client = ChunkClient(server.url)
        client.ask("GET", "/healthz")
        # Both processes have answered something before their size is taken as their own.
        for _ in range(20):
            ChunkClient(server.url).ask("GET", "/api/v1/datasets")
        with Watch(server) as watch:
            started = time.perf_counter()
            upload_id = client.upload(large)
            sent = time.perf_counter()
            uploading = watch.growth
            status, record = opened(client, upload_id)
            done = time.perf_counter()
        assert (status, record["n_points"], record["n_dims"]) == (201, N_POINTS, N_DIMS)
        size = large.stat().st_size
        print(f"\n{size / MB:,.0f} MB in chunks: {sent - started:.1f} s")
        print(f"chunks -> dataset: {done - sent:.1f} s")
        print(
            f"the server's processes grew by {uploading / MB:.0f} MB, then {watch.growth / MB:.0f}"
        )
        assert watch.growth < 100 * MB
        assert list((tmp_path / "data" / "uploads").iterdir()) == []
        stored = np.load(
            tmp_path / "data" / "datasets" / record["id"] / "tensor.npy", mmap_mode="r"
        )
        assert np.array_equal(stored[::100_000], np.load(large, mmap_mode="r")[::100_000])
