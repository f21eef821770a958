"""From a dataset to a run of steps: points, stored neighbors, landmarks, supervision."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, Protocol

import numpy as np

from data.dataset import Dataset
from data.neighbor_graph import NeighborGraph, neighbor_graph
from data.neighbors import Metric
from data.projection import ProjectionRecord
from data.projections.landmarks import Landmarks
from data.projections.moment import Moment, Watch
from data.stores.graphs import GraphStore, graph_key


class Run(Protocol):
    """What a method takes steps by."""

    @property
    def is_finished(self) -> bool:
        """Whether the last step is done."""
        ...

    @property
    def moment(self) -> Moment:
        """What the run goes on from."""
        ...

    def advance(self, watch: Watch) -> None:
        """Take some steps, telling of them now and then."""
        ...

    def perturb(self) -> None:
        """Push every point at random."""
        ...


class Arrangement(ABC):
    """One map of a dataset's points by steps; of all of them, or of landmarks the others join.

    Parameters
    ----------
    rows : int64 rows to arrange, or None for all
    params : of the method
    n_iterations : where the run ends

    Attributes
    ----------
    begin_stage : what `begin` does, in words
    reduces : whether the points are first reduced by PCA
    note : sentences about how the map was made
    """

    begin_stage: ClassVar[str]
    reduces = False

    def __init__(
        self,
        dataset: Dataset,
        rows: np.ndarray | None,
        params: Any,
        n_iterations: int,
        threads: int,
    ) -> None:
        self.dataset, self.rows, self.params = dataset, rows, params
        self.n_iterations, self.threads = n_iterations, threads
        n_points = dataset.record.n_points if rows is None else len(rows)
        n, seed = params.n_landmarks, params.random_state
        self.landmarks = Landmarks(n_points, n, seed) if n and n < n_points else None
        self.note = ""
        self._run: Run | None = None

    @abstractmethod
    def _measured_points(self) -> np.ndarray:
        """Return what distances are measured in, float32 of shape (n_points, n_dims)."""

    @abstractmethod
    def _first_layout(self, points: np.ndarray) -> np.ndarray:
        """Return where all points stand before the first step."""

    @abstractmethod
    def _n_neighbors(self, n_points: int) -> int:
        """Return how many neighbors of each point are read."""

    @abstractmethod
    def _new_run(self, graph: NeighborGraph, start: Moment) -> Run:
        """Return the run; `start` is where an earlier attempt had come to, or the layout."""

    @abstractmethod
    def _placed(self, rows: np.ndarray, distances: np.ndarray) -> np.ndarray:
        """Return places among the landmarks for points whose nearest ones are given."""

    @property
    def _metric(self) -> Metric:
        """How the points are compared."""
        metric: Metric = self.params.metric
        return metric

    @property
    def last_stage(self) -> str:
        """What remains to be done after the last step."""
        return "" if self.landmarks is None else "Placing the other points"

    def prepare(self, start: Moment | None) -> None:
        """Lay the points out; `start` is where an earlier attempt had come to."""
        self._all = self._measured_points()
        self._layout = self._first_layout(self._all)
        self._points, chosen = self._all, self._layout
        if self.landmarks is not None:
            self._points, chosen = self._all[self.landmarks.rows], chosen[self.landmarks.rows]
        self._start = start or Moment(0, chosen)

    def find_neighbors(
        self, graphs: GraphStore, record: ProjectionRecord, progress: Callable[[float], None]
    ) -> None:
        """Read or compute the neighbor graph; says how good an approximate one is."""
        points, metric, threads = self._points, self._metric, self.threads
        seed = self.params.random_state

        def compute(k: int) -> NeighborGraph:
            return neighbor_graph(points, k, metric, threads=threads, seed=seed, progress=progress)

        key = graph_key(
            record,
            self.params.metric,
            pca_components=self.params.pca_components if self.reduces else None,
            landmarks=None if self.landmarks is None else [len(points), seed],
        )
        self._graph = graphs.get(key, self._n_neighbors(len(points)), compute)
        if self._graph.recall is not None:
            self.note = f"Neighbors are approximate: {self._graph.recall:.1%} of them were found."
        if self.landmarks is not None:
            self.landmarks.find_near(self._all, metric, threads)

    def begin(self) -> None:
        """Weigh the neighbors; from here on the run can be advanced."""
        self._run = self._new_run(self._graph, self._start)
        del self._graph

    def _codes(self) -> np.ndarray | None:
        """Return the class of every arranged point for supervision, or None without."""
        if self.params.supervise_by is None:
            return None
        codes = self.dataset.metadata.classes(self.params.supervise_by)[1]
        codes = codes if self.rows is None else codes[self.rows]
        return codes if self.landmarks is None else codes[self.landmarks.rows]

    @property
    def is_finished(self) -> bool:
        """Whether the last step is done."""
        return self._run is not None and self._run.is_finished

    @property
    def moment(self) -> Moment:
        """What the run goes on from."""
        return self._start if self._run is None else self._run.moment

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
        return self.landmarks.meanwhile(embedding, self._layout)

    def coordinates(self) -> np.ndarray:
        """Return the coordinates of all points, float32."""
        if self.landmarks is None or self.landmarks.near is None:
            return self.layout().astype(np.float32)
        others = self._placed(*self.landmarks.near)
        return self.landmarks.joined(self.moment.embedding, others).astype(np.float32)
