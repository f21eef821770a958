"""Waiting on a state instead of sleeping."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def wait_until(found: Callable[[], Found], seconds: float = 60.0) -> Found:
    """Return what `found` returns as soon as it is true."""
    deadline = time.monotonic() + seconds
    while not (result := found()):
        assert time.monotonic() < deadline, f"nothing within {seconds} s: {found}"
        time.sleep(0.02)
    return result
