"""Further points on a finished UMAP: umap-learn's `transform`, by known neighbors."""

from __future__ import annotations

import numpy as np

from data.projections.parameter_table import UmapParameters

# umap-learn's own numbers: epochs for few and for many further points, and their first rate.
FEW_POINTS = 10_000
EPOCHS_FEW, EPOCHS_MANY = 100, 30
RATE = 0.25
# The spread of umap-learn.
SPREAD = 1.0


def placed_among(
    embedding: np.ndarray, rows: np.ndarray, distances: np.ndarray, params: UmapParameters
) -> np.ndarray:
    """Place further points among arranged landmarks, which stay where they are.

    Parameters
    ----------
    embedding : float32 (n_landmarks, n_components)
    rows, distances : the nearest landmarks of each further point, both (n_others, k)

    Returns
    -------
    places : float32 (n_others, n_components)
    """
    from scipy.sparse import coo_matrix
    from umap.layouts import optimize_layout_euclidean
    from umap.umap_ import (
        compute_membership_strengths,
        find_ab_params,
        make_epochs_per_sample,
        smooth_knn_dist,
    )

    near = distances.astype(np.float32, order="C")
    rows = rows.astype(np.int32, order="C")
    sigmas, rhos = smooth_knn_dist(near, float(rows.shape[1]), local_connectivity=0.0)
    heads, tails, weights, _ = compute_membership_strengths(
        rows, near, sigmas, rhos, bipartite=True
    )
    edges = coo_matrix((weights, (heads, tails)), shape=(len(rows), len(embedding)))
    start = _between(embedding, rows, weights.reshape(rows.shape))
    n_epochs = EPOCHS_FEW if len(rows) <= FEW_POINTS else EPOCHS_MANY
    n_epochs = n_epochs if params.n_epochs is None else max(1, params.n_epochs // 3)
    edges.data[edges.data < edges.data.max() / n_epochs] = 0
    edges.eliminate_zeros()
    a, b = find_ab_params(SPREAD, params.min_dist)
    random = np.random.RandomState(params.random_state)
    low, high = np.iinfo(np.int32).min + 1, np.iinfo(np.int32).max - 1
    placed = optimize_layout_euclidean(
        start,
        embedding.astype(np.float32, copy=True),
        edges.row,
        edges.col,
        n_epochs,
        len(embedding),
        make_epochs_per_sample(edges.data, n_epochs),
        a,
        b,
        random.randint(low, high, 3).astype(np.int64),
        initial_alpha=RATE,
    )
    return np.asarray(placed)


def _between(embedding: np.ndarray, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the weighted mean place of each point's landmarks; of an equal one, its very place."""
    weights = np.where(weights.sum(axis=1, keepdims=True) > 0, weights, 1)
    shares = weights / weights.sum(axis=1, keepdims=True)
    between = np.zeros((len(rows), embedding.shape[1]), np.float32)
    for i in range(rows.shape[1]):
        between += shares[:, i, None] * embedding[rows[:, i]]
    is_equal = weights == 1
    first = rows[np.arange(len(rows)), is_equal.argmax(axis=1)]
    return np.where(is_equal.any(axis=1)[:, None], embedding[first], between).astype(np.float32)
