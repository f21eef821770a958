"""A random sample of points that is arranged in place of all; the others are placed among it."""

from __future__ import annotations

import numpy as np

from data.neighbor_graph import cross_neighbors
from data.neighbors import Metric

# Neighbors by which a point is placed: three times openTSNE's perplexity of 5, umap-learn's own.
N_PLACING = 15


class Landmarks:
    """A seeded sample of points, and the others.

    Parameters
    ----------
    n_landmarks : fewer than `n_points`

    Attributes
    ----------
    rows, others : places of the sample and of the other points, ascending int64
    near : rows among the sample and distances of those nearest to each other point, both of shape
        (n_others, k); None before `find_near`
    """

    def __init__(self, n_points: int, n_landmarks: int, random_state: int) -> None:
        random = np.random.default_rng(random_state)
        self.rows = np.sort(random.choice(n_points, n_landmarks, replace=False))
        self.others = np.setdiff1d(np.arange(n_points), self.rows)
        self.near: tuple[np.ndarray, np.ndarray] | None = None

    def find_near(self, points: np.ndarray, metric: Metric, threads: int) -> None:
        """Find the landmarks that are nearest to each other point."""
        k = min(N_PLACING, len(self.rows))
        self.near = cross_neighbors(points[self.others], points[self.rows], k, metric, threads)

    def joined(self, embedding: np.ndarray, others: np.ndarray) -> np.ndarray:
        """Return the places of all points, of shape (n_points, n_components)."""
        whole = np.empty((len(self.rows) + len(self.others), embedding.shape[1]), embedding.dtype)
        whole[self.rows], whole[self.others] = embedding, others
        return whole

    def meanwhile(self, embedding: np.ndarray, start: np.ndarray) -> np.ndarray:
        """Return where all points stand while landmarks move: the others where their nearest does.

        Before that is known, they stand where they did at the `start`, which is of all points.
        """
        if self.near is None:
            return self.joined(embedding, start[self.others])
        return self.joined(embedding, embedding[self.near[0][:, 0]])
