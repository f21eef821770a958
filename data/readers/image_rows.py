"""Which picture belongs to which point: by a metadata column that names them, else in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from data.metadata import natural_order

LOOKS_LIKE_IMAGE = r"(?i)\.(png|jpe?g|webp|gif|bmp)\s*$"
# A picture can be named by the end of its path: so many folders of it count.
MAX_PARTS = 8


def match_by_column(names: Sequence[str], table: pa.Table) -> tuple[list[str | None], str | None]:
    """Find the picture of every row by a column that names them.

    A column names the pictures when at least half of its values do: by path, or by the end of a
    path that no other picture has (b/1.png for a/b/1.png, and the other way round). The one that
    names most decides.

    Parameters
    ----------
    names : of the pictures, relative paths with slashes
    table : metadata, all columns strings

    Returns
    -------
    pictures : name of each row's picture, or None
    column : by which they were matched; None, and no pictures, without such a column
    """
    index = _index(names)
    best: list[str | None] = []
    chosen, n_best = None, 0
    for column in table.column_names:
        texts = table.column(column)
        present = len(texts) - texts.null_count
        looks_like_image: Any = pc.match_substring_regex(texts, LOOKS_LIKE_IMAGE)
        if 2 * (pc.sum(looks_like_image).as_py() or 0) < present:
            continue
        values: list[Any] = texts.to_pylist()
        found = [_find(text, index) if text else None for text in values]
        count = len(found) - found.count(None)
        if count > n_best and 2 * count >= present:
            best, chosen, n_best = found, column, count
    return best, chosen


def match_in_order(names: Sequence[str], n_rows: int) -> list[str | None]:
    """Give the rows the pictures in natural order (2 before 10); the last may have none."""
    ordered: list[str | None] = [names[i] for i in natural_order(list(names))[:n_rows]]
    return ordered + [None] * (n_rows - len(ordered))


def _index(names: Sequence[str]) -> dict[str, str | None]:
    """Return the pictures by path and by each end of it; None where several end so."""
    index: dict[str, str | None] = {}
    for name in names:
        for end in _ends(name):
            index[end] = None if end in index else name
    # A whole path always means this very picture.
    index.update((_plain(name), name) for name in names)
    return index


def _find(text: str, index: dict[str, str | None]) -> str | None:
    return next((name for end in _ends(text) if (name := index.get(end))), None)


def _ends(path: str) -> list[str]:
    """Return a path and what is left of it without its first folders, the longest first."""
    parts = _plain(path).split("/")
    starts = range(max(0, len(parts) - MAX_PARTS), len(parts))
    return ["/".join(parts[start:]) for start in starts]


def _plain(path: str) -> str:
    return "/".join(p for p in path.strip().replace("\\", "/").split("/") if p not in ("", "."))
