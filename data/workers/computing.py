"""What a worker does in its turn: a measurement, PCA in one go, or a run of steps."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from data.dataset import Dataset
from data.errors import NotFoundError
from data.job import Job
from data.limits import Limits
from data.measuring import measure_job, measure_new
from data.projection import ProjectionRecord
from data.projections.methods import METHODS, compute
from data.stores.datasets import DatasetStore
from data.stores.frames import FrameStore
from data.stores.projections import ProjectionStore
from data.workers.requested import parameters_of, rows_of
from data.workers.stepper import Stepper
from data.workers.worker import Lease, Slot


def compute_job(root: Path, limits: Limits, lease: Lease, slot: Slot, job: Job) -> None:
    """Compute the projection of a job that has its turn.

    Raises
    ------
    Interrupted
        If the process is to end; a checkpoint is on disk then.
    """
    frames, store = FrameStore(root), ProjectionStore(root)
    request = frames.request(lease.id)
    if request is None:
        raise NotFoundError("What was asked for is gone.")
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits.threads_of_a_job):
        if "measure" in request:
            return _measure(root, limits, lease, request)
        record = ProjectionRecord.from_json(request["record"])
        dataset = DatasetStore(root, limits).open(record.dataset)
        if METHODS[record.method].compute is not None:
            _compute_at_once(dataset, limits, record, lease, store, frames)
        else:
            Stepper(root, limits, dataset, record, lease, slot, job).run()


def _measure(root: Path, limits: Limits, lease: Lease, request: dict[str, Any]) -> None:
    lease.report(state="running", stage="Measuring how true the map is")

    def progress(share: float) -> None:
        lease.report(stage=f"Finding neighbors, {share:.0%}")

    measure_job(root, limits, request, limits.threads_of_a_job, progress)
    lease.jobs.remove(lease.id)
    FrameStore(root).remove(lease.id)


def _compute_at_once(
    dataset: Dataset,
    limits: Limits,
    record: ProjectionRecord,
    lease: Lease,
    store: ProjectionStore,
    frames: FrameStore,
) -> None:
    started = time.monotonic()
    lease.report(state="running", stage="Computing")
    result = compute(record.method, dataset, rows_of(record), parameters_of(record), limits)
    done = replace(
        record,
        state="done",
        explained_variance_ratio=result.explained_variance_ratio,
        message=" ".join(part for part in (record.message, result.message) if part),
        duration=time.monotonic() - started,
    )
    kept = store.keep(done, result.coordinates)
    measure_new(store.directory.parent, dataset, kept, threads=1)
    lease.jobs.remove(lease.id)
    frames.remove(lease.id)
