"""How numbers are spread over the color bar: evenly, by their logarithm, or by their rank.

Word counts are the usual case for the last two: on a linear scale a handful of frequent words
would take nearly the whole bar, and all others one color.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

Kind = Literal["linear", "log", "rank"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# Most points that may share a quarter of the bar: of normally distributed numbers half do, of
# exponentially distributed ones nine tenths.
MOST_LINEAR, MOST_LOG = 0.8, 0.7
# Ticks nearer to each other, as a share of the bar, would run into one another.
MIN_GAP = 0.2
N_POWERS = 4


@dataclass(frozen=True)
class ColorScale:
    """A scale from the lowest to the highest number.

    Attributes
    ----------
    low, high : ends, in the numbers that `positions` returns
    ticks : (place on the bar from 0 to 1, number in its own unit), ascending, both ends included
    """

    kind: Kind
    low: float
    high: float
    ticks: tuple[tuple[float, float], ...]


def color_scale(numbers: np.ndarray) -> ColorScale:
    """Return the scale that spreads the numbers best; linear unless they are very uneven.

    Parameters
    ----------
    numbers : float array; NaN is missing
    """
    present = numbers[np.isfinite(numbers)]
    if not present.size:
        return ColorScale("linear", 0.0, 0.0, ((0.0, 0.0),))
    kind = _kind(present)
    spread = positions(present, kind)
    low, high = float(spread.min()), float(spread.max())
    ends = (float(present.min()), float(present.max()))
    if low == high:
        return ColorScale(kind, low, high, ((0.0, ends[0]),))
    inner = _inner_ticks(present, kind, ends)
    return ColorScale(kind, low, high, _with_ends(inner, ends))


def positions(numbers: np.ndarray, kind: str) -> np.ndarray:
    """Return where numbers lie on a scale, float64 of the same shape; NaN stays NaN.

    By rank it is the share of all numbers that are smaller, so equal numbers have equal colors.
    """
    if kind == "linear":
        return numbers.astype(np.float64)
    if kind == "log":
        with np.errstate(divide="ignore", invalid="ignore"):
            logarithms: np.ndarray = np.log10(numbers)
        return logarithms
    present = np.sort(numbers[np.isfinite(numbers)])
    shares = np.searchsorted(present, numbers) / max(1, len(present))
    return np.where(np.isfinite(numbers), shares, np.nan)


def _kind(present: np.ndarray) -> Kind:
    if _crowding(present) <= MOST_LINEAR or np.unique(present).size < 3:
        return "linear"
    if present.min() > 0 and _crowding(np.log10(present)) <= MOST_LOG:
        return "log"
    return "rank"


def _crowding(numbers: np.ndarray) -> float:
    """Largest share of the numbers that one quarter of their range holds."""
    counts, _ = np.histogram(numbers, bins=4)
    return float(counts.max()) / len(numbers)


def _inner_ticks(
    present: np.ndarray, kind: Kind, ends: tuple[float, float]
) -> list[tuple[float, float]]:
    low, high = ends
    if kind == "linear":
        step = _round_step((high - low) * MIN_GAP)
        values = np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step
        return [((value - low) / (high - low), float(value)) for value in values]
    if kind == "log":
        first, last = np.log10(low), np.log10(high)
        powers = np.arange(np.ceil(first), np.floor(last) + 1)
        every = max(1, round(len(powers) / N_POWERS))
        return [((power - first) / (last - first), float(10**power)) for power in powers[::every]]
    values = np.quantile(present, (0.25, 0.5, 0.75), method="nearest")
    places = positions(np.concatenate([values, present]), "rank")[:3]
    top = float(positions(present, "rank").max())
    return [(float(p) / top, float(v)) for p, v in zip(places, values, strict=True)]


def _round_step(rough: float) -> float:
    """The next number of the row 1, 2, 5, 10, ... that is not below."""
    power = 10.0 ** np.floor(np.log10(rough))
    return float(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough))


def _with_ends(
    inner: list[tuple[float, float]], ends: tuple[float, float]
) -> tuple[tuple[float, float], ...]:
    """Return the ends and those inner ticks that have room between them."""
    ticks = [(0.0, ends[0])]
    for place, value in inner:
        if place - ticks[-1][0] >= MIN_GAP and 1 - place >= MIN_GAP:
            ticks.append((float(place), value))
    return (*ticks, (1.0, ends[1]))
