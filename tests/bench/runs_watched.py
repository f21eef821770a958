"""Runs that are asked for, watched and waited for over HTTP."""

from __future__ import annotations

import threading
import time
from typing import Any

import requests

from tests.bench.stored import Stored


class Viewer:
    """Follows the frames of a run over HTTP, as a page does.

    Attributes
    ----------
    frames : number and iteration of each frame seen after the start layout, and when, by
        time.monotonic()
    ended : when the run was seen to have ended
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.ended = float("inf")
        self.frames: list[tuple[int, int, float]] = []
        self._is_over = threading.Event()
        self._thread: threading.Thread | None = None

    def follow(self, projection_id: str) -> None:
        """Begin to watch."""
        self._thread = threading.Thread(target=self._watch, args=(projection_id,), daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stop watching."""
        self._is_over.set()
        self.wait()

    def wait(self) -> None:
        """Watch until the run is done."""
        assert self._thread is not None
        self._thread.join()

    def _watch(self, projection_id: str) -> None:
        address, number = f"{self.url}/api/v1/projections/{projection_id}", 0
        while not self._is_over.is_set():
            answer = requests.get(f"{address}/frames/latest?after={number}", timeout=30)
            if answer.status_code == 204:
                # After ten seconds without a frame, or at the end of the run.
                if requests.get(address, timeout=30).json()["state"] in ("queued", "running"):
                    continue
                self.ended = time.monotonic()
                return
            answer.raise_for_status()
            number, iteration = (
                int(answer.headers[name]) for name in ("Frame-Number", "Frame-Iteration")
            )
            self.frames.append((number, iteration, time.monotonic()))


def asked(stored: Stored, parameters: dict[str, Any]) -> dict[str, Any]:
    """Ask for a t-SNE of the images; return its record."""
    body = {"dataset": stored.images.id, "method": "tsne", "parameters": parameters}
    answer = requests.post(f"{stored.url}/api/v1/projections", json=body, timeout=60)
    answer.raise_for_status()
    record: dict[str, Any] = answer.json()
    return record


def finished(stored: Stored, record: dict[str, Any]) -> dict[str, Any]:
    """Wait until a run is done; return its record."""
    address = f"{stored.url}/api/v1/projections/{record['id']}"
    while record["state"] != "done":
        assert record["state"] in ("queued", "running"), record
        time.sleep(0.2)
        record = requests.get(address, timeout=60).json()
    return record
