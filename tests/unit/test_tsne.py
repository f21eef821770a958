"""t-SNE: openTSNE's arithmetic, however often it is looked at; pushed, supervised, resumed."""

import numpy as np
import pytest
import scipy.sparse as sp

from data.neighbor_graph import cross_neighbors, neighbor_graph
from data.projections import tsne
from data.projections.moment import Moment
from data.projections.parameter_table import TsneParameters
from data.projections.supervision import supervise
from data.projections.tsne import (
    TsneRun,
    n_iterations,
    neighbors_needed,
    prepared_points,
    start_layout,
)
from data.projections.tsne_placing import placed_among

N_POINTS = 300
SHORT = TsneParameters(perplexity=15, n_iter=120, early_exaggeration_iter=80)


@pytest.fixture(scope="module")
def points():
    random = np.random.default_rng(0)
    centers = random.normal(scale=8, size=(4, 10))
    return (centers[np.arange(N_POINTS) % 4] + random.normal(size=(N_POINTS, 10))).astype(
        np.float32
    )


@pytest.fixture(scope="module")
def graph(points):
    return neighbor_graph(points, 60)


def new_run(points, graph, params=SHORT, threads=2, codes=None):
    start = Moment(0, start_layout(points, params))
    return TsneRun(graph, params, start, n_iterations(params), threads, codes)


def finished(run, watch=lambda iteration, embedding: False):
    while not run.is_finished:
        run.advance(watch)
    return np.array(run.embedding)


def bare(points, graph, params, threads=2):
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    near = graph.nearest(neighbors_needed(params, len(points)))
    index = PrecomputedNeighbors(np.array(near.rows), near.distances.astype(np.float64))
    affinities = PerplexityBasedNN(knn_index=index, perplexity=params.perplexity, n_jobs=threads)
    flat = params.n_components == 2 and len(points) >= tsne.MIN_FFT_POINTS
    embedding = TSNEEmbedding(
        start_layout(points, params),
        affinities,
        negative_gradient_method="fft" if flat else "bh",
        n_jobs=threads,
    )
    early = {"exaggeration": params.early_exaggeration, "momentum": 0.8, "inplace": True}
    embedding.optimize(params.early_exaggeration_iter, **early)
    embedding.optimize(params.n_iter, momentum=0.8, inplace=True)
    return np.array(embedding), embedding.kl_divergence


@pytest.mark.parametrize(
    ("n_components", "min_fft"), [(2, 10**9), (2, 1), (3, 1)], ids=["2d-bh", "2d-fft", "3d"]
)
def test_coordinates_are_those_of_bare_opentsne(points, graph, monkeypatch, n_components, min_fft):
    monkeypatch.setattr(tsne, "MIN_FFT_POINTS", min_fft)
    params = TsneParameters(
        n_components=n_components, perplexity=15, n_iter=60, early_exaggeration_iter=40
    )
    run = new_run(points, graph, params)
    coordinates = finished(run)
    expected, kl = bare(points, graph, params)
    np.testing.assert_array_equal(coordinates, expected)
    assert run.moment.kl_divergence == pytest.approx(kl)


@pytest.fixture
def every_step(monkeypatch):
    """Look before every step, instead of by the clock."""
    monkeypatch.setattr(tsne, "FRAME_SECONDS", 0)


def test_looking_and_interrupting_changes_nothing(points, graph, every_step):
    once = finished(new_run(points, graph))
    seen = []

    def look(iteration, embedding):
        seen.append(iteration)
        return len(seen) % 3 == 0

    again = finished(new_run(points, graph, threads=1), look)
    np.testing.assert_array_equal(once, again)
    # Each once, though every third look interrupted; the start and the phases' seam were known.
    assert seen == [i for i in range(1, 201) if i != 80]


@pytest.mark.parametrize("iteration", [30, 80, 130])
def test_a_run_taken_up_again_ends_where_it_would_have(points, graph, every_step, iteration):
    whole = finished(new_run(points, graph))
    first = new_run(points, graph)
    while first.iteration < iteration:
        first.advance(lambda seen, embedding: seen == iteration)
    at = first.moment
    state = {name: array.copy() for name, array in at.optimizer.items()}
    kept = Moment(at.iteration, at.embedding.copy(), state, list(at.curve))
    second = TsneRun(graph, SHORT, kept, n_iterations(SHORT), 2)
    assert second.iteration == iteration
    np.testing.assert_array_equal(finished(second), whole)


