"""Repetitions: what is compared takes turns, so that a busy moment meets all of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np


def alternate(ways: dict[str, Callable[[], Any]], repetitions: int) -> dict[str, np.ndarray]:
    """Return the seconds of each way, shape (repetitions,); a first round is not counted."""
    for run in ways.values():
        run()
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repetitions):
        for name, run in ways.items():
            seconds[name].append(timed(run))
    return {name: np.array(times) for name, times in seconds.items()}


def timed(run: Callable[[], Any]) -> float:
    """Return the seconds that a call takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def p95(times: np.ndarray) -> float:
    return float(np.percentile(times, 95))
