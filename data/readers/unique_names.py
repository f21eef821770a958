"""Column names that can all be told apart."""

from __future__ import annotations

from collections.abc import Iterable


def unique_names(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Number repeated names and name empty ones: a, a, "" become a, a (2), column 3.

    Returns
    -------
    unique : the names, in order
    changed : the new ones
    """
    wanted = list(names)
    taken = set(wanted)
    seen: set[str] = set()
    unique: list[str] = []
    changed: list[str] = []
    for place, name in enumerate(wanted, start=1):
        new = name if name.strip() else f"column {place}"
        if new in seen or (new != name and new in taken):
            number = 2
            while f"{new} ({number})" in seen or f"{new} ({number})" in taken:
                number += 1
            new = f"{new} ({number})"
        if new != name:
            changed.append(new)
        seen.add(new)
        unique.append(new)
    return unique, changed
