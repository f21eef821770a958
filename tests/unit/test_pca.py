"""PCA: centered, exact, deterministic, and finite whatever the values."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import ParameterError
from data.projections import pca, preprocessing
from data.projections.parameters import PcaParameters, parse_parameters
from data.projections.pca import compute_pca

SHARED = Path(os.environ.get("EMBEDDING_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
SHAPES = [(300, 20), (20, 300), (50, 50), (400, 1), (2, 7), (7, 2)]


def decaying(n, d, seed=0):
    """Return data whose components are well apart, so that their axes are determined."""
    rng = np.random.default_rng(seed)
    spread = 0.7 ** np.arange(d)
    turn = np.linalg.qr(rng.standard_normal((d, d)))[0]
    return (rng.standard_normal((n, d)) * spread @ turn + 1).astype(np.float32)


def reference(tensor, k):
    """Return |coordinates| and variance shares by a float64 singular value decomposition."""
    centered = tensor.astype(np.float64) - tensor.mean(axis=0, dtype=np.float64)
    u, s, _ = np.linalg.svd(centered, full_matrices=False)
    return np.abs(u * s)[:, :k], (s**2 / (s**2).sum())[:k]


def assert_agrees(computed, tensor, rtol=1e-3):
    k = computed.coordinates.shape[1]
    coordinates, ratio = reference(tensor, k)
    largest = coordinates.max()
    np.testing.assert_allclose(np.abs(computed.coordinates), coordinates, atol=rtol * largest)
    np.testing.assert_allclose(computed.explained_variance_ratio, ratio, atol=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
def test_agrees_with_a_singular_value_decomposition(shape):
    tensor = decaying(*shape)
    computed = compute_pca(tensor, None, PcaParameters())
    assert computed.coordinates.dtype == np.float32
    assert computed.coordinates.shape == (shape[0], min(10, *shape))
    assert computed.message == ""
    assert_agrees(computed, tensor)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 60), st.integers(1, 60), st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_coordinates_are_centered_uncorrelated_and_carry_the_variance(n, d, seed, k):
    tensor = np.random.default_rng(seed).standard_normal((n, d)).astype(np.float32)
    computed = compute_pca(tensor, None, PcaParameters(k))
    exact = computed.coordinates.astype(np.float64)
    scale = np.abs(exact).max()
    assert np.abs(exact.mean(axis=0)).max() <= 1e-6 * scale
    total = tensor.astype(np.float64).var(axis=0).sum()
    np.testing.assert_allclose(
        exact.var(axis=0) / total, computed.explained_variance_ratio, atol=1e-5
    )
    covariance = exact.T @ exact / n
    off_diagonal = covariance - np.diag(np.diag(covariance))
    assert np.abs(off_diagonal).max() <= 1e-5 * total
    assert (np.diff(computed.explained_variance_ratio) <= 1e-7).all()
    assert sum(computed.explained_variance_ratio) <= 1 + 1e-12


@pytest.mark.parametrize("shape", [(300, 20), (20, 300)])
def test_all_components_keep_all_distances(shape):
    tensor = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    coordinates = compute_pca(tensor, None, PcaParameters(20)).coordinates
    before = np.linalg.norm(tensor[:, None] - tensor[None], axis=2)
    after = np.linalg.norm(coordinates[:, None] - coordinates[None], axis=2)
    np.testing.assert_allclose(after, before, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("shape", [(300, 20), (20, 300)])
def test_turning_and_moving_the_data_changes_nothing_but_signs(shape):
    tensor = decaying(*shape)
    turn = np.linalg.qr(np.random.default_rng(5).standard_normal((shape[1], shape[1])))[0]
    moved = (tensor.astype(np.float64) @ turn + 3).astype(np.float32)
    one, two = (compute_pca(t, None, PcaParameters(3)) for t in (tensor, moved))
    np.testing.assert_allclose(np.abs(one.coordinates), np.abs(two.coordinates), atol=1e-3)


def test_signs_do_not_depend_on_the_order_of_points_or_on_the_solver(monkeypatch):
    tensor = decaying(200, 30)
    order = np.random.default_rng(0).permutation(200)
    one = compute_pca(tensor, None, PcaParameters(5)).coordinates
    two = compute_pca(tensor[order], None, PcaParameters(5)).coordinates
    np.testing.assert_allclose(two, one[order], atol=1e-4)
    monkeypatch.setattr(pca, "MAX_SIDE", 10)
    np.testing.assert_allclose(
        compute_pca(tensor, None, PcaParameters(5)).coordinates, one, atol=1e-4
    )


def test_the_largest_loading_is_positive():
    tensor = np.zeros((50, 3), np.float32)
    tensor[:, 1] = np.linspace(0, 9, 50)
    coordinates = compute_pca(tensor, None, PcaParameters(1)).coordinates[:, 0]
    assert (np.diff(coordinates) > 0).all()


@pytest.mark.parametrize("limit", [2_000, 10])
@pytest.mark.parametrize("block", [2**21, 64])
@pytest.mark.parametrize("shape", [(120, 40), (40, 120)])
def test_ways_and_block_sizes_agree(monkeypatch, limit, block, shape):
    monkeypatch.setattr(pca, "MAX_SIDE", limit)
    monkeypatch.setattr(preprocessing, "BLOCK_VALUES", block)
    tensor = decaying(*shape)
    # 0.7^20 is 1e-3 of the first component, 1e-6 of its variance: the float64 way.
    for k in (5, 20):
        assert_agrees(compute_pca(tensor, None, PcaParameters(k)), tensor)


@pytest.mark.parametrize("limit", [2_000, 10])
def test_a_huge_component_does_not_drown_a_small_one(monkeypatch, limit):
    monkeypatch.setattr(pca, "MAX_SIDE", limit)
    rng = np.random.default_rng(0)
    tensor = (rng.standard_normal((3000, 12)) * 1e-3).astype(np.float32)
    tensor[:, 0] *= 1e8
    tensor[:, 1] *= 30
    coordinates = compute_pca(tensor, None, PcaParameters(2)).coordinates[:, 1]
    assert np.corrcoef(coordinates, tensor[:, 1])[0, 1] > 0.999


@pytest.mark.parametrize("shape", [(400, 10), (10, 400)])
def test_a_large_offset_does_not_cancel(shape):
    tensor = decaying(*shape) * np.float32(0.01)
    # Rounded once to what float32 can hold near 10,000; then the offset must change nothing.
    moved = tensor + np.float32(1e4)
    assert_agrees(compute_pca(moved, None, PcaParameters(3)), moved)


def test_rows_are_taken_in_the_order_asked_and_centered_alone():
    tensor = decaying(200, 10)
    rows = np.array([150, 3, 77, 42, 9, 10, 11, 12, 190, 1, 0, 55])
    computed = compute_pca(tensor, rows, PcaParameters(3))
    alone = compute_pca(tensor[rows], None, PcaParameters(3))
    np.testing.assert_array_equal(computed.coordinates, alone.coordinates)
    assert_agrees(computed, tensor[rows])


def test_the_same_question_has_the_same_answer(monkeypatch):
    rng = np.random.default_rng(0)
    low_rank = rng.standard_normal((90, 3)) @ rng.standard_normal((3, 60))
    for limit in (2_000, 10):
        monkeypatch.setattr(pca, "MAX_SIDE", limit)
        one, two = (
            compute_pca(low_rank.astype(np.float32), None, PcaParameters()) for _ in range(2)
        )
        np.testing.assert_array_equal(one.coordinates, two.coordinates)
        assert sum(one.explained_variance_ratio[:3]) == pytest.approx(1)


def test_preprocessing_runs_rows_then_columns_then_mean():
    tensor = decaying(200, 10)
    units = tensor / np.linalg.norm(tensor, axis=1, keepdims=True)
    assert_agrees(compute_pca(tensor, None, PcaParameters(3, normalize=True)), units)
    scaled = tensor / tensor.std(axis=0)
    assert_agrees(compute_pca(tensor, None, PcaParameters(3, standardize=True)), scaled)
    both = compute_pca(tensor, None, PcaParameters(3, normalize=True, standardize=True))
    assert_agrees(both, units / units.std(axis=0))


def test_a_tiny_column_beside_a_huge_one_counts_when_standardized():
    tensor = np.random.default_rng(0).standard_normal((200, 2))
    wide = (tensor * [1e37, 1e-30]).astype(np.float32)
    one = compute_pca(wide, None, PcaParameters(standardize=True))
    two = compute_pca(tensor.astype(np.float32), None, PcaParameters(standardize=True))
    np.testing.assert_allclose(one.coordinates, two.coordinates, atol=1e-4)
    assert one.message == ""


@pytest.mark.parametrize(("scale", "word"), [(1e37, "divided"), (1e-37, "multiplied")])
def test_values_near_the_ends_of_float32(scale, word):
    tensor = decaying(100, 5).astype(np.float64)
    computed = compute_pca((tensor * scale).astype(np.float32), None, PcaParameters(3))
    assert f"{word} by 2^" in computed.message
    power = float(computed.message.rsplit("^")[1].rstrip("."))
    factor = scale * 2.0 ** (-power if word == "divided" else power)
    plain = compute_pca(tensor.astype(np.float32), None, PcaParameters(3))
    np.testing.assert_allclose(computed.coordinates, plain.coordinates * factor, rtol=1e-3)


@pytest.mark.parametrize("shape", [(60, 8), (8, 60), (2, 3), (2, 1)])
@pytest.mark.parametrize("options", [(), (True,), (False, True), (True, True)])
@pytest.mark.parametrize("value", [0.0, 0.1, 3.25, -3.4e38, 1e-45])
@pytest.mark.parametrize("limit", [2_000, 0])
def test_equal_points_lie_on_one_spot(monkeypatch, shape, options, value, limit):
    monkeypatch.setattr(pca, "MAX_SIDE", limit)
    computed = compute_pca(np.full(shape, value, np.float32), None, PcaParameters(10, *options))
    assert (computed.coordinates == 0).all()
    assert set(computed.explained_variance_ratio) == {0.0}
    assert "equal" in computed.message


@pytest.mark.parametrize("options", [(), (True, True)])
def test_one_point_and_none(options):
    tensor = np.array([[1, 2, 3], [4, 5, 6]], np.float32)
    one = compute_pca(tensor, np.array([1]), PcaParameters(10, *options))
    assert one.coordinates.tolist() == [[0.0]]
    assert one.message.startswith("1 point")
    none = compute_pca(tensor, np.array([], np.int64), PcaParameters(10, *options))
    assert none.coordinates.shape == (0, 1)
    assert none.message == "There are no points."


def test_what_stays_as_it_is_is_said():
    tensor = decaying(50, 4)
    tensor[:3] = 0
    tensor[:, 1] = 0.1
    tensor[:2, 1] = 0
    said = compute_pca(tensor, None, PcaParameters(normalize=True)).message
    assert "Zero vectors (2)" in said
    tensor[:, 1] = 0.1
    said = compute_pca(tensor, None, PcaParameters(standardize=True)).message
    assert said == "1 of 4 columns do not vary and stay 0."


def test_an_unknown_method_is_refused():
    with pytest.raises(ParameterError, match="'lda'"):
        parse_parameters("lda", {}, 2, 2)


@pytest.mark.parametrize("options", [(), (True,), (False, True), (True, True)])
@pytest.mark.parametrize(
    "name",
    ["huge_values", "all_constant", "constant_columns", "zero_rows_and_vectors", "duplicated_rows"],
)
def test_strange_files_give_a_finite_picture(name, options):
    path = SHARED / "bad" / f"{name}.npy"
    if not path.exists():
        pytest.skip("shared data is not here")
    tensor = np.load(path, mmap_mode="r", allow_pickle=False)
    computed = compute_pca(tensor, None, PcaParameters(10, *options))
    assert np.isfinite(computed.coordinates).all()
    assert np.isfinite(computed.explained_variance_ratio).all()
    assert 0 <= sum(computed.explained_variance_ratio) <= 1 + 1e-12
    assert ("equal" in computed.message) == (name == "all_constant")
