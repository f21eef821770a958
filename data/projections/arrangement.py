"""From a dataset to a running t-SNE: reduced points, stored neighbors, landmarks, supervision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from data.dataset import Dataset
from data.neighbor_graph import NeighborGraph, neighbor_graph
from data.neighbors import Metric
from data.projection import ProjectionRecord
from data.projections.landmarks import Landmarks
from data.projections.moment import Moment
from data.projections.parameter_table import TsneParameters
from data.projections.tsne import (
    TsneRun,
    Watch,
    neighbors_needed,
    placed_among,
    prepared_points,
    reduces,
    start_layout,
)
from data.stores.graphs import GraphStore, graph_key


class Arrangement:
    """One t-SNE of a dataset's points; of all of them, or of landmarks that the others join.

    Parameters
    ----------
    rows : int64 rows to arrange, or None for all
    n_iterations : where the run ends
    """

    def __init__(
        self,
        dataset: Dataset,
        rows: np.ndarray | None,
        params: TsneParameters,
        n_iterations: int,
        threads: int,
    ) -> None:
        self.dataset, self.rows, self.params = dataset, rows, params
        self.n_iterations, self.threads = n_iterations, threads
        self.reduces = reduces(params, dataset.record.n_dims)
        n_points = dataset.record.n_points if rows is None else len(rows)
        n, seed = params.n_landmarks, params.random_state
        self.landmarks = Landmarks(n_points, n, seed) if n and n < n_points else None
        self.note = ""
        self._run: TsneRun | None = None

    @property
    def begin_stage(self) -> str:
        """What `begin` does."""
        return "Computing affinities"

    @property
    def last_stage(self) -> str:
        """What remains to be done after the last step."""
        return "" if self.landmarks is None else "Placing the other points"

    def prepare(self, start: Moment | None) -> None:
        """Reduce the points and lay them out; `start` is where an earlier attempt had come to."""
        self._points = prepared_points(self.dataset.tensor, self.rows, self.params)
        self._start = start_layout(self._points, self.params)
        chosen = self._start if self.landmarks is None else self._start[self.landmarks.rows]
        self._moment = start or Moment(0, chosen)

    def find_neighbors(
        self, graphs: GraphStore, record: ProjectionRecord, progress: Callable[[float], None]
    ) -> None:
        """Read or compute the neighbor graph; says how good an approximate one is."""
        params = self.params
        chosen = self._points if self.landmarks is None else self._points[self.landmarks.rows]
        # Reduced points of unit length are compared by Euclidean distance.
        metric: Metric = "euclidean" if self.reduces else params.metric  # type: ignore[assignment]
        key = graph_key(
            record,
            params.metric,
            pca_components=params.pca_components if self.reduces else None,
            landmarks=None if self.landmarks is None else [len(chosen), params.random_state],
        )
        seed, threads = params.random_state, self.threads

        def compute(k: int) -> NeighborGraph:
            return neighbor_graph(chosen, k, metric, threads=threads, seed=seed, progress=progress)

        graph = graphs.get(key, neighbors_needed(params, len(chosen)), compute)
        if self.reduces and params.metric == "cosine":
            # Half the squared distance of unit vectors is 1 - cos.
            graph = replace(graph, distances=graph.distances**2 / 2)
        self._graph = graph
        if graph.recall is not None:
            self.note = f"Neighbors are approximate: {graph.recall:.1%} of them were found."
        if self.landmarks is not None:
            self.landmarks.find_near(self._points, metric, threads)

    def begin(self) -> None:
        """Compute the affinities; from here on the run can be advanced."""
        self._run = TsneRun(
            self._graph, self.params, self._moment, self.n_iterations, self.threads, self._codes()
        )
        del self._graph

    def _codes(self) -> np.ndarray | None:
        column = self.params.supervise_by
        if column is None or not self.params.supervise_strength:
            return None
        codes = self.dataset.metadata.classes(column)[1]
        codes = codes if self.rows is None else codes[self.rows]
        return codes if self.landmarks is None else codes[self.landmarks.rows]

    @property
    def is_finished(self) -> bool:
        """Whether the last iteration is done."""
        return self._run is not None and self._run.is_finished

    @property
    def moment(self) -> Moment:
        """What the run goes on from."""
        return self._moment if self._run is None else self._run.moment

    def advance(self, watch: Watch) -> None:
        """Take some steps."""
        assert self._run is not None
        self._run.advance(watch)

    def perturb(self) -> None:
        """Push every point at random."""
        assert self._run is not None
        self._run.perturb()

    def layout(self) -> np.ndarray:
        """Return where all points are now, (n_points, n_components)."""
        embedding = self.moment.embedding
        if self.landmarks is None:
            return embedding
        return self.landmarks.meanwhile(embedding, self._start)

    def coordinates(self) -> np.ndarray:
        """Return the coordinates of all points, float32."""
        if self.landmarks is None or self.landmarks.near is None:
            return self.layout().astype(np.float32)
        embedding = np.array(self.moment.embedding)
        others = placed_among(embedding, *self.landmarks.near, self.params, self.threads)
        return self.landmarks.joined(embedding, others).astype(np.float32)
