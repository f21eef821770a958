"""What UMAP lays out: the weighted graph of neighbors, and where its points stand at first."""

from __future__ import annotations

from typing import Any

import numpy as np

from data.neighbor_graph import NeighborGraph
from data.projections.parameter_table import PcaParameters, UmapParameters
from data.projections.pca import compute_pca

# How far apart umap-learn puts classes at its target weight of 0.5.
CLASS_DISTANCE = 5.0


def neighbors_needed(params: UmapParameters) -> int:
    """Return how many neighbors of each point the graph must have: umap counts the point itself."""
    return params.n_neighbors - 1


def start_layout(points: np.ndarray, params: UmapParameters) -> np.ndarray:
    """Return the principal components of the points, float32 of shape (n_points, n_components)."""
    layout = np.zeros((len(points), params.n_components), np.float32)
    pca = compute_pca(points, None, PcaParameters(params.n_components)).coordinates
    layout[:, : pca.shape[1]] = pca
    if not layout.any():
        layout[:, 0] = 1
    return layout


def fuzzy_edges(
    graph: NeighborGraph,
    params: UmapParameters,
    codes: np.ndarray | None,
    random: np.random.RandomState,
) -> Any:
    """Return the weighted graph that is laid out, a scipy COO matrix (n_points, n_points)."""
    from umap.umap_ import discrete_metric_simplicial_set_intersection, fuzzy_simplicial_set

    near = graph.nearest(neighbors_needed(params))
    own = np.arange(len(near.rows), dtype=np.int32)[:, None]
    rows = np.hstack([own, near.rows])
    distances = np.hstack([np.zeros_like(near.distances[:, :1]), near.distances])
    # The points themselves are only counted here.
    edges, _, _ = fuzzy_simplicial_set(
        rows, rows.shape[1], random, params.metric, knn_indices=rows, knn_dists=distances
    )
    if codes is not None:
        edges = discrete_metric_simplicial_set_intersection(edges, codes, far_dist=CLASS_DISTANCE)
    edges = edges.tocoo()
    edges.sum_duplicates()
    return edges
