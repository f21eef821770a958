"""From a dataset to a running t-SNE: reduced points, and distances as it takes them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from data.neighbor_graph import NeighborGraph
from data.neighbors import Metric
from data.projections.arrangement import Arrangement, Run
from data.projections.moment import Moment
from data.projections.tsne import (
    TsneRun,
    neighbors_needed,
    prepared_points,
    reduces,
    start_layout,
)
from data.projections.tsne_placing import placed_among


class TsneArrangement(Arrangement):
    """One t-SNE of a dataset's points; `params` are TsneParameters."""

    begin_stage = "Computing affinities"

    @property
    def reduces(self) -> bool:  # type: ignore[override]  # read only, as everywhere
        """Whether the points are first reduced by PCA."""
        return reduces(self.params, self.dataset.record.n_dims)

    @property
    def _metric(self) -> Metric:
        # Reduced points of unit length are compared by Euclidean distance.
        return "euclidean" if self.reduces else super()._metric

    def _measured_points(self) -> np.ndarray:
        return prepared_points(self.dataset.tensor, self.rows, self.params)

    def _first_layout(self, points: np.ndarray) -> np.ndarray:
        return start_layout(points, self.params)

    def _n_neighbors(self, n_points: int) -> int:
        return neighbors_needed(self.params, n_points)

    def _new_run(self, graph: NeighborGraph, start: Moment) -> Run:
        if self.reduces and self.params.metric == "cosine":
            # Half the squared distance of unit vectors is 1 - cos.
            graph = replace(graph, distances=graph.distances**2 / 2)
        codes = self._codes() if self.params.supervise_strength else None
        return TsneRun(graph, self.params, start, self.n_iterations, self.threads, codes)

    def _placed(self, rows: np.ndarray, distances: np.ndarray) -> np.ndarray:
        embedding = np.array(self.moment.embedding)
        return placed_among(embedding, rows, distances, self.params, self.threads)
