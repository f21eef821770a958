"""From a dataset to a running UMAP: stored neighbors, landmarks, supervision."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from data.dataset import Dataset
from data.neighbor_graph import NeighborGraph, neighbor_graph
from data.neighbors import Metric
from data.projection import ProjectionRecord
from data.projections.landmarks import Landmarks
from data.projections.moment import Moment
from data.projections.parameter_table import UmapParameters
from data.projections.umap import UmapRun, Watch
from data.projections.umap_graph import neighbors_needed, start_layout
from data.projections.umap_placing import placed_among
from data.stores.graphs import GraphStore, graph_key


class UmapArrangement:
    """One UMAP of a dataset's points, or of landmarks that the others join.

    See `Arrangement`, which has the same parts for t-SNE.

    Parameters
    ----------
    rows : int64 rows to arrange, or None for all
    n_iterations : where the run ends
    """

    begin_stage = "Warming up UMAP (about a minute when this server does it for the first time)"
    reduces = False

    def __init__(
        self,
        dataset: Dataset,
        rows: np.ndarray | None,
        params: UmapParameters,
        n_iterations: int,
        threads: int,
    ) -> None:
        self.dataset, self.rows, self.params = dataset, rows, params
        self.n_iterations, self.threads = n_iterations, threads
        self.note = ""
        self._run: UmapRun | None = None
        n_points = dataset.record.n_points if rows is None else len(rows)
        n, seed = params.n_landmarks, params.random_state
        self.landmarks = Landmarks(n_points, n, seed) if n and n < n_points else None

    @property
    def last_stage(self) -> str:
        """What remains to be done after the last epoch."""
        return "" if self.landmarks is None else "Placing the other points"

    def prepare(self, start: Moment | None) -> None:
        """Lay the points out by PCA, to be seen until the graph is there."""
        tensor, rows = self.dataset.tensor, self.rows
        self._all = np.asarray(tensor if rows is None else tensor[rows])
        self._points = self._all if self.landmarks is None else self._all[self.landmarks.rows]
        self._layout = start_layout(self._all, self.params)
        chosen = self._layout if self.landmarks is None else self._layout[self.landmarks.rows]
        # Interrupted before the first epoch, there is only this layout.
        self._start = start if start is not None and start.optimizer else None
        self._seen = start or Moment(0, chosen)

    def find_neighbors(
        self, graphs: GraphStore, record: ProjectionRecord, progress: Callable[[float], None]
    ) -> None:
        """Read or compute the neighbor graph; says how good an approximate one is."""
        points, params, threads = self._points, self.params, self.threads
        metric: Metric = params.metric  # type: ignore[assignment]  # a choice of the table

        def compute(k: int) -> NeighborGraph:
            return neighbor_graph(
                points, k, metric, threads=threads, seed=params.random_state, progress=progress
            )

        sample = None if self.landmarks is None else [len(points), params.random_state]
        key = graph_key(record, metric, landmarks=sample)
        self._graph = graphs.get(key, neighbors_needed(params), compute)
        if self._graph.recall is not None:
            self.note = f"Neighbors are approximate: {self._graph.recall:.1%} of them were found."
        if self.landmarks is not None:
            self.landmarks.find_near(self._all, metric, threads)

    def begin(self) -> None:
        """Weigh the graph and find its start; from here on the run can be advanced."""
        self._run = UmapRun(
            self._graph, self._points, self.params, self._codes(), self._start, self.n_iterations
        )
        self.note = " ".join([*([self.note] if self.note else []), *self._run.notes])

    def _codes(self) -> np.ndarray | None:
        if self.params.supervise_by is None:
            return None
        codes = self.dataset.metadata.classes(self.params.supervise_by)[1]
        codes = codes if self.rows is None else codes[self.rows]
        return codes if self.landmarks is None else codes[self.landmarks.rows]

    @property
    def is_finished(self) -> bool:
        """Whether the last epoch is done."""
        return self._run is not None and self._run.is_finished

    @property
    def moment(self) -> Moment:
        """What the run goes on from."""
        return self._seen if self._run is None else self._run.moment

    def advance(self, watch: Watch) -> None:
        """Run some epochs."""
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
        return self.landmarks.meanwhile(embedding, self._layout)

    def coordinates(self) -> np.ndarray:
        """Return the coordinates of all points, float32."""
        if self.landmarks is None or self.landmarks.near is None:
            return self.layout().astype(np.float32)
        embedding = self.moment.embedding.astype(np.float32)
        others = placed_among(embedding, *self.landmarks.near, self.params)
        return self.landmarks.joined(embedding, others)
