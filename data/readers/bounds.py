"""Checks of shapes and sizes against the limits, and how sizes are spelled."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from data.counted import counted
from data.errors import LimitError, ReadError
from data.limits import Limits

SAVE_AGAIN = "Save it again, or another one."
ASK_FOR_MORE = "ask who runs the server for a higher limit"
FEWER_POINTS = f"Save a part of the points, or {ASK_FOR_MORE}."
FEWER_COLUMNS = f"Leave some of them out, or {ASK_FOR_MORE}."


def spell_bytes(size: int) -> str:
    """Spell a number of bytes as people read it: 800 bytes, 4.8 GB."""
    if size < 1_000:
        return f"{size} bytes"
    value = float(size)
    for unit in ("kB", "MB", "GB", "TB", "PB"):
        value /= 1_000
        if value < 1_000 or unit == "PB":
            break
    return f"{value:.1f} {unit}"


def check_readable(path: Path, name: str) -> int:
    """Return the size of a regular file that is not empty."""
    if not path.is_file():
        raise ReadError(f"{name} is not a file.", hint="Choose a file, not a folder.")
    size = path.stat().st_size
    if size == 0:
        raise ReadError(f"{name} is empty.", hint="Save it again: it holds 0 bytes.")
    return size


def check_shape(shape: tuple[int, ...], name: str, limits: Limits) -> None:
    """Refuse what is no table of points, or more than the limits allow."""
    if any(length < 0 for length in shape):
        raise ReadError(
            f"{name} is damaged: its shape {lengths(shape)} has a negative length.", hint=SAVE_AGAIN
        )
    if len(shape) != 2:
        raise ReadError(
            f"{name} has {counted(len(shape), 'axis', 'axes')} ({lengths(shape)}); a tensor has "
            "two, points and dimensions.",
            hint=f"Save it as an array of two axes, {_reshape_advice(shape)}.",
        )
    n_points, n_dims = shape
    if n_points > limits.max_points:
        raise LimitError(
            f"{name} has {counted(n_points, 'point')}; max_points is {limits.max_points:,}.",
            hint=FEWER_POINTS,
        )
    if n_dims > limits.max_dims:
        raise LimitError(
            f"{name} has {counted(n_points, 'point')} of {n_dims:,} dimensions; max_dims is "
            f"{limits.max_dims:,}.",
            hint=f"Are points and dimensions the wrong way round? Else {ASK_FOR_MORE}.",
        )
    if n_points == 0 or n_dims == 0:
        raise ReadError(f"{name} holds no points: its shape is {lengths(shape)}.", hint=SAVE_AGAIN)


def lengths(shape: tuple[int, ...]) -> str:
    """Return a shape as people write it: 10,000 × 784."""
    return " × ".join(f"{length:,}" for length in shape) or "a single value"


def _reshape_advice(shape: tuple[int, ...]) -> str:
    if len(shape) < 2:
        return "for example array.reshape(n_points, n_dims) or array[:, None]"
    return f"for example array.reshape({shape[0]}, {int(np.prod(shape[1:], dtype=object))})"
