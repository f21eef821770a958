"""Values that follow from a file or folder, kept until it changes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")

# Two changes within one tick of a file system's clock have the same time.
SETTLED_NS = 2_000_000_000


class Remembered(Generic[Value]):
    """Values by a key of one's own.

    What one round of asking did not use is forgotten with the next.
    """

    def __init__(self) -> None:
        self._values: dict[object, tuple[tuple[int, ...], Value]] = {}
        self._before: dict[object, tuple[tuple[int, ...], Value]] = {}

    def begin_round(self) -> None:
        """Begin a new round."""
        self._before, self._values = self._values, {}

    def get(self, key: object, status: os.stat_result, compute: Callable[[], Value]) -> Value:
        """Return the value of a key; `compute` is called when it is new or has changed."""
        stamp = (status.st_ino, status.st_mtime_ns, status.st_size)
        kept = self._values.get(key) or self._before.get(key)
        if kept is None or kept[0] != stamp:
            is_settled = status.st_mtime_ns < time.time_ns() - SETTLED_NS
            kept = (stamp, compute())
            if not is_settled:
                return kept[1]
        self._values[key] = kept
        return kept[1]
