"""Neighbors: exact in the original space, whatever the values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import neighbors
from data.errors import ParameterError
from data.neighbors import nearest_neighbors, squared_norms


def reference(tensor, row, k, metric, rows=None):
    """Measure everything in long double and sort by (distance, row)."""
    exact = tensor.astype(np.longdouble)
    query = exact[row]
    if metric == "euclidean":
        distances = np.sqrt(((exact - query) ** 2).sum(axis=1))
    else:
        lengths = np.sqrt((exact**2).sum(axis=1))
        product = lengths * lengths[row]
        cosine = (exact * query).sum(axis=1) / np.where(product > 0, product, 1)
        distances = 1 - cosine
        # Parallel rows, near 1: half the squared difference of unit vectors does not cancel.
        units = exact / np.where(lengths > 0, lengths, 1)[:, None]
        half = ((units - units[row]) ** 2).sum(axis=1) / 2
        distances = np.where((product > 0) & (half < 1e-3), half, distances)
    candidates = np.arange(len(tensor)) if rows is None else np.asarray(rows)
    candidates = candidates[candidates != row]
    order = np.argsort(distances[candidates].astype(np.float64), kind="stable")[:k]
    return candidates[order], distances[candidates][order].astype(np.float64), distances


def assert_exact(tensor, row, k, metric, rows=None):
    found = nearest_neighbors(tensor, row, k, metric, rows=rows)
    _, distances, everything = reference(tensor, row, k, metric, rows)
    scale = 1.0 if metric == "cosine" else max(float(distances.max(initial=0)), 1e-300)
    np.testing.assert_allclose(found.distances, distances, rtol=1e-9, atol=1e-13 * scale)
    assert len(set(found.rows.tolist())) == len(found.rows)
    assert row not in found.rows
    # The rows may differ from the reference only where distances tie to within round-off.
    np.testing.assert_allclose(
        everything[found.rows].astype(np.float64), found.distances, rtol=1e-9, atol=1e-13 * scale
    )
    assert (np.diff(found.distances) >= 0).all()
    tied = np.diff(found.distances) == 0
    assert (np.diff(found.rows)[tied] > 0).all()
    return found


@st.composite
def tensors(draw):
    """Small tensors with duplicate, zero, parallel, far and tiny rows."""
    n, d = draw(st.integers(1, 60)), draw(st.integers(1, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    tensor = rng.standard_normal((n, d))
    if draw(st.booleans()):
        tensor = np.round(tensor)
    tensor += draw(st.sampled_from([0, 0, 1, 1e4]))
    for _ in range(draw(st.integers(0, 4))):
        tensor[rng.integers(n)] = tensor[rng.integers(n)] * draw(st.sampled_from([0, 1, 1, 3, -1]))
    scale = draw(st.sampled_from([1, 1, 1e-30, 1e30, 3e33]))
    return (tensor * scale).astype(np.float32)


@pytest.fixture
def screening(monkeypatch):
    """Small data too takes the way of large data."""
    monkeypatch.setattr(neighbors, "SMALL_VALUES", 0)
    monkeypatch.setattr(neighbors, "BLOCK_VALUES", 40)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
class TestExact:
    def test_agrees_with_a_full_scan(self, metric, screening):
        @settings(max_examples=250, deadline=None)
        @given(tensors(), st.data())
        def agrees(tensor, data):
            row = data.draw(st.integers(0, len(tensor) - 1))
            k = data.draw(st.integers(1, 70))
            rows = data.draw(st.none() | st.sets(st.integers(0, len(tensor) - 1)))
            rows = None if rows is None else np.array(sorted(rows), np.int64)
            found = assert_exact(tensor, row, k, metric, rows)
            others = set(range(len(tensor))) if rows is None else set(rows.tolist())
            assert len(found.rows) == min(k, len(others - {row}))

        agrees()

    @pytest.mark.parametrize("shape", [(3000, 100), (500, 3000)])
    def test_agrees_on_ordinary_data(self, metric, shape):
        tensor = np.random.default_rng(1).standard_normal(shape, dtype=np.float32)
        for offset in (0, 50):
            found = assert_exact(tensor + np.float32(offset), 7, 100, metric)
            rows, _, _ = reference(tensor + np.float32(offset), 7, 100, metric)
            assert found.rows.tolist() == rows.tolist()

    def test_screening_leaves_few_rows_to_measure(self, metric):
        tensor = np.random.default_rng(1).standard_normal((5000, 200), dtype=np.float32)
        rows = neighbors._screen(tensor, 7, 100, metric, squared_norms(tensor), None)
        assert 100 <= len(rows) < 130

    def test_rows_of_very_different_length(self, metric, screening):
        rng = np.random.default_rng(2)
        tensor = rng.standard_normal((200, 6)) * 10.0 ** rng.integers(-40, 38, (200, 1))
        for row in range(0, 200, 9):
            assert_exact(tensor.astype(np.float32), row, 20, metric)

    def test_largest_values_stay_finite(self, metric, screening):
        tensor = np.random.default_rng(0).choice([-3.4e38, 3.4e38, 0], (50, 40)).astype(np.float32)
        found = assert_exact(tensor, 3, 49, metric)
        assert np.isfinite(found.distances).all()

    def test_duplicates_are_at_exactly_zero_in_order_of_rows(self, metric, screening):
        tensor = np.tile(np.random.default_rng(0).standard_normal((5, 30)), (8, 1))
        found = nearest_neighbors(tensor.astype(np.float32), 12, 10, metric)
        assert found.rows[:7].tolist() == [2, 7, 17, 22, 27, 32, 37]
        assert (found.distances[:7] == 0).all()
        assert found.distances[7] > 0

    def test_given_norms_change_nothing(self, metric):
        tensor = np.random.default_rng(3).standard_normal((2000, 64), dtype=np.float32)
        one = nearest_neighbors(tensor, 5, 50, metric)
        two = nearest_neighbors(tensor, 5, 50, metric, norms=squared_norms(tensor))
        assert one.rows.tolist() == two.rows.tolist()

    def test_row_outside_the_isolated_rows(self, metric):
        tensor = np.random.default_rng(3).standard_normal((2000, 64), dtype=np.float32)
        rows = np.arange(100, 2000, 2)
        assert_exact(tensor, 5, 50, metric, rows)
        assert_exact(tensor, 100, 50, metric, rows)

    def test_a_memory_mapped_tensor_is_only_read(self, metric, tmp_path):
        np.save(tmp_path / "t.npy", np.eye(300, dtype=np.float32))
        tensor = np.load(tmp_path / "t.npy", mmap_mode="r")
        assert nearest_neighbors(tensor, 4, 3, metric).rows.tolist() == [0, 1, 2]

    def test_alone(self, metric):
        assert len(nearest_neighbors(np.ones((1, 1), np.float32), 0, 5, metric).rows) == 0
        two = np.ones((2, 1), np.float32)
        assert len(nearest_neighbors(two, 0, 5, metric, rows=np.array([0])).rows) == 0


def test_a_zero_vector_has_cosine_distance_one_to_all(screening):
    tensor = np.array([[0, 0], [1, 2], [0, 0], [-1, 2]], np.float32)
    assert nearest_neighbors(tensor, 0, 3, "cosine").distances.tolist() == [1, 1, 1]
    assert nearest_neighbors(tensor, 0, 3, "cosine").rows.tolist() == [1, 2, 3]
    assert nearest_neighbors(tensor, 1, 3, "cosine").distances[1:].tolist() == [1, 1]


def test_parallel_and_opposite_rows():
    tensor = np.array([[1, 2, 3], [3, 6, 9], [-7, -14, -21], [0.1, 0.2, 0.3]], np.float32)
    found = nearest_neighbors(tensor[:3], 0, 2, "cosine")
    assert found.distances.tolist() == [0, 2]


def test_close_directions_keep_their_order():
    angles = np.array([0, 3e-6, 1e-6, 2e-6])
    tensor = np.stack([np.ones(4), angles], axis=1).astype(np.float32)
    found = nearest_neighbors(tensor, 0, 3, "cosine")
    assert found.rows.tolist() == [2, 3, 1]
    np.testing.assert_allclose(found.distances, np.array([1e-6, 2e-6, 3e-6]) ** 2 / 2, rtol=1e-5)


@pytest.mark.parametrize(
    ("row", "k", "metric", "words"),
    [
        (10, 1, "cosine", "row is 10; the rows of this dataset are from 0 to 9"),
        (-1, 1, "cosine", "row is -1"),
        (0, 0, "euclidean", "k is 0; it must be at least 1"),
        (0, 1, "manhattan", "metric is 'manhattan'; it must be 'cosine' or 'euclidean'"),
        (True, 1, "cosine", "row is True"),
        (0, 2.5, "cosine", "k is 2.5"),
    ],
)
def test_what_is_out_of_range_is_named(row, k, metric, words):
    with pytest.raises(ParameterError, match=words):
        nearest_neighbors(np.ones((10, 2), np.float32), row, k, metric)


def test_no_points_at_all():
    with pytest.raises(ParameterError, match="no points"):
        nearest_neighbors(np.ones((0, 2), np.float32), 0, 1, "cosine")
