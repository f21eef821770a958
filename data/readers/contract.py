"""What a format reader is asked and what it hands back, before the checks all formats share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

# The file beside a tensor some rows of which were left out: how many rows there were, those kept.
KEPT_ROWS = "kept_rows.npy"
# The file beside the tiles of a sprite: how they are arranged.
TILES = "tiles.json"
# The file that says how far reading has come, while it goes on.
PROGRESS = "progress.json"


def tile_name(number: int) -> str:
    """Return the name of the file of a tile of a sprite."""
    return f"tile-{number}.png"


@dataclass(frozen=True)
class ReadOptions:
    """What a person may choose about a tensor file.

    Attributes
    ----------
    tensor : which array to open when the file holds several
    columns : names of the vector columns of a table; the others become metadata
    n_dims : row length of a raw file
    drop_invalid_rows : leave rows with missing or infinite values out, rather than refuse
    """

    tensor: str | None = None
    columns: tuple[str, ...] | None = None
    n_dims: int | None = None
    drop_invalid_rows: bool = True


@dataclass(frozen=True)
class FoundTensor:
    """A tensor as it stands in a file; rows may still hold NaN or infinity.

    Attributes
    ----------
    tensor : ndarray of shape (n_rows, n_dims), float32, C order
    metadata : string columns of n_rows rows found in the same file
    too_large : rows with a finite value beyond float32, which is infinite in `tensor`
    unit : what the user counts in the file: its "line"s from 1 or its "row"s from 0
    place : the number, in that unit, of a row
    """

    tensor: np.ndarray
    metadata: pa.Table | None = None
    too_large: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unit: str = "row"
    place: Callable[[int], int] = int


@dataclass(frozen=True)
class TensorFile:
    """A tensor that is ready to be kept.

    Attributes
    ----------
    tensor : ndarray of shape (n_points, n_dims), float32, C order, all finite
    metadata : string columns found in the same file, one row per point, or None
    kept_rows : int64 rows of the file that are points, when some were left out, else None
    n_rows : rows in the file, before some were left out
    """

    tensor: np.ndarray
    metadata: pa.Table | None
    kept_rows: np.ndarray | None
    n_rows: int
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
