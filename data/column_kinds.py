"""What a person may say that a metadata column is: classes, numbers or text."""

from __future__ import annotations

from typing import get_args

import numpy as np

from data.dataset import Column
from data.errors import ParameterError
from data.metadata import Kind, Metadata

# Every page that colors by classes gets all of them.
MAX_CLASSES = 10_000


def check_kind(metadata: Metadata, column: Column, kind: Kind) -> None:
    """Raise ParameterError if the values of a column cannot be shown as a kind."""
    if kind not in get_args(Kind):
        raise ParameterError(f"A kind is {', '.join(get_args(Kind))}, not {str(kind)[:60]!r}.")
    if kind == "categorical" and column.n_unique > MAX_CLASSES:
        raise ParameterError(
            f"{column.name[:100]!r} has {column.n_unique:,} different values; "
            f"classes are at most {MAX_CLASSES:,}.",
            hint="Choose text, or numbers if it holds any.",
        )
    if kind == "numeric" and not np.isfinite(metadata.numbers(column.name)).any():
        raise ParameterError(
            f"{column.name[:100]!r} holds no numbers.", hint="Choose classes or text."
        )


def with_chosen_kinds(new: tuple[Column, ...], old: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return new columns; the kind that a person chose for one of that name stays chosen."""
    chosen = {column.name: column.kind for column in old if column.by_content}
    return tuple(
        column.switched(chosen[column.name])
        if column.name in chosen and _fits(column, chosen[column.name])
        else column
        for column in new
    )


def _fits(column: Column, kind: Kind) -> bool:
    if kind == "numeric":
        return column.is_number
    return kind == "text" or column.n_unique <= MAX_CLASSES
