"""Truth figures: 1 for a perfect map, chance for a random one, scikit-learn's where that fits."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.manifold import trustworthiness

from data import distance_blocks
from data.quality import map_ranks, measure_quality, preservation


def gaussian(n, d, seed=0):
    return np.random.default_rng(seed).standard_normal((n, d)).astype(np.float32)


def flattened(tensor, noise=0.5, seed=1):
    """A map that is right in part: two dimensions of the tensor, disturbed."""
    return tensor[:, :2] + np.float32(noise) * gaussian(len(tensor), 2, seed)


def nearest(values, k):
    """All k nearest neighbors by a full table, for small data."""
    exact = values.astype(np.float64)
    table = ((exact[:, None] - exact[None]) ** 2).sum(axis=2)
    np.fill_diagonal(table, np.inf)
    return np.argsort(table, axis=1, kind="stable")[:, :k]


class TestScores:
    @settings(max_examples=40, deadline=None)
    @given(st.integers(3, 120), st.integers(1, 5), st.integers(0, 2**32 - 1), st.booleans())
    def test_a_perfect_map_scores_1(self, n, d, seed, has_ties):
        tensor = gaussian(n, d, seed)
        tensor = np.round(tensor) if has_ties else tensor
        found = measure_quality(tensor, tensor)
        assert (found.trustworthiness, found.continuity, found.neighbor_recall) == (1, 1, 1)

    def test_a_turned_moved_and_scaled_map_is_still_perfect(self):
        tensor = gaussian(400, 3)
        turn, _ = np.linalg.qr(gaussian(3, 3, 5))
        found = measure_quality(tensor, 1e3 * (tensor @ turn) - 7)
        assert found.trustworthiness > 0.9999
        assert found.neighbor_recall > 0.999

    def test_a_random_map_scores_at_chance(self):
        found = measure_quality(gaussian(1500, 10), gaussian(1500, 2, 9))
        assert found.trustworthiness == pytest.approx(0.5, abs=0.02)
        assert found.continuity == pytest.approx(0.5, abs=0.02)
        assert found.neighbor_recall == pytest.approx(12 / 1499, abs=0.004)

    def test_a_map_of_all_points_on_one_spot_is_no_better_than_chance(self):
        found = measure_quality(gaussian(600, 4), np.zeros((600, 2)))
        assert found.trustworthiness == pytest.approx(0.5, abs=0.1)
        assert found.continuity == pytest.approx(0.5, abs=0.1)
        assert found.neighbor_recall < 0.1

    @settings(max_examples=40, deadline=None)
    @given(
        st.integers(6, 90),
        st.integers(2, 30),
        st.integers(1, 12),
        st.sampled_from(["euclidean", "cosine"]),
        st.integers(0, 2**32 - 1),
    )
    @example(76, 13, 1, "cosine", 32599)
    def test_equals_scikit_learn(self, n, d, k, metric, seed):
        tensor = gaussian(n, d, seed)
        drawn = flattened(tensor, seed=seed + 1)
        k = min(k, (n - 1) // 2)
        found = measure_quality(tensor, drawn, metric=metric, n_neighbors=k)
        # In float32 it takes two cosines that differ by less for the wrong order of two neighbors.
        exact = tensor.astype(np.float64)
        theirs = trustworthiness(exact, drawn, n_neighbors=k, metric=metric)
        assert found.trustworthiness == pytest.approx(theirs, abs=1e-9)
        if metric == "euclidean":
            swapped = trustworthiness(drawn, tensor, n_neighbors=k)
            assert found.continuity == pytest.approx(swapped, abs=1e-9)

    def test_quick_products_of_large_data_equal_scikit_learn(self, monkeypatch):
        monkeypatch.setattr(distance_blocks, "FLOAT64_PRODUCTS", 0)
        monkeypatch.setattr(distance_blocks, "BLOCK_VALUES", 5_000)
        tensor = gaussian(700, 50) + 30
        drawn = flattened(tensor)
        for metric in ("euclidean", "cosine"):
            found = measure_quality(tensor, drawn, metric=metric)
            theirs = trustworthiness(tensor, drawn, n_neighbors=12, metric=metric)
            assert found.trustworthiness == pytest.approx(theirs, abs=2e-5)

    def test_tight_groups_far_apart_keep_their_inner_order(self, monkeypatch):
        monkeypatch.setattr(distance_blocks, "FLOAT64_PRODUCTS", 0)
        tensor = gaussian(300, 20) * np.float32(1e-3)
        tensor[::2] += 50
        drawn = tensor[:, :2]
        theirs = trustworthiness(
            tensor.astype(np.float64), drawn.astype(np.float64), n_neighbors=12
        )
        assert measure_quality(tensor, drawn).trustworthiness == pytest.approx(theirs, abs=1e-3)

    def test_scores_of_points_average_to_those_of_the_map(self):
        tensor = gaussian(200, 8)
        drawn = flattened(tensor)
        found = measure_quality(tensor, drawn)
        assert len(found.sampled) == 200
        kept = preservation(nearest(tensor, 12), drawn)
        assert kept.mean() == pytest.approx(found.neighbor_recall, abs=1e-6)
        np.testing.assert_allclose(kept, found.recalled, atol=1e-6)

    def test_a_sample_says_its_size_and_comes_close_to_all_points(self):
        tensor = gaussian(1200, 6)
        drawn = flattened(tensor)
        every, some = measure_quality(tensor, drawn), measure_quality(tensor, drawn, n_sampled=400)
        assert some.to_json()["n_sampled"] == 400
        assert some.trustworthiness == pytest.approx(every.trustworthiness, abs=0.02)
        again = measure_quality(tensor, drawn, n_sampled=400)
        assert again.to_json() == some.to_json()

    def test_isolated_points_are_compared_among_themselves(self):
        tensor = gaussian(300, 6)
        rows = np.arange(5, 205, 2)
        drawn = flattened(tensor[rows])
        alone = measure_quality(tensor[rows], drawn)
        assert measure_quality(tensor, drawn, rows).to_json() == alone.to_json()

    @pytest.mark.parametrize("scale", [1e-30, 1e30])
    def test_very_small_and_very_large_values_count_alike(self, scale):
        tensor = gaussian(100, 5)
        scaled = measure_quality(tensor * np.float32(scale), flattened(tensor))
        plain = measure_quality(tensor, flattened(tensor))
        assert scaled.trustworthiness == pytest.approx(plain.trustworthiness, abs=1e-6)

    def test_fewer_than_three_points_have_no_scores(self):
        assert measure_quality(gaussian(2, 3), gaussian(2, 2)) is None
        assert measure_quality(gaussian(3, 3), gaussian(3, 2)).n_neighbors == 1

    def test_it_stops_when_told(self):
        assert measure_quality(gaussian(50, 3), gaussian(50, 2), should_stop=lambda: True) is None


class TestPreservation:
    @settings(max_examples=40, deadline=None)
    @given(st.integers(3, 80), st.integers(1, 9), st.integers(0, 2**32 - 1))
    def test_a_perfect_map_keeps_all_neighbors(self, n, k, seed):
        tensor = gaussian(n, 2, seed)
        assert (preservation(nearest(tensor, min(k, n - 1)), tensor) == 1).all()

    def test_points_on_one_spot_get_scores_between_0_and_1(self):
        kept = preservation(nearest(gaussian(80, 3), 5), np.zeros((80, 2)))
        assert kept.dtype == np.float32
        assert ((kept >= 0) & (kept <= 1)).all()
        assert kept.mean() < 0.3


class TestMapRanks:
    @settings(max_examples=40, deadline=None)
    @given(st.integers(2, 60), st.integers(0, 2**32 - 1), st.booleans())
    def test_every_other_point_has_one_rank_by_distance_then_place(self, n, seed, has_ties):
        drawn = np.round(gaussian(n, 2, seed)) if has_ties else gaussian(n, 2, seed)
        place = seed % n
        others = np.delete(np.arange(n), place)
        distances = ((drawn[others].astype(float) - drawn[place]) ** 2).sum(axis=1)
        order = others[np.argsort(distances, kind="stable")]
        assert map_ranks(drawn, place, order).tolist() == list(range(1, n))
