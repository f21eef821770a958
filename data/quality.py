"""How far a map can be trusted: are its neighbors true, and are true neighbors kept together.

Trustworthiness and continuity are those of Venna and Kaski (Local multidimensional scaling, 2006);
recall is the share of a point's k nearest neighbors that are also its k nearest on the map. Ranks
are among all points, but only those of a seeded sample are looked at, so memory stays linear.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from data.distance_blocks import BLOCK_VALUES, DistanceBlocks
from data.neighbors import Metric
from data.one_thread import one_thread

N_NEIGHBORS = 12
# With 2,000 points the standard error of trustworthiness is about 0.001.
N_SAMPLED = 2_000
# A million points are measured from fewer of them, so that it takes seconds and not minutes.
MAX_DISTANCES = 2 * 10**8
MIN_SAMPLED = 500


@dataclass(frozen=True, eq=False)
class Quality:
    """The truth figures of a map.

    Attributes
    ----------
    sampled : ascending places of the points that were looked at, int64 of shape (n_sampled,)
    trust, kept, recalled : one score per sampled point, float64; the global trustworthiness,
        continuity and recall are their means
    n_neighbors : k
    metric : how distances in the original space were measured
    """

    sampled: np.ndarray
    trust: np.ndarray
    kept: np.ndarray
    recalled: np.ndarray
    n_neighbors: int
    metric: Metric

    @property
    def trustworthiness(self) -> float:
        """1 when every neighbor on the map is one in the data; about 0.5 by chance."""
        return float(self.trust.mean())

    @property
    def continuity(self) -> float:
        """1 when every neighbor in the data is one on the map; about 0.5 by chance."""
        return float(self.kept.mean())

    @property
    def neighbor_recall(self) -> float:
        """The share of the k nearest neighbors that the map kept; k / n by chance."""
        return float(self.recalled.mean())

    def to_json(self) -> dict[str, Any]:
        """Return the figures with what they were measured on."""
        return {
            "trustworthiness": round(self.trustworthiness, 6),
            "continuity": round(self.continuity, 6),
            "neighbor_recall": round(self.neighbor_recall, 6),
            "n_neighbors": self.n_neighbors,
            "n_sampled": len(self.sampled),
            "metric": self.metric,
        }


def measure_quality(
    tensor: np.ndarray,
    coordinates: np.ndarray,
    rows: np.ndarray | None = None,
    *,
    metric: Metric = "euclidean",
    n_neighbors: int = N_NEIGHBORS,
    n_sampled: int = N_SAMPLED,
    random_state: int = 0,
    should_stop: Callable[[], bool] = lambda: False,
) -> Quality | None:
    """Compare a map with the original space.

    Parameters
    ----------
    tensor : ndarray of shape (n, n_dims), float32, finite; may be memory mapped
    coordinates : ndarray of shape (n_points, n_components), those that are shown
    rows : the row of the tensor of every point, or None when they are all rows in order
    n_neighbors : k; lowered where fewer than 2 k + 1 points are there, as the scores then have
        no scale
    n_sampled : how many points are looked at, at most; fewer above 100,000 points
    should_stop : asked between blocks

    Returns
    -------
    Quality, or None when there are fewer than three points or it was stopped.
    """
    n_points = len(coordinates)
    k = min(n_neighbors, (n_points - 1) // 2)
    if k < 1:
        return None
    n_sampled = min(n_sampled, n_points, max(MIN_SAMPLED, MAX_DISTANCES // n_points))
    chosen = np.random.default_rng(random_state).choice(n_points, n_sampled, replace=False)
    sampled = np.sort(chosen)
    original = DistanceBlocks(tensor, rows, metric)
    on_map = DistanceBlocks(np.asarray(coordinates, np.float32), None, "euclidean")
    scores: list[tuple[float, float, float]] = []
    step = max(1, BLOCK_VALUES // n_points)
    # Threads of BLAS gain little here, and on a busy machine they wait for each other.
    with one_thread:
        for start in range(0, n_sampled, step):
            if should_stop():
                return None
            places = sampled[start : start + step]
            pairs = zip(original.of(places, k), on_map.of(places, k), strict=True)
            scores += [_scores(near, drawn, k) for near, drawn in pairs]
    trust, kept, recalled = np.array(scores).T
    return Quality(sampled, trust, kept, recalled, k, metric)


def _scores(near: np.ndarray, drawn: np.ndarray, k: int) -> tuple[float, float, float]:
    """Score one point by its distances to all points, in the data and on the map."""
    near_ordered, drawn_ordered = np.sort(near), np.sort(drawn)
    true, shown = _nearest(near, near_ordered, k), _nearest(drawn, drawn_ordered, k)
    false_ranks = _ranks(near, near_ordered, shown)
    torn_ranks = _ranks(drawn, drawn_ordered, true)
    # The worst sum: the k neighbors are those that lie farthest in truth.
    worst = k * (2 * len(near) - 3 * k - 1) / 2
    return (
        1 - float(np.maximum(false_ranks - k, 0).sum()) / worst,
        1 - float(np.maximum(torn_ranks - k, 0).sum()) / worst,
        float(np.count_nonzero(torn_ranks <= k)) / k,
    )


def _nearest(distances: np.ndarray, ordered: np.ndarray, k: int) -> np.ndarray:
    """Return the places of the k smallest distances, ties by place."""
    places = np.flatnonzero(distances <= ordered[k - 1])
    if len(places) == k:
        return places
    order = np.argsort(distances[places], kind="stable")[:k]
    nearest: np.ndarray = places[order]
    return nearest


def _ranks(distances: np.ndarray, ordered: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return the rank of some places by distance, counted from 1, ties by place."""
    values = distances[places]
    ranks: np.ndarray = np.searchsorted(ordered, values) + 1
    tied = ordered[np.minimum(ranks, len(ordered) - 1)] == values
    for i in np.flatnonzero(tied):
        ranks[i] += np.count_nonzero(distances[: places[i]] == values[i])
    return ranks


