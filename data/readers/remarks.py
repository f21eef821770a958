"""What is worth knowing about a tensor before looking at a picture of it."""

from __future__ import annotations

import numpy as np

BLOCK_VALUES = 2**20
# Above this, looking for equal rows takes longer than people wait for a remark.
MAX_ROWS_FOR_DUPLICATES = 200_000
UNIT_TOLERANCE = 1e-3


def remarks(tensor: np.ndarray) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Look through a tensor block by block.

    Parameters
    ----------
    tensor : ndarray of shape (n_points, n_dims), float32, all finite

    Returns
    -------
    warnings : there is nothing to see in a picture
    notes : remarks about the content
    """
    n_points, n_dims = tensor.shape
    if n_points == 1:
        return ("1 point: it has no neighbors and cannot be projected.",), ()
    low, high = tensor[0].copy(), tensor[0].copy()
    squares = np.empty(n_points)
    step = max(1, BLOCK_VALUES // n_dims)
    for first in range(0, n_points, step):
        block = tensor[first : first + step]
        np.minimum(low, block.min(axis=0), out=low)
        np.maximum(high, block.max(axis=0), out=high)
        wide = block.astype(np.float64)  # squares of 3e38 do not fit float32
        squares[first : first + step] = np.einsum("ij,ij->i", wide, wide)
    n_constant = int((low == high).sum())
    if n_constant == n_dims:
        return (f"All {n_points} points are equal: there is nothing to see.",), ()
    notes = [_constant(n_constant, n_dims), _zeros(squares), _duplicates(tensor)]
    if n_dims > 1:
        notes.append(_unit(squares))
    return (), tuple(note for note in notes if note)


def _constant(n_constant: int, n_dims: int) -> str:
    if not n_constant:
        return ""
    if n_constant == 1:
        return f"1 of {n_dims} dimensions has the same value everywhere."
    return f"{n_constant} of {n_dims} dimensions have the same value everywhere."


def _zeros(squares: np.ndarray) -> str:
    count = int((squares == 0).sum())
    if not count:
        return ""
    return f"{count} {'point is a zero vector' if count == 1 else 'points are zero vectors'}."


def _duplicates(tensor: np.ndarray) -> str:
    if len(tensor) > MAX_ROWS_FOR_DUPLICATES:
        return ""
    seen: set[int] = set()
    step = max(1, BLOCK_VALUES // tensor.shape[1])
    for first in range(0, len(tensor), step):
        # Adding zero makes -0.0 equal to 0.0 byte by byte.
        block = np.ascontiguousarray(tensor[first : first + step] + np.float32(0))
        seen.update(hash(row.tobytes()) for row in block)
    count = len(tensor) - len(seen)
    if not count:
        return ""
    return f"{count} {'row repeats' if count == 1 else 'rows repeat'} another row exactly."


def _unit(squares: np.ndarray) -> str:
    lengths = np.sqrt(squares)
    low, high = float(lengths.min()), float(lengths.max())
    if abs(low - 1) < UNIT_TOLERANCE and abs(high - 1) < UNIT_TOLERANCE:
        return ""
    return (
        f"Vectors are not normalized (lengths {low:.3g} to {high:.3g}): "
        "cosine and Euclidean neighbors differ."
    )
