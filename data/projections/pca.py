"""Principal component analysis: always centered, exact, of all points.

The eigenvectors of the smaller of the two scatter matrices are taken: of the covariance (n_dims
squared) when there are more points than dimensions, of the Gram matrix (n_points squared)
otherwise; where both would be large, Lanczos iteration finds them without any matrix. This is
what scikit-learn's PCA does with svd_solver="covariance_eigh" and "arpack" (Halko, Martinsson,
Tropp 2011 compare the ways). It is spelled out here because the blocks below need no centered
copy of the tensor, and because importing scikit-learn costs a web process 1.4 s.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext

import numpy as np

from data.one_thread import one_thread
from data.projections.computed import Computed
from data.projections.parameters import PcaParameters
from data.projections.preprocessing import CenteredBlocks

# Eigenvectors of a matrix of 2,000 x 2,000 take 0.3 s; the time grows with the third power.
MAX_SIDE = 2_000
# One thread multiplies so many numbers in 0.3 s at most. On cores that are busy, as a browser keeps
# them that opens the page, several wait for the last one: 10,000 x 784 took 0.4 s instead of 0.1.
ONE_THREAD_PRODUCTS = 10**10
# float32 products leave an error of about 1e-7 of the largest variance; a component with less
# than this share of it is computed again in float64.
FLOAT32_RANGE = 1e-3


def compute_pca(tensor: np.ndarray, rows: np.ndarray | None, params: PcaParameters) -> Computed:
    """Project points on their directions of largest variance.

    Rows are brought to unit length (`normalize`), then columns to unit variance (`standardize`),
    then columns are centered. The sign of a component makes its largest loading positive.

    Parameters
    ----------
    tensor : ndarray of shape (n, n_dims), float32, finite; may be memory mapped
    rows : int64 row numbers in the order wanted, or None for all
    params : fewer components come back when there are fewer points or dimensions

    Returns
    -------
    Computed
        Coordinates in the units of the tensor unless the message says otherwise; zero along
        components without variance.
    """
    blocks = CenteredBlocks(tensor, rows, params.normalize, params.standardize)
    n_components = min(params.n_components, max(1, blocks.n_points), blocks.n_dims)
    if blocks.n_points < 2:
        zeros = np.zeros((blocks.n_points, n_components), np.float32)
        message = "1 point: nothing varies, so it lies at the origin." if len(zeros) else ""
        return Computed(zeros, (0.0,) * n_components, message or "There are no points.")
    loadings, ratio = _components(blocks, n_components)
    coordinates = np.empty((blocks.n_points, n_components), np.float32)
    end = 0
    for block in blocks:
        # loadings are float64 where float32 would not do, and take the block along.
        coordinates[end : end + len(block)] = block @ loadings
        end += len(block)
    # What is left here is round-off, which would be drawn as if it were structure.
    coordinates[:, ratio == 0] = 0
    notes = list(blocks.notes)
    if not ratio.any():
        after = " after preprocessing" if params.normalize or params.standardize else ""
        notes.append(f"All {blocks.n_points:,} points are equal{after}: they lie on one spot.")
    return Computed(coordinates, tuple(ratio.tolist()), " ".join(notes))


def _components(blocks: CenteredBlocks, n_components: int) -> tuple[np.ndarray, np.ndarray]:
    """Return loadings (n_dims, n_components) and the share of variance of each component."""
    side = min(blocks.n_points, blocks.n_dims)
    solve = _dense if side <= MAX_SIDE else _lanczos
    dtype: type = np.float32
    values, vectors, total = solve(blocks, n_components, dtype)
    if values[-1] < FLOAT32_RANGE * values[0]:
        dtype = np.float64
        values, vectors, total = solve(blocks, n_components, dtype)
    # Smaller eigenvalues are round-off of the eigenvectors, or of the float32 values themselves.
    rounding = max(side * np.finfo(np.float64).eps, np.finfo(np.float32).eps ** 2)
    values = np.where(values > rounding * values[0], values, 0.0)
    loadings = _fix_signs(_loadings(blocks, values, vectors))
    return loadings.astype(dtype), values / max(total, float(values.sum()), np.finfo(float).tiny)


def _dense(
    blocks: CenteredBlocks, n_components: int, dtype: type
) -> tuple[np.ndarray, np.ndarray, float]:
    """Largest eigenvalues, their eigenvectors and the trace of the smaller scatter matrix."""
    # Imported here: a web process must start fast.
    from scipy.linalg import eigh

    side = min(blocks.n_points, blocks.n_dims)
    scatter = np.zeros((side, side))
    is_short = blocks.n_points * blocks.n_dims * side <= ONE_THREAD_PRODUCTS
    with one_thread if is_short else nullcontext():
        for part in _parts(blocks):
            part = part.astype(dtype, copy=False)
            scatter += part.T @ part
    total = float(np.trace(scatter))
    # Several threads would wait for each other thousands of times: on two busy cores that takes
    # 784 dimensions 3 s instead of 0.1.
    with one_thread:
        values, vectors = eigh(
            scatter, subset_by_index=(side - n_components, side - 1), overwrite_a=True
        )
    return values[::-1], vectors[:, ::-1], total


def _parts(blocks: CenteredBlocks) -> Iterator[np.ndarray]:
    """Slices of the centered tensor, each of shape (anything, smaller side)."""
    if blocks.n_points > blocks.n_dims:
        yield from blocks
        return
    centered = blocks.whole()
    for start in range(0, blocks.n_dims, 1024):
        yield centered[:, start : start + 1024].T


def _lanczos(
    blocks: CenteredBlocks, n_components: int, dtype: type
) -> tuple[np.ndarray, np.ndarray, float]:
    """As `_dense`, by products with vectors; needs one centered copy of the tensor."""
    from scipy.sparse.linalg import LinearOperator, eigsh

    side = min(blocks.n_points, blocks.n_dims)
    centered = blocks.whole()
    if blocks.n_points <= blocks.n_dims:
        centered = centered.T
    step = len(centered) if dtype == np.float32 else 1024
    parts = [centered[start : start + step] for start in range(0, len(centered), step)]

    def product(vector: np.ndarray) -> np.ndarray:
        vector = vector.ravel().astype(dtype)
        result = np.zeros(side)
        for part in parts:
            part = part.astype(dtype, copy=False)
            result += part.T @ (part @ vector)
        return result

    total = sum(float(np.einsum("ij,ij->", b, b, dtype=np.float64)) for b in blocks)
    if total == 0:
        return np.zeros(n_components), np.zeros((side, n_components)), 0.0
    values, vectors = eigsh(
        LinearOperator((side, side), matvec=product, dtype=np.float64),
        k=n_components,
        # Same question, same picture: without a start vector, it would be random.
        v0=np.random.default_rng(0).standard_normal(side),
    )
    order = np.argsort(-values)
    return values[order], vectors[:, order], total


def _loadings(blocks: CenteredBlocks, values: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Eigenvectors as unit vectors of the original space, float64 (n_dims, n_components)."""
    if blocks.n_points > blocks.n_dims:
        return vectors
    lengths = np.sqrt(np.where(values > 0, values, 1.0))
    loadings = np.concatenate([part @ vectors for part in _parts(blocks)]) / lengths
    loadings[:, values == 0] = 0
    return loadings


def _fix_signs(loadings: np.ndarray) -> np.ndarray:
    """Turn every component so that its largest loading is positive.

    Among loadings that are equally large but for round-off, the first one counts: the sign must
    not depend on the solver.
    """
    sizes = np.abs(loadings)
    largest = np.argmax(sizes >= (1 - 1e-3) * sizes.max(axis=0), axis=0)
    signs = np.where(loadings[largest, np.arange(loadings.shape[1])] < 0, -1.0, 1.0)
    return loadings * signs
