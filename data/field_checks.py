"""Checks of values that come from outside: each returns its value, or says what it must be."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from data.errors import ParameterError

MAX_TEXT = 10_000
Vector = tuple[float, float, float]


def refused(name: str, value: Any, legal: str) -> ParameterError:
    """Return the error about a value: what it must be, and what it is."""
    return ParameterError(f"{name} must be {legal}, not {str(value)[:60]!r}.")


def one_of(*choices: Any) -> Callable[[str, Any], Any]:
    """Return the check that a value is one of a few."""

    def read(name: str, value: Any) -> Any:
        if value not in choices or isinstance(value, bool):
            raise refused(name, value, "one of " + ", ".join(map(str, choices)))
        return value

    return read


def text(name: str, value: Any) -> str:
    """Return a text that is not too long."""
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise refused(name, value, f"a text of at most {MAX_TEXT:,} characters")
    return value


def whole(low: int, high: int) -> Callable[[str, Any], int]:
    """Return the check of a whole number."""

    def read(name: str, value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise refused(name, value, f"a whole number from {low:,} to {high:,}")
        return value

    return read


def number(low: float, high: float) -> Callable[[str, Any], float]:
    """Return the check of a number."""

    def read(name: str, value: Any) -> float:
        if type(value) not in (int, float) or not low <= value <= high:
            raise refused(name, value, f"a number from {low:g} to {high:g}")
        return float(value)

    return read


def yes_no(name: str, value: Any) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise refused(name, value, "true or false")
    return value


def optional(read: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    """Return a check that lets None through."""
    return lambda name, value: None if value is None else read(name, value)


def list_of(read: Callable[[str, Any], Any], most: int) -> Callable[[str, Any], tuple[Any, ...]]:
    """Return the check of every item of a list."""

    def read_all(name: str, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple) or len(value) > most:
            raise refused(name, value, f"a list of at most {most:,}")
        return tuple(read(name, item) for item in value)

    return read_all


def vector(name: str, value: Any) -> Vector:
    """Return three finite numbers, given as a list or as {x, y, z}."""
    if isinstance(value, dict):
        value = [value.get(axis) for axis in "xyz"]
    if not isinstance(value, list | tuple) or len(value) != 3:
        raise refused(name, value, "three numbers")
    if any(type(v) not in (int, float) or not math.isfinite(v) for v in value):
        raise refused(name, value, "three finite numbers")
    return (float(value[0]), float(value[1]), float(value[2]))
