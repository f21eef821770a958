"""A tensor scaled and centered for a projection, block by block, without a copy of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

# Values of one block, 8 MB in float32: smaller ones make matrix products slower.
BLOCK_VALUES = 2**21
# Sums of squares stay inside float32 between these powers of two, for any legal size.
SAFE_EXPONENT = 40


class CenteredBlocks:
    """The rows of a tensor, preprocessed and centered, in blocks.

    Order: rows to unit length (if `normalize`; zero vectors stay zero), columns to unit variance
    (if `standardize`; constant columns stay 0), columns to mean 0. The mean is taken in float64
    and subtracted before any product, so that a large offset does not cancel.

    Iterating yields float32 blocks of shape (n, n_dims) in the order of the rows. A block is only
    valid until the next one: they share their memory.

    Parameters
    ----------
    tensor : ndarray of shape (n, n_dims), float32, finite; may be memory mapped
    rows : int64 row numbers in the order wanted, or None for all

    Attributes
    ----------
    notes : sentences about what preprocessing did that nobody would expect
    """

    def __init__(
        self, tensor: np.ndarray, rows: np.ndarray | None, normalize: bool, standardize: bool
    ) -> None:
        self._tensor = tensor
        self._rows = rows
        self._normalize = normalize
        self.n_points = len(tensor) if rows is None else len(rows)
        self.n_dims: int = tensor.shape[1]
        self.notes: list[str] = []
        self._step = max(1, BLOCK_VALUES // max(1, self.n_dims))
        self._deviation_inverse: np.ndarray | None = None
        if self.n_points:
            self._measure(standardize)

    def __iter__(self) -> Iterator[np.ndarray]:
        buffer = np.empty((min(self._step, self.n_points), self.n_dims), np.float32)
        for start in range(0, self.n_points, self._step):
            raw = self._raw(start)
            block = buffer[: len(raw)]
            if self._scale is not None:
                raw = np.multiply(raw, self._scale, out=block)
            # Subtracting the mean as a sum of two float32 is as exact as float64, and faster.
            np.subtract(raw, self._mean, out=block)
            block -= self._mean_rest
            if self._deviation_inverse is not None:
                block *= self._deviation_inverse
            yield block

    def whole(self) -> np.ndarray:
        """Return all blocks as one float32 array of shape (n_points, n_dims)."""
        centered = np.empty((self.n_points, self.n_dims), np.float32)
        end = 0
        for block in self:
            centered[end : end + len(block)] = block
            end += len(block)
        return centered

    def _raw(self, start: int) -> np.ndarray:
        """Return the rows of one block, at unit length if asked."""
        part = slice(start, start + self._step)
        block = self._tensor[part] if self._rows is None else self._tensor[self._rows[part]]
        return unit_rows(block) if self._normalize else block

    def _measure(self, standardize: bool) -> None:
        """Find scale, mean and deviation of the columns."""
        total = np.zeros(self.n_dims)
        largest = np.zeros(self.n_dims)
        n_zero = 0
        for start in range(0, self.n_points, self._step):
            block = self._raw(start)
            total += block.sum(axis=0, dtype=np.float64)
            # One number will do unless every column is scaled by itself, and costs a fifth.
            axis = 0 if standardize else None
            np.maximum(largest, block.max(axis=axis), out=largest)
            np.maximum(largest, -block.min(axis=axis), out=largest)
            n_zero += int((~block.any(axis=1)).sum()) if self._normalize else 0
        if n_zero:
            self.notes.append(f"Zero vectors ({n_zero:,}) have no direction and stay at zero.")
        self._set_scale(largest, standardize)
        mean = total / self.n_points * (1.0 if self._scale is None else self._scale)
        self._mean = mean.astype(np.float32)
        self._mean_rest = (mean - self._mean).astype(np.float32)
        if standardize:
            self._set_deviation()

    def _set_scale(self, largest: np.ndarray, standardize: bool) -> None:
        """Choose powers of two (exact) that keep squares inside float32; mostly none is needed."""
        self._scale: np.ndarray | None = None
        exponents = np.frexp(largest)[1]
        if standardize:
            # Each column loses its unit anyway, so each has its own scale and none is told.
            if np.abs(exponents[largest > 0]).max(initial=0) > SAFE_EXPONENT:
                self._scale = np.ldexp(np.float32(1), np.clip(-exponents, -126, 126))
            return
        exponent = int(np.clip(np.frexp(largest.max())[1], -126, 126))
        if abs(exponent) > SAFE_EXPONENT and largest.any():
            self._scale = np.ldexp(np.float32(1), np.full(self.n_dims, -exponent))
            size = "large" if exponent > 0 else "small"
            self.notes.append(
                f"The values are very {size} (up to {largest.max():.2g}), so the coordinates are "
                f"shown {'divided' if exponent > 0 else 'multiplied'} by 2^{abs(exponent)}."
            )

    def _set_deviation(self) -> None:
        """Take the standard deviation of the columns, over all points as StandardScaler does."""
        squares = np.zeros(self.n_dims)
        for block in self:
            squares += np.einsum("ij,ij->j", block, block, dtype=np.float64)
        # A constant column is exactly 0 here: a float64 sum of equal float32 values is exact.
        constant = squares == 0
        if constant.any() and not constant.all():
            self.notes.append(
                f"{int(constant.sum()):,} of {self.n_dims:,} columns do not vary and stay 0."
            )
        deviation = np.sqrt(np.where(constant, 1.0, squares / self.n_points))
        self._deviation_inverse = np.where(constant, 0.0, 1 / deviation).astype(np.float32)


def unit_rows(block: np.ndarray) -> np.ndarray:
    """Divide rows by their length, in float64 so that 3e38 does not overflow; zero stays zero."""
    exact = block.astype(np.float64)
    lengths = np.sqrt(np.einsum("ij,ij->i", exact, exact))
    exact /= np.where(lengths > 0, lengths, 1.0)[:, None]
    return exact.astype(np.float32)
