"""Numbers as people read them, with their noun: 1 point, 10,000 points."""

from __future__ import annotations


def counted(n: int, what: str, several: str = "") -> str:
    """Return a number with its noun; `several` is what it is called when there is not one.

    Parameters
    ----------
    several : when it is not the noun with an s
    """
    return f"{n:,} {what if n == 1 else several or what + 's'}"
