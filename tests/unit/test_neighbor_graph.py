"""The graph of nearest neighbors: exact, ties by row, kept for the largest k."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import exact_neighbors
from data import neighbor_graph as module
from data.neighbor_graph import cross_neighbors, neighbor_graph
from data.neighbors import nearest_neighbors
from data.stores.graphs import GraphStore


def clusters(n, n_dims=8, seed=0):
    random = np.random.default_rng(seed)
    centers = random.normal(scale=4, size=(5, n_dims))
    return (centers[random.integers(5, size=n)] + random.normal(size=(n, n_dims))).astype(
        np.float32
    )


def assert_same_as_one_by_one(points, metric, k):
    graph = neighbor_graph(points, k, metric, threads=2)
    for row in range(0, len(points), max(1, len(points) // 40)):
        true = nearest_neighbors(points, row, k, metric)
        np.testing.assert_allclose(graph.distances[row], true.distances, rtol=1e-4, atol=1e-6)
        other = graph.rows[row] != true.rows
        # Another row only where it is as near but for the rounding of float32.
        np.testing.assert_allclose(
            graph.distances[row][other], true.distances[other], rtol=1e-5, atol=1e-7
        )


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("scale", [1, 1e30, 1e-20])
def test_the_graph_is_that_of_single_questions(metric, scale):
    assert_same_as_one_by_one((clusters(400) * scale).astype(np.float32), metric, 15)


def test_an_offset_far_from_the_origin_changes_nothing():
    points = clusters(300).astype(np.float64)
    near = neighbor_graph(points.astype(np.float32), 10)
    far = neighbor_graph((points + 1000).astype(np.float32), 10)
    np.testing.assert_allclose(far.distances, near.distances, rtol=1e-3)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 40), st.integers(1, 3), st.integers(1, 12), st.integers(0, 1000))
def test_equal_distances_are_ranked_by_row(n, n_dims, k, seed):
    points = np.random.default_rng(seed).integers(0, 3, (n, n_dims)).astype(np.float32)
    graph = neighbor_graph(points, k)
    assert graph.k == min(k, n - 1)
    for row in range(n):
        true = nearest_neighbors(points, row, graph.k, "euclidean") if graph.k else None
        if true is not None:
            np.testing.assert_array_equal(graph.rows[row], true.rows)


def test_many_points_on_one_spot():
    points = np.zeros((300, 3), np.float32)
    points[200:] = 1
    graph = neighbor_graph(points, 20)
    np.testing.assert_array_equal(graph.rows[0], np.arange(1, 21))
    np.testing.assert_array_equal(graph.rows[250], np.arange(200, 220))
    assert not graph.distances.any()


def test_a_zero_vector_is_at_cosine_distance_one():
    points = clusters(50)
    points[7] = 0
    graph = neighbor_graph(points, 49, "cosine")
    np.testing.assert_array_equal(graph.distances[7], 1)
    assert graph.distances[0][graph.rows[0] == 7] == 1


def test_small_blocks_give_the_same(monkeypatch):
    points = clusters(200)
    whole = neighbor_graph(points, 10)
    monkeypatch.setattr(exact_neighbors, "BLOCK_SCORES", 1_000)
    monkeypatch.setattr(exact_neighbors, "BLOCK_DIFFERENCES", 100)
    blocks = neighbor_graph(points, 10, threads=3)
    np.testing.assert_array_equal(blocks.rows, whole.rows)
    np.testing.assert_array_equal(blocks.distances, whole.distances)


def test_neighbors_among_other_points():
    points, queries = clusters(100), clusters(20, seed=1)
    rows, distances = cross_neighbors(queries, points, 3, "euclidean", 1)
    true = np.linalg.norm(queries[:, None].astype(float) - points, axis=2)
    np.testing.assert_array_equal(rows, np.argsort(true, axis=1, kind="stable")[:, :3])
    np.testing.assert_allclose(distances, np.sort(true, axis=1)[:, :3], rtol=1e-5)


def test_what_approximation_misses_is_measured(monkeypatch):
    points = clusters(600)

    def half_right(space, k, threads, seed):
        rows = np.array(exact_rows)
        rows[:, ::2] = np.random.default_rng(0).integers(0, 600, rows[:, ::2].shape)
        return rows

    exact_rows = neighbor_graph(points, 6).rows
    monkeypatch.setattr(module, "MAX_EXACT", 100)
    monkeypatch.setattr(module, "_descend", half_right)
    graph = neighbor_graph(points, 6)
    assert graph.recall is not None
    assert 0.4 < graph.recall < 0.7
    assert (np.diff(graph.distances, axis=1) >= 0).all()


def test_the_largest_k_serves_every_smaller_one(tmp_path):
    (tmp_path / "graphs").mkdir()
    store, points, asked = GraphStore(tmp_path), clusters(100), []

    def compute(k):
        asked.append(k)
        return neighbor_graph(points, k)

    key = {"dataset": "d", "metric": "euclidean"}
    small = store.get(key, 5, compute)
    again = store.get(key, 3, compute)
    large = store.get(key, 9, compute)
    within = store.get(key, 5, compute)
    assert asked == [5, 9]
    np.testing.assert_array_equal(again.rows, small.rows[:, :3])
    np.testing.assert_array_equal(within.rows, small.rows)
    assert large.k == 9
    assert store.get({**key, "metric": "cosine"}, 5, compute).k == 5
    assert asked == [5, 9, 5]
    assert len(list((tmp_path / "graphs").glob("g*"))) == 2
