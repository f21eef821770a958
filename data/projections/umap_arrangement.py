"""From a dataset to a running UMAP."""

from __future__ import annotations

import numpy as np

from data.neighbor_graph import NeighborGraph
from data.projections.arrangement import Arrangement, Run
from data.projections.moment import Moment
from data.projections.umap import UmapRun
from data.projections.umap_graph import neighbors_needed, start_layout
from data.projections.umap_placing import placed_among


class UmapArrangement(Arrangement):
    """One UMAP of a dataset's points; `params` are UmapParameters."""

    begin_stage = "Warming up UMAP (about a minute when this server does it for the first time)"

    def _measured_points(self) -> np.ndarray:
        tensor, rows = self.dataset.tensor, self.rows
        return np.asarray(tensor if rows is None else tensor[rows])

    def _first_layout(self, points: np.ndarray) -> np.ndarray:
        # By PCA, to be seen until the graph is there.
        return start_layout(points, self.params)

    def _n_neighbors(self, n_points: int) -> int:
        return neighbors_needed(self.params)

    def _new_run(self, graph: NeighborGraph, start: Moment) -> Run:
        # Interrupted before the first epoch, there is only the layout that people saw.
        known = start if start.optimizer else None
        run = UmapRun(graph, self._points, self.params, self._codes(), known, self.n_iterations)
        self.note = " ".join([*([self.note] if self.note else []), *run.notes])
        return run

    def _placed(self, rows: np.ndarray, distances: np.ndarray) -> np.ndarray:
        embedding = self.moment.embedding.astype(np.float32)
        return placed_among(embedding, rows, distances, self.params)
