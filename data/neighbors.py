"""K nearest neighbors of a row in the original space: exact, at the cost of one scan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from data.errors import ParameterError

Metric = Literal["cosine", "euclidean"]

# Values of one float64 block: 2 MB stays in the processor's cache.
BLOCK_VALUES = 2**18
# Below this many values, a scan in float64 is as fast as screening in float32 first.
SMALL_VALUES = 2**16
FLOAT32_EPS = 2.0**-24
# The largest error of one float32 product that underflows, also where the processor flushes to 0.
FLOAT32_TINY = 2.0**-126
# A cosine distance below this is round-off of parallel rows.
COSINE_ROUNDING = 1e-30


@dataclass(frozen=True, eq=False)
class Neighbors:
    """The rows nearest to a row, nearest first, the row itself left out.

    Attributes
    ----------
    rows : int64 of shape (k,)
    distances : float64 of shape (k,), ascending, ties by row. Euclidean in the units of the
        tensor; cosine is 1 - cos, from 0 to 2, and 1 where a vector is zero
    """

    row: int
    metric: Metric
    rows: np.ndarray
    distances: np.ndarray


def squared_norms(tensor: np.ndarray) -> np.ndarray:
    """Squared lengths of the rows, float64 of shape (n_points,); values up to 3e38 fit."""
    norms = np.empty(len(tensor))
    step = max(1, BLOCK_VALUES // max(1, tensor.shape[1]))
    for start in range(0, len(tensor), step):
        block = tensor[start : start + step].astype(np.float64)
        norms[start : start + step] = np.einsum("ij,ij->i", block, block)
    return norms


def nearest_neighbors(
    tensor: np.ndarray,
    row: int,
    k: int,
    metric: Metric,
    *,
    norms: np.ndarray | None = None,
    rows: np.ndarray | None = None,
) -> Neighbors:
    """Find the k nearest rows.

    One float32 product with the whole tensor gives all distances within a bound of its rounding
    error (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1). Only rows that
    may be among the k nearest are then measured in float64, so the answer is that of a full
    float64 scan.

    Parameters
    ----------
    tensor : ndarray of shape (n_points, n_dims), float32, finite; may be memory mapped
    k : at least 1; fewer come back when there are fewer rows
    norms : `squared_norms(tensor)` when it is at hand
    rows : ascending int64 rows to look among (isolated points), or None for all; `row` need not
        be one of them

    Raises
    ------
    ParameterError
        Row out of range, k below 1, or an unknown metric.
    """
    _check(len(tensor), row, k, metric)
    n_candidates = len(tensor) if rows is None else len(rows)
    if n_candidates * tensor.shape[1] <= SMALL_VALUES or n_candidates <= k:
        candidates = np.arange(len(tensor)) if rows is None else np.asarray(rows, np.int64)
    else:
        norms = squared_norms(tensor) if norms is None else norms
        candidates = _screen(tensor, row, k, metric, norms, rows)
    candidates = candidates[candidates != row]
    distances = _distances(tensor, row, candidates, metric)
    # Candidates ascend, so a stable sort leaves ties in the order of rows.
    order = np.argsort(distances, kind="stable")[:k]
    return Neighbors(int(row), metric, candidates[order], distances[order])


def _check(n_points: int, row: int, k: int, metric: str) -> None:
    if metric not in get_args(Metric):
        raise ParameterError(f"metric is {metric!r}; it must be 'cosine' or 'euclidean'.")
    for name, value in (("row", row), ("k", k)):
        if not isinstance(value, int | np.integer) or isinstance(value, bool):
            raise ParameterError(f"{name} is {value!r}; it must be a whole number.")
    if not 0 <= row < n_points:
        legal = f"from 0 to {n_points - 1:,}" if n_points else "none: there are no points"
        raise ParameterError(f"row is {row:,}; the rows of this dataset are {legal}.")
    if k < 1:
        raise ParameterError(f"k is {k:,}; it must be at least 1.")


def _screen(
    tensor: np.ndarray,
    row: int,
    k: int,
    metric: Metric,
    norms: np.ndarray,
    rows: np.ndarray | None,
) -> np.ndarray:
    """Return ascending rows among which the k nearest certainly are."""
    query, exponent = _scaled_query(tensor[row])
    # What follows leaves the range of float32 where values are large or small.
    products = (tensor @ query).astype(np.float64)
    if rows is not None:
        products, norms_of = products[rows], norms[rows]
    else:
        norms_of = norms
    # Relative error of a sum of n_dims products, with room for the float64 steps after it.
    n_dims = tensor.shape[1]
    gamma = 1.02 * (n_dims + 8) * FLOAT32_EPS
    tiny = n_dims * FLOAT32_TINY
    if metric == "cosine":
        # What ranks: -|query| * cos, ascending as the distance does.
        inverse = np.where(norms_of > 0, norms_of, np.inf) ** -0.5
        score = -products * inverse
        error = inverse
        error *= tiny
        error += gamma * np.sqrt(norms[row]) * 2.0**exponent
    else:
        # What ranks: the squared distance less the query's own square. 2|x||q| <= |x|^2 + |q|^2
        # bounds the error without a root.
        score = norms_of - products * 2.0 ** (1 - exponent)
        error = gamma * norms_of
        error += gamma * norms[row] + tiny * 2.0 ** (1 - exponent)
    return _within_bounds(score, error, k, row, rows)


def _within_bounds(
    score: np.ndarray, error: np.ndarray, k: int, row: int, rows: np.ndarray | None
) -> np.ndarray:
    """Rows whose score may be among the k smallest, each known to within its error."""
    score += error
    own = row if rows is None else int(np.searchsorted(rows, row))
    if rows is None or (own < len(rows) and rows[own] == row):
        score[own] = np.inf
    limit = np.partition(score, k - 1)[k - 1]
    error *= 2
    score -= error
    places = np.flatnonzero(score <= limit)
    return places if rows is None else rows[places]


def _scaled_query(query: np.ndarray) -> tuple[np.ndarray, int]:
    """Return query * 2**exponent, of length about 1/1000, and the exponent.

    The scale is exact. At this length products with rows of up to 3e38 in 65,536 dimensions stay
    finite in float32, and those with rows down to 1e-25 keep their precision.
    """
    exact = query.astype(np.float64)
    length = float(np.sqrt(exact @ exact))
    exponent = -10 - int(np.frexp(length)[1])
    return np.ldexp(exact, exponent).astype(query.dtype), exponent


def _distances(tensor: np.ndarray, row: int, rows: np.ndarray, metric: Metric) -> np.ndarray:
    """Distances of `row` to some rows, float64, block by block."""
    measure = _cosine if metric == "cosine" else _euclidean
    query = tensor[row].astype(np.float64)
    distances = np.empty(len(rows))
    step = max(1, BLOCK_VALUES // max(1, tensor.shape[1]))
    for start in range(0, len(rows), step):
        block = tensor[rows[start : start + step]].astype(np.float64)
        distances[start : start + step] = measure(block, query)
    return distances


def _euclidean(block: np.ndarray, query: np.ndarray) -> np.ndarray:
    """Take differences first: equal rows are at exactly 0, and a large offset does not cancel."""
    block -= query
    np.square(block, out=block)
    distances: np.ndarray = np.sqrt(block.sum(axis=1))
    return distances


def _cosine(block: np.ndarray, query: np.ndarray) -> np.ndarray:
    """Take 1 - cos, but near 0 half the squared difference of unit vectors, which is exact there.

    Far from 0 the plain form is better: it leaves ties of whole numbers equal.
    """
    length = np.sqrt(np.square(query).sum())
    lengths = np.sqrt(np.square(block).sum(axis=1))
    if length == 0:
        return np.ones(len(block))
    zero = lengths == 0
    lengths[zero] = 1.0
    distances: np.ndarray = 1 - (block * query).sum(axis=1) / (lengths * length)
    near = np.flatnonzero(distances < 1e-3)
    apart = block[near] / lengths[near, None] - query / length
    close = 0.5 * np.square(apart).sum(axis=1)
    distances[near] = np.where(close < COSINE_ROUNDING, 0.0, close)
    distances[zero] = 1.0
    np.clip(distances, 0.0, 2.0, out=distances)
    return distances
