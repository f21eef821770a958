"""What is worth knowing about a tensor before looking at a picture of it."""

from __future__ import annotations

import numpy as np

from data.counted import counted
from data.readers.mapped import let_go

# Above this, looking for equal rows takes longer than people wait for a remark.
MAX_ROWS_FOR_DUPLICATES = 200_000
UNIT_TOLERANCE = 1e-3
BLOCK_ROWS = 4_096


class Remarks:
    """Looks through the points of a tensor block by block.

    Parameters
    ----------
    n_points : of the whole tensor
    """

    def __init__(self, n_points: int) -> None:
        self.n_points, self.n_dims = n_points, 0
        self._first = np.empty(0, np.float32)
        self._constant = np.empty(0, np.int64)  # dimensions in which no other value was seen
        self._shortest, self._longest, self._n_zeros = np.inf, 0.0, 0
        self._keys = _Keys(n_points) if n_points <= MAX_ROWS_FOR_DUPLICATES else None

    def add(self, block: np.ndarray, squares: np.ndarray) -> None:
        """Look at some more points.

        Parameters
        ----------
        block : ndarray of shape (n, n_dims), float32, C order, all finite
        squares : ndarray of shape (n,), squared lengths of the points
        """
        if not self.n_dims:
            self.n_dims, self._first = block.shape[1], block[0].copy()
            self._constant = np.arange(self.n_dims)
        if len(self._constant):
            values = block[:, self._constant]
            self._constant = self._constant[(values == self._first[self._constant]).all(axis=0)]
        self._shortest = min(self._shortest, float(squares.min()))
        self._longest = max(self._longest, float(squares.max()))
        self._n_zeros += int((squares == 0).sum())
        if self._keys is not None:
            self._keys.add(block)

    def warnings(self) -> tuple[str, ...]:
        """Return why there is nothing to see in a picture."""
        if self.n_points == 1:
            return ("1 point: it has no neighbors and cannot be projected.",)
        if len(self._constant) == self.n_dims:
            return (f"All {self.n_points:,} points are equal: there is nothing to see.",)
        return ()

    def notes(self, tensor: np.ndarray) -> tuple[str, ...]:
        """Return remarks about the content, which is looked at again where rows may repeat."""
        if self.warnings():
            return ()
        notes = (self._constants(), self._zeros(), self._duplicates(tensor), self._unit())
        return tuple(note for note in notes if note)

    def _constants(self) -> str:
        count = len(self._constant)
        if not count:
            return ""
        if count == 1:
            return f"1 of {self.n_dims:,} dimensions has the same value everywhere."
        return f"{count:,} of {self.n_dims:,} dimensions have the same value everywhere."

    def _zeros(self) -> str:
        count = self._n_zeros
        if not count:
            return ""
        return f"{counted(count, 'point is a zero vector', 'points are zero vectors')}."

    def _duplicates(self, tensor: np.ndarray) -> str:
        count = 0 if self._keys is None else _count_repeats(tensor, self._keys.repeating())
        if not count:
            return ""
        return f"{counted(count, 'row repeats', 'rows repeat')} another row exactly."

    def _unit(self) -> str:
        low, high = np.sqrt(self._shortest), np.sqrt(self._longest)
        if self.n_dims == 1 or (abs(low - 1) < UNIT_TOLERANCE and abs(high - 1) < UNIT_TOLERANCE):
            return ""
        return (
            f"Vectors are not normalized (lengths {low:.3g} to {high:.3g}): "
            "cosine and Euclidean neighbors differ."
        )


class _Keys:
    """A number for each point; equal points have equal ones, and few others have."""

    def __init__(self, n_points: int) -> None:
        self._keys, self._n_keys = np.empty(n_points, np.uint64), 0
        self._buffer, self._weights = np.empty((0, 0), np.float32), np.empty(0, np.uint64)

    def add(self, block: np.ndarray) -> None:
        """Look at some more points."""
        n, n_dims = block.shape
        if len(self._buffer) < n:
            # Values are taken two at a time; the last may be a zero of ours.
            self._buffer = np.zeros((n, n_dims + n_dims % 2), np.float32)
            width = self._buffer.shape[1] // 2
            # Odd, so that no bit of a value is lost.
            self._weights = np.random.default_rng(0).integers(
                2**63, size=width, dtype=np.uint64
            ) * np.uint64(2) + np.uint64(1)
        # Adding zero makes -0.0 equal to 0.0 byte by byte.
        np.add(block, np.float32(0), out=self._buffer[:n, :n_dims])
        pairs = self._buffer[:n].view(np.uint64)
        self._keys[self._n_keys : self._n_keys + n] = pairs @ self._weights
        self._n_keys += n

    def repeating(self) -> np.ndarray:
        """Return the points whose number is not theirs alone."""
        _, which, counts = np.unique(
            self._keys[: self._n_keys], return_inverse=True, return_counts=True
        )
        return np.flatnonzero(counts[which] > 1)


def _count_repeats(tensor: np.ndarray, rows: np.ndarray) -> int:
    """Return how many of some rows repeat another of them exactly."""
    seen: set[int] = set()
    for first in range(0, len(rows), BLOCK_ROWS):
        values = tensor[rows[first : first + BLOCK_ROWS]] + np.float32(0)
        seen.update(hash(row.tobytes()) for row in values)
        let_go(tensor)
    return len(rows) - len(seen)
