"""Which of the number columns of a wide table are the dimensions, by their names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

NUMBERED = re.compile(r"(.*?)0*(\d{1,6})")
# Fewer are no series: x1 and x2 may be anything.
MIN_SERIES = 3


def numbered_series(names: Sequence[str]) -> tuple[str, ...]:
    """Return the longest series of names that count on: d0, d1, d2 or dim_01, dim_02, ...

    Empty when there is none: then any column of numbers may be a dimension.
    """
    series: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for name in names:
        if match := NUMBERED.fullmatch(name):
            series[match[1]].append((int(match[2]), name))
    longest: list[tuple[int, str]] = max(series.values(), key=len, default=[])
    numbers = sorted(number for number, _ in longest)
    counts_on = numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else False
    if len(longest) < MIN_SERIES or not counts_on:
        return ()
    return tuple(name for _, name in longest)
