"""How true each map is: measured once, at once where that is quick, else by a worker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from data.dataset import Dataset
from data.errors import ParameterError
from data.limits import Limits
from data.neighbor_graph import MAX_EXACT, NeighborGraph, neighbor_graph
from data.neighbors import Metric
from data.projecting import Projections
from data.projection import FINISHED, ProjectionRecord
from data.quality import (
    MAX_DISTANCES,
    MIN_SAMPLED,
    N_NEIGHBORS,
    N_SAMPLED,
    measure_quality,
    preservation,
)
from data.rows import decode_rows
from data.stores.datasets import DatasetStore
from data.stores.files import alone
from data.stores.graphs import GraphStore, graph_key
from data.stores.projections import ProjectionStore
from data.stores.qualities import MAX_SHOWN, QualityStore

# Longer measurements leave the request and become a job.
AT_ONCE_SECONDS = 2.0

Found = TypeVar("Found")


@dataclass(frozen=True)
class Pending:
    """A measurement that a worker has to do: its state, and its place in the queue."""

    state: str
    place: int | None = None
    message: str = ""


def shown_components(record: ProjectionRecord) -> tuple[int, ...]:
    """Return the components that a projection shows unless people choose others."""
    return tuple(range(min(MAX_SHOWN, record.n_components)))


def metric_of(record: ProjectionRecord) -> Metric:
    """Return the metric that the map was made by; Euclidean where it was made by none."""
    return "cosine" if record.parameters.get("metric") == "cosine" else "euclidean"


class Measuring:
    """The truth figures of the projections of a data directory."""

    def __init__(self, root: Path, projections: Projections, limits: Limits) -> None:
        self.root, self.projections, self.limits = root, projections, limits
        self.qualities = QualityStore(root)

    def quality(
        self, record: ProjectionRecord, components: Sequence[int]
    ) -> dict[str, Any] | Pending:
        """Return the scores of a finished map, or what has become of measuring them."""
        _check(record, components)

        def find() -> dict[str, Any] | None:
            return self.qualities.find(record.id, components)

        n_dims = self.projections.datasets.record(record.dataset).n_dims
        is_quick = quality_seconds(record.n_points, n_dims) <= AT_ONCE_SECONDS
        return self._found(record, components, "quality", find, is_quick)

    def measured(self, record: ProjectionRecord) -> ProjectionRecord:
        """Return the record with its scores, where they are known or quickly found."""
        n_dims = self.projections.datasets.record(record.dataset).n_dims
        is_quick = quality_seconds(record.n_points, n_dims) <= AT_ONCE_SECONDS
        if record.quality or record.state not in FINISHED or record.superseded_by or not is_quick:
            return record
        found = self.quality(record, shown_components(record))
        return record if isinstance(found, Pending) else replace(record, quality=found)

    def preservation(
        self, record: ProjectionRecord, components: Sequence[int]
    ) -> np.ndarray | Pending:
        """Return the share of neighbors that each point keeps, float32 (n_points,)."""
        _check(record, components)

        def find() -> np.ndarray | None:
            return self.qualities.preservation(record.id, components)

        n_dims = self.projections.datasets.record(record.dataset).n_dims
        is_quick = graph_seconds(record.n_points, n_dims) <= AT_ONCE_SECONDS
        return self._found(record, components, "preservation", find, is_quick)

    def _found(
        self,
        record: ProjectionRecord,
        components: Sequence[int],
        what: str,
        find: Callable[[], Found | None],
        is_quick: bool,
    ) -> Found | Pending:
        found = find()
        if found is not None:
            return found
        if not is_quick:
            return self._pending(record, components, what, find)
        with alone(self.qualities.directory, f"{record.id}-{what}"):
            found = find()
            if found is None:
                dataset = self.projections.datasets.open(record.dataset)
                measure(self.root, dataset, record, components, what, threads=1)
                found = find()
        return found if found is not None else Pending("failed", message="It was deleted.")

    def _pending(
        self,
        record: ProjectionRecord,
        components: Sequence[int],
        what: str,
        find: Callable[[], Found | None],
    ) -> Found | Pending:
        jobs, frames = self.projections.jobs, self.projections.frames
        job_id = measuring_id(record.id, components, what)
        job = jobs.get(job_id)
        if job is not None and job.state == "failed":
            # Who asks again starts anew.
            jobs.remove(job_id)
            frames.remove(job_id)
            return Pending("failed", message=job.message)
        if job is None:
            found = find()
            if found is not None:
                return found
            asked = {"measure": what, "projection": record.id, "components": list(components)}
            with alone(self.qualities.directory, job_id):
                if jobs.get(job_id) is None:
                    frames.open(job_id, {**asked, "limits": asdict(self.limits)})
                    jobs.enqueue(job_id)
                    self.projections.start(job_id)
            job = jobs.get(job_id)
        return Pending(job.state, jobs.place(job)) if job else Pending("running")


def measuring_id(projection_id: str, components: Sequence[int], what: str) -> str:
    """Return the id of the job that measures; never one of a projection."""
    text = f"{projection_id} {what} {','.join(map(str, components))}"
    return "m" + sha256(text.encode()).hexdigest()[:20]


def measure(
    root: Path,
    dataset: Dataset,
    record: ProjectionRecord,
    components: Sequence[int],
    what: str,
    threads: int,
    progress: Callable[[float], None] = lambda share: None,
) -> None:
    """Measure a finished map and keep what was found.

    Parameters
    ----------
    what : "quality" for the scores of the map, "preservation" for those of every point
    """
    coordinates = ProjectionStore(root).coordinates(record.id, components)
    rows = None if record.rows is None else np.asarray(decode_rows(record.rows), np.int64)
    store, metric = QualityStore(root), metric_of(record)
    if what == "quality":
        found = measure_quality(dataset.tensor, coordinates, rows, metric=metric)
        scores = found.to_json() if found else {"n_sampled": 0}
        store.keep(record.id, components, {**scores, "components": list(components)})
        return
    k = min(N_NEIGHBORS, (record.n_points - 1) // 2)
    if k < 1:
        kept = np.ones(record.n_points, np.float32)
        return store.keep_preservation(record.id, components, kept)

    def compute(k: int) -> NeighborGraph:
        points = np.asarray(dataset.tensor if rows is None else dataset.tensor[rows])
        return neighbor_graph(points, k, metric, threads=threads, progress=progress)

    graph = GraphStore(root).get(graph_key(record, metric), k, compute)
    store.keep_preservation(record.id, components, preservation(graph.rows, coordinates, threads))


def measure_new(root: Path, dataset: Dataset, record: ProjectionRecord, threads: int) -> None:
    """Measure a map that has just been finished, and that people may be asking about already."""
    store, shown = QualityStore(root), shown_components(record)
    is_quick = quality_seconds(record.n_points, dataset.record.n_dims) <= AT_ONCE_SECONDS
    # What is quick is measured in a request, too: one of the two waits for the other.
    with alone(store.directory, f"{record.id}-quality") if is_quick else nullcontext():
        if store.find(record.id, shown) is None:
            measure(root, dataset, record, shown, "quality", threads)


def measure_job(
    root: Path,
    limits: Limits,
    request: dict[str, Any],
    threads: int,
    progress: Callable[[float], None],
) -> None:
    """Do what a worker was asked to measure; a map that was deleted meanwhile needs nothing."""
    record = ProjectionStore(root).find(str(request["projection"]))
    if record is not None:
        dataset = DatasetStore(root, limits).open(record.dataset)
        components, what = request["components"], request["measure"]
        measure(root, dataset, record, components, what, threads, progress)


def quality_seconds(n_points: int, n_dims: int) -> float:
    """Estimate how long the scores of a map take; measured on two cores."""
    n_sampled = min(N_SAMPLED, n_points, max(MIN_SAMPLED, MAX_DISTANCES // max(1, n_points)))
    return n_sampled * n_points * (1.5e-8 + 2.5e-11 * n_dims) + 1e-8 * n_points * n_dims


def graph_seconds(n_points: int, n_dims: int) -> float:
    """Estimate how long the neighbors of all points take with one thread."""
    if n_points > MAX_EXACT:
        return float("inf")
    return n_points**2 * (2e-8 + 8e-11 * n_dims)


def _check(record: ProjectionRecord, components: Sequence[int]) -> None:
    if record.state not in FINISHED or record.superseded_by:
        raise ParameterError(f"This projection is {record.state}; there is no map to measure yet.")
    wrong = [c for c in components if not 0 <= c < record.n_components]
    if wrong or not 1 <= len(components) <= MAX_SHOWN:
        raise ParameterError(
            f"components must be 1 to {MAX_SHOWN} numbers from 0 to {record.n_components - 1:,}."
        )
