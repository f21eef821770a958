"""How far the reading of a dataset has come, in a file that the server looks at meanwhile."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from data.readers.contract import PROGRESS

SECONDS_BETWEEN = 0.3


def read_progress(folder: Path) -> dict[str, Any]:
    """Return how far reading into a folder has come; empty when nobody can say."""
    try:
        content = (folder / PROGRESS).read_bytes()
    except FileNotFoundError:
        return {}
    progress: dict[str, Any] = json.loads(content)
    return progress


class Progress:
    """Writes {"done", "total", "what"} into a folder, a few times a second at most.

    Parameters
    ----------
    folder : where the results go too
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / PROGRESS
        self._next = 0.0

    def step(self, done: int, total: int, what: str) -> None:
        """Say that `done` of `total` is finished."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + SECONDS_BETWEEN
        # Whoever reads it sees a whole text.
        temporary = self._path.with_suffix(".new")
        temporary.write_text(json.dumps({"done": done, "total": total, "what": what}))
        temporary.replace(self._path)

    def close(self) -> None:
        """Remove the file: it is no part of the dataset."""
        self._path.unlink(missing_ok=True)