def preservation(neighbors: np.ndarray, coordinates: np.ndarray, n_threads: int = 1) -> np.ndarray:
    """Return the share of each point's neighbors that are its nearest on the map, too.

    Parameters
    ----------
    neighbors : places of the k nearest in the original space, of shape (n_points, k), the point
        itself left out
    coordinates : ndarray of shape (n_points, n_components), those that are shown

    Returns
    -------
    ndarray of shape (n_points,), float32, from 0 to 1; its mean over the sample of
    `measure_quality` is the recall found there
    """
    # Imported here: a web process must start fast.
    from scipy.spatial import cKDTree

    n_points, k = neighbors.shape
    tree = cKDTree(np.asarray(coordinates, np.float64))
    kept = np.empty(n_points, np.float32)
    step = max(1, BLOCK_VALUES // n_points + 1_000)
    for start in range(0, n_points, step):
        block = slice(start, start + step)
        found = tree.query(tree.data[block], k + 1, workers=n_threads)[1]
        own = np.arange(n_points)[block, None]
        # Where more than k others lie on the very spot, a point may be missing from its own list.
        rank = np.cumsum(found != own, axis=1)
        drawn = np.where((found == own) | (rank > k), -1, found)
        common = (neighbors[block, :, None] == drawn[:, None, :]).any(axis=2)
        kept[block] = common.mean(axis=1)
    return kept


def map_ranks(coordinates: np.ndarray, place: int, places: np.ndarray) -> np.ndarray:
    """Return the rank of some points on the map, counted from the one nearest to `place`.

    Parameters
    ----------
    coordinates : ndarray of shape (n_points, n_components), those that are shown
    places : int64, without `place` itself

    Returns
    -------
    ndarray of the shape of `places`, int64, from 1; ties by place
    """
    apart = np.asarray(coordinates, np.float64) - np.asarray(coordinates[place], np.float64)
    distances = np.einsum("ij,ij->i", apart, apart)
    distances[place] = np.inf
    return _ranks(distances, np.sort(distances), places)
