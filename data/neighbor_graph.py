"""The graph of nearest neighbors of all points: what t-SNE and its kin arrange.

Exact up to 50,000 points. Above, nearest neighbor descent (Dong, Moses, Li 2011; pynndescent)
finds nearly all of them, and how many is measured on a sample.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.compiled import keep_compiled_code
from data.exact_neighbors import PointSpace, Progress, nearest_in, nearest_of_block, ranked
from data.neighbors import Metric

MAX_EXACT = 50_000
RECALL_SAMPLE = 500


@dataclass(frozen=True, eq=False)
class NeighborGraph:
    """The k nearest neighbors of every point.

    Attributes
    ----------
    rows : int32 of shape (n_points, k), nearest first, the point itself left out; positions
        among the points that were given
    distances : float32 of shape (n_points, k), ascending, ties by row
    recall : share of the true neighbors that was found in a sample; None when the graph is exact
    """

    rows: np.ndarray
    distances: np.ndarray
    recall: float | None = None

    @property
    def k(self) -> int:
        """Neighbors of each point."""
        return int(self.rows.shape[1])

    def nearest(self, k: int) -> NeighborGraph:
        """Return the graph of the k nearest only."""
        return NeighborGraph(self.rows[:, :k], self.distances[:, :k], self.recall)


def neighbor_graph(
    points: np.ndarray,
    k: int,
    metric: Metric = "euclidean",
    *,
    threads: int = 1,
    seed: int = 0,
    progress: Progress = lambda share: None,
) -> NeighborGraph:
    """Find the k nearest neighbors of every point.

    Parameters
    ----------
    points : ndarray of shape (n_points, n_dims), float32, finite
    k : at least 1; at most n_points - 1 come back
    seed : of the approximate search and of the sample that measures it
    progress : told the share that is done, from 0 to 1
    """
    k = min(k, len(points) - 1)
    space = PointSpace(points, metric)
    if len(points) <= MAX_EXACT:
        return NeighborGraph(*nearest_in(space, space, k, threads, progress))
    rows = _descend(space, k, threads, seed)
    progress(0.9)
    graph = NeighborGraph(*ranked(space, np.arange(len(points)), space, rows, k))
    return NeighborGraph(graph.rows, graph.distances, _recall(space, graph, seed))


def cross_neighbors(
    queries: np.ndarray, points: np.ndarray, k: int, metric: Metric, threads: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return (rows, distances) of the k points nearest to each query; shapes (n_queries, k)."""
    joined = PointSpace(np.concatenate([points, queries]), metric)
    known, asked = joined.part(slice(0, len(points))), joined.part(slice(len(points), None))
    return nearest_in(asked, known, k, threads)


def _descend(space: PointSpace, k: int, threads: int, seed: int) -> np.ndarray:
    """Return about the k nearest of every point by nearest neighbor descent, in any order."""
    # Compiles for a while on a machine that has not used it before.
    keep_compiled_code()
    from pynndescent import NNDescent

    # Unit vectors are ranked alike by Euclidean and by cosine distance.
    index = NNDescent(
        space.values, n_neighbors=k + 1, random_state=seed, n_jobs=threads, low_memory=True
    )
    rows = index.neighbor_graph[0]
    # Rarely, fewer are found than were asked for; any other point fills the place.
    missing = np.argwhere(rows < 0)
    rows[tuple(missing.T)] = (missing[:, 0] + 1 + missing[:, 1]) % len(space)
    return np.asarray(rows)


def _recall(space: PointSpace, graph: NeighborGraph, seed: int) -> float:
    """Share of the true neighbors of some random points that is in the graph."""
    random = np.random.default_rng(seed)
    sample = random.choice(len(space), min(RECALL_SAMPLE, len(space)), replace=False)
    # Ties count as found: whoever is as near as the k-th true neighbor is one.
    exact = np.concatenate(
        [
            nearest_of_block(space, sample[start : start + 50], space, graph.k)[1]
            for start in range(0, len(sample), 50)
        ]
    )
    found = graph.distances[sample] <= exact[:, -1:] * (1 + 1e-6)
    return float(found.mean())
