"""Neighbors of more points than are compared one by one: what descent finds, it says truly."""

import numpy as np
import pytest

from data.neighbor_graph import MAX_EXACT, neighbor_graph
from data.neighbors import Metric, nearest_neighbors

K = 15


@pytest.mark.soak
@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_descent_finds_almost_all_neighbors_and_measures_what_it_misses(metric: Metric):
    random = np.random.default_rng(0)
    centers = random.normal(scale=4, size=(20, 12))
    n = MAX_EXACT + 1_000
    points = (centers[np.arange(n) % 20] + random.normal(size=(n, 12))).astype(np.float32)
    graph = neighbor_graph(points, K, metric, threads=2)
    sample = random.choice(n, 100, replace=False)
    true = [nearest_neighbors(points, row, K, metric).rows for row in sample]
    found = [len(set(graph.rows[row]) & set(rows)) for row, rows in zip(sample, true, strict=True)]
    assert graph.recall is not None
    assert graph.recall > 0.95
    assert np.mean(found) / K == pytest.approx(graph.recall, abs=0.03)
