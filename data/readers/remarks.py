"""What is worth knowing about a tensor before looking at a picture of it."""

from __future__ import annotations

import numpy as np

# Above this, looking for equal rows takes longer than people wait for a remark.
MAX_ROWS_FOR_DUPLICATES = 200_000
UNIT_TOLERANCE = 1e-3


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
        self._seen: set[int] | None = set() if n_points <= MAX_ROWS_FOR_DUPLICATES else None

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
        if self._seen is not None:
            # Adding zero makes -0.0 equal to 0.0 byte by byte.
            self._seen.update(hash(row.tobytes()) for row in block + np.float32(0))

    def warnings(self) -> tuple[str, ...]:
        """Return why there is nothing to see in a picture."""
        if self.n_points == 1:
            return ("1 point: it has no neighbors and cannot be projected.",)
        if len(self._constant) == self.n_dims:
            return (f"All {self.n_points} points are equal: there is nothing to see.",)
        return ()

    def notes(self) -> tuple[str, ...]:
        """Return remarks about the content."""
        if self.warnings():
            return ()
        notes = (self._constants(), self._zeros(), self._duplicates(), self._unit())
        return tuple(note for note in notes if note)

    def _constants(self) -> str:
        count = len(self._constant)
        if not count:
            return ""
        if count == 1:
            return f"1 of {self.n_dims} dimensions has the same value everywhere."
        return f"{count} of {self.n_dims} dimensions have the same value everywhere."

    def _zeros(self) -> str:
        count = self._n_zeros
        if not count:
            return ""
        return f"{count} {'point is a zero vector' if count == 1 else 'points are zero vectors'}."

    def _duplicates(self) -> str:
        count = 0 if self._seen is None else self.n_points - len(self._seen)
        if not count:
            return ""
        return f"{count} {'row repeats' if count == 1 else 'rows repeat'} another row exactly."

    def _unit(self) -> str:
        low, high = np.sqrt(self._shortest), np.sqrt(self._longest)
        if self.n_dims == 1 or (abs(low - 1) < UNIT_TOLERANCE and abs(high - 1) < UNIT_TOLERANCE):
            return ""
        return (
            f"Vectors are not normalized (lengths {low:.3g} to {high:.3g}): "
            "cosine and Euclidean neighbors differ."
        )
