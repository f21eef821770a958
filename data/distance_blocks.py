"""Distances from some points to all points, block by block: memory stays linear in the points."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from data.neighbors import Metric
from data.projections.preprocessing import CenteredBlocks, unit_rows

# Distances of one block: 32 MB in float64.
BLOCK_VALUES = 2**22
# Up to here float64 products are quick enough to be taken always.
FLOAT64_PRODUCTS = 2**30
# The share of a squared neighbor distance that float32 may get wrong.
FLOAT32_SHARE = 1e-3
FLOAT32_EPS = 2.0**-24


class DistanceBlocks:
    """Something that orders all points by their distance to one, block by block.

    For the euclidean metric that is the squared distance less the square of the point itself; for
    cosine the negative cosine, 0 for a vector of length zero.

    Parameters
    ----------
    tensor : ndarray of shape (n, n_dims), float32, finite; may be memory mapped
    rows : the row of the tensor of every point, or None when they are all rows in order
    """

    def __init__(self, tensor: np.ndarray, rows: np.ndarray | None, metric: Metric) -> None:
        if metric == "cosine":
            self.values = _unit_rows(tensor, rows)
            self.squares: np.ndarray | None = None
        else:
            # Centered, a large offset does not cancel; the scale keeps squares inside float32.
            self.values = CenteredBlocks(tensor, rows, False, False).whole()
            self.squares = np.einsum("ij,ij->i", self.values, self.values, dtype=np.float64)
        self.longest = 1.0 if self.squares is None else float(np.sqrt(self.squares.max()))

    def of(self, places: np.ndarray, k: int) -> Iterator[np.ndarray]:
        """Yield float64 of shape (n_points,) for each place; the point itself is at infinity."""
        block = self._exact(places) if self._is_small(len(places)) else self._quick(places, k)
        for place, distances in zip(places, block, strict=True):
            distances[place] = np.inf
            yield distances

    def _is_small(self, n_places: int) -> bool:
        return n_places * self.values.size <= FLOAT64_PRODUCTS

    def _exact(self, places: np.ndarray) -> np.ndarray:
        points = self.values[places].astype(np.float64)
        products = np.empty((len(places), len(self.values)))
        step = max(1, BLOCK_VALUES // self.values.shape[1])
        for start in range(0, len(self.values), step):
            part = slice(start, start + step)
            np.matmul(points, self.values[part].T.astype(np.float64), out=products[:, part])
        return self._from_products(products)

    def _quick(self, places: np.ndarray, k: int) -> np.ndarray:
        """Multiply in float32, twice as fast; points it cannot resolve are measured again."""
        block = self._from_products((self.values[places] @ self.values.T).astype(np.float64))
        # Both metrics order by something that is off by a constant from the squared distance.
        own = -1.0 if self.squares is None else -self.squares[places]
        kth = np.partition(block, k, axis=1)[:, k]
        lengths = 1.0 if self.squares is None else np.sqrt(self.squares[places])
        # Rounding errors of a sum of n products grow as the root of n.
        error = 4 * FLOAT32_EPS * np.sqrt(self.values.shape[1]) * lengths * self.longest
        unsure = np.flatnonzero(error > FLOAT32_SHARE * (kth - own))
        if len(unsure):
            block[unsure] = self._exact(places[unsure])
        return block

    def _from_products(self, products: np.ndarray) -> np.ndarray:
        if self.squares is None:
            products *= -1
            return products
        products *= -2
        products += self.squares
        return products


def _unit_rows(tensor: np.ndarray, rows: np.ndarray | None) -> np.ndarray:
    """Bring rows to length 1, without a copy of them all in float64."""
    n_points = len(tensor) if rows is None else len(rows)
    values = np.empty((n_points, tensor.shape[1]), np.float32)
    step = max(1, BLOCK_VALUES // tensor.shape[1])
    for start in range(0, n_points, step):
        part = slice(start, start + step)
        values[part] = unit_rows(tensor[part] if rows is None else tensor[rows[part]])
    return values
