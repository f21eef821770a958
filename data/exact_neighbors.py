"""The nearest of many points, exactly: screened in single precision, measured in double."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from data.neighbors import FLOAT32_EPS, Metric
from data.one_thread import one_thread
from data.projections.preprocessing import SAFE_EXPONENT, unit_rows

# Scores of one block of queries, in values of float32: 64 MB in all threads together.
BLOCK_SCORES = 2**24
# Differences that are measured in float64 at a time, in values.
BLOCK_DIFFERENCES = 2**20
# So many more than wanted are measured exactly; mostly that settles who the nearest are.
SPARE = 16
# Where very many points are equally near, no more than so many of them are ranked by row.
MAX_CANDIDATES = 4_096

Progress = Callable[[float], None]


class PointSpace:
    """Points made ready: for fast products (scaled, centered), and for exact differences.

    Attributes
    ----------
    exact : float32 of shape (n_points, n_dims), what is measured, in units of 2**exponent
    values : as `exact`, but centered, so that squares far from the origin do not cancel
    norms : squared lengths of `values`, float64
    """

    def __init__(self, points: np.ndarray, metric: Metric) -> None:
        self.metric = metric
        self.exponent = 0
        if metric == "cosine":
            self.exact = self.values = unit_rows(points)
        else:
            largest = max(float(points.max(initial=0)), -float(points.min(initial=0)))
            exponent = int(np.frexp(largest)[1])
            # A power of two is exact; mostly none is needed to stay in the range of float32.
            self.exponent = exponent if abs(exponent) > SAFE_EXPONENT else 0
            self.exact = np.ldexp(points, -self.exponent) if self.exponent else points
            mean = self.exact.mean(axis=0, dtype=np.float64).astype(np.float32)
            self.values = self.exact - mean
        self.norms: np.ndarray = np.einsum("ij,ij->i", self.values, self.values, dtype=np.float64)

    def __len__(self) -> int:
        return len(self.values)

    def part(self, rows: slice) -> PointSpace:
        """Return some of the points, in the same units."""
        part = object.__new__(PointSpace)
        part.metric, part.exponent = self.metric, self.exponent
        part.exact, part.values = self.exact[rows], self.values[rows]
        part.norms = self.norms[rows]
        return part

    @property
    def gamma(self) -> float:
        """Relative error of a float32 product (Higham, section 3.1), with room for what follows."""
        return float(1.02 * (self.values.shape[1] + 16) * FLOAT32_EPS)


def nearest_in(
    queries: PointSpace,
    points: PointSpace,
    k: int,
    threads: int,
    progress: Progress = lambda share: None,
) -> tuple[np.ndarray, np.ndarray]:
    """Find the nearest points of every query exactly; when both are the same, not itself."""
    rows = np.empty((len(queries), k), np.int32)
    distances = np.empty((len(queries), k), np.float32)
    step = int(np.clip(BLOCK_SCORES // max(1, threads * len(points)), 1, 1_024))
    starts = range(0, len(queries), step)

    def fill(start: int) -> None:
        block = np.arange(start, min(start + step, len(queries)))
        found = nearest_of_block(queries, block, points, k)
        rows[block], distances[block] = found
        progress(min(1.0, (start + step) / len(queries)))

    # One thread of BLAS for each of ours, so that partitions run side by side too.
    with one_thread, ThreadPoolExecutor(threads) as pool:
        list(pool.map(fill, starts))
    return rows, distances


def nearest_of_block(
    queries: PointSpace, block: np.ndarray, points: PointSpace, k: int
) -> tuple[np.ndarray, np.ndarray]:
    """Nearest points of some queries: screened in float32, measured and ranked in float64.

    A score is a lower bound of what ranks, so whoever is not among the smallest scores and has
    one above the k-th exact distance is certainly not among the k nearest.
    """
    gamma = points.gamma
    scores = queries.values[block] @ points.values.T
    if points.metric == "euclidean":
        scores *= -2
        scores += (points.norms * (1 - gamma)).astype(np.float32)
        own = queries.norms[block] * (1 - gamma)
    else:
        np.negative(scores, out=scores)
        own = np.full(len(block), 1 - gamma)
    if queries is points:
        scores[np.arange(len(block)), block] = np.inf
    m = min(len(points), k + SPARE)
    candidates = np.argpartition(scores, m - 1, axis=1)[:, :m]
    found, distances = ranked(queries, block, points, candidates, k)
    if m == len(points):
        return found, distances
    # What ranks, of the farthest that was found; and the least that the others can have.
    kth = distances[:, -1].astype(np.float64)
    if points.metric == "euclidean":
        kth = np.ldexp(kth, -points.exponent) ** 2
    kth *= 1 + 1e-6
    least = np.take_along_axis(scores, candidates, axis=1).max(axis=1) + own
    for i in np.flatnonzero(least <= kth):
        near = np.flatnonzero(scores[i] + own[i] <= kth[i])
        if len(near) > MAX_CANDIDATES:
            near = near[np.argsort(scores[i, near], kind="stable")[:MAX_CANDIDATES]]
        found[i], distances[i] = ranked(queries, block[i : i + 1], points, near[None], k)
    return found, distances


def ranked(
    queries: PointSpace, block: np.ndarray, points: PointSpace, candidates: np.ndarray, k: int
) -> tuple[np.ndarray, np.ndarray]:
    """Measure candidates in float64 and keep the k nearest of each query, ties by row."""
    n, m = candidates.shape
    rows = np.empty((n, k), np.int32)
    distances = np.empty((n, k), np.float32)
    step = max(1, BLOCK_DIFFERENCES // max(1, m * points.values.shape[1]))
    for start in range(0, n, step):
        part = slice(start, start + step)
        near = np.sort(candidates[part], axis=1)
        exact = _distances(queries.exact[block[part]], points.exact[near], points.metric)
        if queries is points:
            exact[near == block[part, None]] = np.inf
        order = np.argsort(exact, axis=1, kind="stable")[:, :k]
        rows[part] = np.take_along_axis(near, order, axis=1)
        ranked = np.take_along_axis(exact, order, axis=1)
        distances[part] = np.ldexp(ranked, points.exponent)
    return rows, distances


def _distances(queries: np.ndarray, near: np.ndarray, metric: Metric) -> np.ndarray:
    """Distances of queries (n, n_dims) to their candidates (n, m, n_dims), float64 (n, m)."""
    apart = near.astype(np.float64)
    apart -= queries[:, None]
    squares: np.ndarray = np.einsum("ijk,ijk->ij", apart, apart)
    if metric == "euclidean":
        np.sqrt(squares, out=squares)
        return squares
    squares /= 2
    # A zero vector has no direction and is at distance 1 from all.
    squares[~queries.any(axis=1)] = 1.0
    squares[~near.any(axis=2)] = 1.0
    return squares
