"""Names from outside as they may stand in a sentence: cut, and without control characters."""

from __future__ import annotations

from collections.abc import Sequence

SHOWN_TEXT = 120
SHOWN_NAMES = 5


def shown(text: str) -> str:
    """Return a text in quotes."""
    cut = text if len(text) <= SHOWN_TEXT else f"{text[:SHOWN_TEXT]}..."
    return f'"{cut}"' if cut.isprintable() else ascii(cut)


def shown_names(names: Sequence[str], most: int = SHOWN_NAMES) -> str:
    """Return the first of some texts in quotes, and how many more there are."""
    first = ", ".join(shown(name) if name else "without a name" for name in names[:most])
    more = len(names) - most
    return f"{first} and {more} more" if more > 0 else first