def test_separated_clusters_stay_separated(points, graph):
    coordinates = finished(new_run(points, graph))
    clusters = np.arange(N_POINTS) % 4
    nearest = neighbor_graph(coordinates.astype(np.float32), 10).rows
    assert (clusters[nearest] == clusters[:, None]).mean() > 0.99


def test_another_seed_is_another_picture(points, graph):
    params = TsneParameters(
        perplexity=15, n_iter=20, early_exaggeration_iter=20, initialization="random"
    )
    one = finished(new_run(points, graph, params))
    other = TsneParameters(
        perplexity=15,
        n_iter=20,
        early_exaggeration_iter=20,
        initialization="random",
        random_state=1,
    )
    assert not np.allclose(one, finished(new_run(points, graph, other)))
    np.testing.assert_array_equal(one, finished(new_run(points, graph, params)))


def test_a_push_raises_the_divergence_and_the_run_recovers(points, graph, every_step):
    run = new_run(points, graph)
    finished(run)
    calm, place = run.moment.kl_divergence, np.array(run.embedding)
    run.n_iterations += 150
    run.perturb()
    assert not np.allclose(place, run.embedding)
    run.advance(lambda iteration, embedding: iteration > 200)
    pushed = run.moment.kl_divergence
    finished(run)
    assert pushed > calm + 0.02
    assert run.moment.kl_divergence < calm + 0.02


def test_supervision_draws_classes_apart(points, graph):
    # Classes that the data knows nothing of.
    codes = np.random.default_rng(1).integers(2, size=N_POINTS)

    def purity(strength):
        params = TsneParameters(
            perplexity=15,
            n_iter=120,
            early_exaggeration_iter=80,
            supervise_by="c",
            supervise_strength=strength,
        )
        coordinates = finished(new_run(points, graph, params, codes=codes))
        nearest = neighbor_graph(coordinates.astype(np.float32), 10).rows
        return float((codes[nearest] == codes[:, None]).mean())

    none, half, full = purity(0), purity(80), purity(100)
    assert none < 0.6
    assert none < half < full
    assert full > 0.9


def test_supervision_leaves_unknown_classes_and_lonely_points_alone():
    joint = sp.csr_matrix(
        np.array([[0, 2, 1, 1], [2, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]], np.float64) / 8
    )
    supervise(joint, np.array([0, 0, -1, 1]), 1.0)
    dense = joint.toarray()
    assert dense.sum() == pytest.approx(1)
    # Point 3 has neighbors of another class only, and keeps them.
    assert (dense > 0).sum() == 6
    np.testing.assert_allclose(dense, dense.T)


def test_further_points_are_placed_by_their_landmarks(points, graph):
    params = TsneParameters(perplexity=10, n_iter=100, early_exaggeration_iter=100)
    landmarks, others = points[:200], points[200:]
    arranged = finished(new_run(landmarks, neighbor_graph(landmarks, 30), params))
    rows, distances = cross_neighbors(others, landmarks, 15, "euclidean", 1)
    placed = placed_among(arranged, rows, distances, params, 1)
    apart = np.linalg.norm(placed[:, None] - arranged, axis=2).argsort(axis=1)[:, :5]
    own = np.arange(200, N_POINTS) % 4
    assert placed.shape == (100, 2)
    assert ((apart % 4) == own[:, None]).mean() > 0.95


def test_data_of_many_dimensions_is_reduced_first():
    tensor = np.random.default_rng(0).normal(size=(40, 60)).astype(np.float32)
    assert prepared_points(tensor, None, TsneParameters(pca_components=20)).shape == (40, 20)
    assert prepared_points(tensor, None, TsneParameters(pca_components=None)).shape == (40, 60)
    rows = np.array([3, 5, 9, 11])
    np.testing.assert_array_equal(
        prepared_points(tensor, rows, TsneParameters(pca_components=None)), tensor[rows]
    )


def test_points_on_one_spot_have_a_start_all_the_same():
    layout = start_layout(np.zeros((20, 3), np.float32), TsneParameters())
    assert np.isfinite(layout).all()
    assert len(np.unique(layout, axis=0)) == 20
