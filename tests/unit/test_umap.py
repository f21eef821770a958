"""UMAP: umap-learn's own coordinates, however often a run is looked at or interrupted."""

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from data.errors import ParameterError
from data.neighbor_graph import neighbor_graph
from data.projections.landmarks import Landmarks
from data.projections.moment import Moment
from data.projections.parameter_table import UmapParameters
from data.projections.umap import UmapRun, check_points, n_iterations, warm_up
from data.projections.umap_graph import fuzzy_edges
from data.projections.umap_placing import placed_among
from data.quality import measure_quality


@pytest.fixture(scope="module", autouse=True)
def warm():
    """Compile once for all tests here."""
    warm_up()


def blobs(n=240, n_classes=3, spread=1.0, seed=0):
    random = np.random.default_rng(seed)
    codes = np.arange(n) % n_classes
    centers = 3 * random.standard_normal((n_classes, 10))
    return (centers[codes] + spread * random.standard_normal((n, 10))).astype(np.float32), codes


def start(points, codes=None, moment=None, **given):
    params = UmapParameters(**{"n_epochs": 60, **given})
    graph = neighbor_graph(points, params.n_neighbors - 1, params.metric)
    return UmapRun(graph, points, params, codes, moment)


def finished(run, watch=lambda epoch, embedding: False):
    while not run.is_finished:
        run.advance(watch)
    return run.moment.embedding


def theirs(points, codes=None, **given):
    import umap

    params = {"n_epochs": 60, "n_neighbors": 15, "random_state": 0, "metric": "euclidean", **given}
    graph = neighbor_graph(points, params["n_neighbors"] - 1, params["metric"])
    own = np.arange(len(points))[:, None]
    known = np.hstack([own, graph.rows]), np.hstack([0.0 * own, graph.distances])
    # Otherwise umap-learn measures small data anew.
    model = umap.UMAP(**params, precomputed_knn=known, force_approximation_algorithm=True)
    return model.fit_transform(points, codes)


@pytest.mark.filterwarnings("ignore::UserWarning")
class TestCoordinates:
    @pytest.mark.parametrize(
        "given", [{}, {"n_components": 3}, {"metric": "cosine", "min_dist": 0.5}]
    )
    def test_are_those_of_umap_learn(self, given):
        points, _ = blobs(spread=4)
        np.testing.assert_array_equal(finished(start(points, **given)), theirs(points, **given))

    def test_are_those_of_umap_learn_with_supervision(self):
        points, codes = blobs(spread=4)
        np.testing.assert_array_equal(finished(start(points, codes)), theirs(points, codes))

    def test_do_not_depend_on_who_looks_or_interrupts(self, monkeypatch):
        points, _ = blobs()
        plain = finished(start(points)).copy()
        monkeypatch.setattr("data.projections.umap.FRAME_SECONDS", 0.0)
        run, seen = start(points), []
        for _ in range(25):
            run.advance(lambda epoch, embedding: seen.append((epoch, embedding.copy())))
        assert [epoch for epoch, _ in seen] == list(range(1, 26))
        assert (seen[0][1] != seen[-1][1]).any()
        at = run.moment
        state = {name: array.copy() for name, array in at.optimizer.items()}
        kept = Moment(at.iteration, at.embedding.copy(), state)
        finished(run)
        np.testing.assert_array_equal(finished(start(points, moment=kept)), plain)

    def test_follow_the_seed(self):
        points, _ = blobs()
        first, again = finished(start(points)), finished(start(points))
        np.testing.assert_array_equal(first, again)
        assert (first != finished(start(points, random_state=1))).any()


class TestStart:
    def test_a_graph_in_parts_starts_from_pca_and_says_so(self):
        points, codes = blobs()
        points[codes == 1] += 1e4
        run = start(points)
        assert "falls into" in run.notes[0]
        found = finished(run)
        assert np.isfinite(found).all()
        assert measure_quality(points, found).trustworthiness > 0.8

    def test_a_connected_graph_has_nothing_to_say(self):
        assert start(blobs(spread=4)[0]).notes == []

    def test_equal_points_stay_finite(self):
        assert np.isfinite(finished(start(np.ones((30, 4), np.float32)))).all()

    def test_very_few_points_stay_finite(self):
        found = finished(start(blobs(6)[0], n_neighbors=3))
        assert found.shape == (6, 2)
        assert np.isfinite(found).all()

    def test_too_few_points_are_refused_with_a_way_out(self):
        with pytest.raises(ParameterError, match="at least 5 points; there are 4"):
            check_points(4)

    def test_the_number_of_epochs_follows_the_size(self):
        assert n_iterations(UmapParameters(), 10_000) == 500
        assert n_iterations(UmapParameters(), 10_001) == 200
        assert n_iterations(UmapParameters(n_epochs=7), 50) == 7


class TestSupervision:
    def test_separates_classes_better(self):
        points, codes = blobs(spread=6)
        plain = silhouette_score(finished(start(points)), codes)
        supervised = silhouette_score(finished(start(points, codes)), codes)
        assert supervised > plain + 0.1

    def test_points_of_unknown_class_are_kept(self):
        points, codes = blobs()
        codes[::5] = -1
        params = UmapParameters()
        edges = fuzzy_edges(
            neighbor_graph(points, 14), params, codes, np.random.RandomState(0)
        ).tocsr()
        assert (np.diff(edges.indptr) > 0).all()


def test_further_points_join_their_neighbors_and_leave_the_landmarks_alone():
    points, codes = blobs(400, spread=2)
    sample = Landmarks(400, 240, 0)
    sample.find_near(points, "euclidean", 1)
    embedding = finished(start(points[sample.rows]))
    before = embedding.copy()
    others = placed_among(embedding, *sample.near, UmapParameters())
    np.testing.assert_array_equal(embedding, before)
    whole = sample.joined(embedding, others)
    assert silhouette_score(whole, codes) > 0.4
    assert measure_quality(points, whole).trustworthiness > 0.85
    again = placed_among(embedding, *sample.near, UmapParameters())
    np.testing.assert_array_equal(others, again)
