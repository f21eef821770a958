"""What people see of files before they are opened: first rows, and the ways to read them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pyarrow as pa

from data.errors import ProjectorError
from data.readers.contract import Choice, FirstRows

SHOWN_ROWS = 5
SHOWN_DIMS = 8
SHOWN_LETTERS = 80


def first_rows(
    table: pa.Table, tensor: np.ndarray | None = None, dim_names: tuple[str, ...] = ()
) -> FirstRows:
    """Return the first points.

    Parameters
    ----------
    table : metadata, strings, one row per point
    tensor : ndarray of shape (n_points, n_dims), or None when only metadata is read
    """
    vectors = () if tensor is None else tensor[:SHOWN_ROWS, :SHOWN_DIMS].tolist()
    head = table.slice(0, SHOWN_ROWS)
    columns = [column.to_pylist() for column in head.columns]
    cells = tuple(
        tuple(text if text is None else text[:SHOWN_LETTERS] for text in row)
        for row in zip(*columns, strict=True)
    )
    return FirstRows(dim_names[:SHOWN_DIMS], tuple(map(tuple, vectors)), cells)


def thumbnail_size(size: tuple[int, int] | None) -> Choice:
    """Return the question how large one thumbnail is; `size` is width and height, if known."""
    answer = None if size is None else f"{size[0]}x{size[1]}"
    return Choice(
        "sprite_size", "Thumbnail size", "size", answer, help="Width x height of one, in pixels."
    )


@contextmanager
def blamed(part: str, choices: tuple[Choice, ...] = ()) -> Iterator[None]:
    """Say of an error which file it is about, and that the choices of the others stay open."""
    try:
        yield
    except ProjectorError as error:
        error.part = part
        error.choices_left = (*choices, *error.choices_left)
        raise
