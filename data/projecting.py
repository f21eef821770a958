"""Projections as people ask for them: computed once, watched while they run, shared by all."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from data.dataset import Dataset
from data.errors import ConflictError, ParameterError
from data.known_projections import KnownProjections
from data.limits import Limits
from data.projection import FINISHED, LIVE, ProjectionRecord
from data.projections.methods import METHODS, compute
from data.projections.wanted import Wanted, check_wanted
from data.rows import Rows
from data.stores.datasets import DatasetStore
from data.stores.files import alone, write_json
from data.stores.projections import now
from data.workers.processes import start_worker

# Longer computations leave the request and become a job.
AT_ONCE_SECONDS = 2.0
MORE_ITERATIONS = 250
MAX_NAME = 200
# A request is written before its job; after this time it has one.
ORPHAN_SECONDS = 60.0


class Projections(KnownProjections):
    """All projections of a data directory, finished and running.

    Parameters
    ----------
    start : starts a process that computes; takes (data directory, projection id)
    """

    def __init__(
        self,
        root: Path,
        datasets: DatasetStore,
        limits: Limits,
        start: Callable[[Path, str], None] = start_worker,
    ) -> None:
        super().__init__(root, limits)
        self.root, self.datasets, self.limits = root, datasets, limits
        self._start = start

    def request(
        self,
        dataset_id: str,
        method: str = "pca",
        parameters: dict[str, Any] | None = None,
        rows: Rows | None = None,
        author: str = "",
        start: bool = True,
    ) -> ProjectionRecord:
        """Return the projection that was asked for, and see to it that it is computed.

        What takes less than two seconds is computed before this returns; equal requests wait for
        it. Anything longer becomes a job, which equal requests join.

        Parameters
        ----------
        author : the name of who asks; may be empty
        start : whether to start a process for a new job; else the caller does, by `start`

        Raises
        ------
        ParameterError
            If method, parameters or rows are not legal for this dataset, or the host cannot do it.
        """
        wanted = self.wanted(dataset_id, method, parameters, rows)
        record = replace(wanted.record, author=author[:MAX_NAME])
        with alone(self.finished.directory, record.id):
            found = self.finished.find(record.id)
            if found is not None:
                return found
            if METHODS[method].compute and wanted.cost.seconds <= AT_ONCE_SECONDS:
                return self._compute(record, wanted)
            is_new = self._enqueue(record)
        if is_new and start:
            self.start(record.id)
        return self.record(record.id)

    def wanted(
        self,
        dataset_id: str,
        method: str,
        parameters: dict[str, Any] | None = None,
        rows: Rows | None = None,
    ) -> Wanted:
        """Check a request without computing anything; see `request`."""
        dataset = self.datasets.open(dataset_id).record
        return check_wanted(dataset, method, parameters or {}, rows, self.limits)

    def _compute(self, record: ProjectionRecord, wanted: Wanted) -> ProjectionRecord:
        started = time.monotonic()
        dataset: Dataset = self.datasets.open(record.dataset)
        rows = None if wanted.rows is None else np.asarray(wanted.rows, np.int64)
        result = compute(record.method, dataset, rows, wanted.parameters, self.limits)
        message = " ".join(part for part in (record.message, result.message) if part)
        ratio = result.explained_variance_ratio
        done = replace(record, explained_variance_ratio=ratio, message=message)
        done = replace(done, duration=time.monotonic() - started)
        return self.finished.keep(done, result.coordinates)

    def _enqueue(self, record: ProjectionRecord, moment: Path | None = None) -> bool:
        """Make a job unless there is a live one; the caller holds the lock of the id."""
        job = self.jobs.get(record.id)
        if job and job.state in LIVE and not job.superseded_by:
            return False
        record = replace(record, created_at=now())
        self.frames.open(record.id, {"record": record.to_json(), "limits": asdict(self.limits)})
        if moment is not None:
            self.frames.adopt(record.id, moment)
        return self.jobs.enqueue(record.id, iteration=record.iteration)

    def start(self, projection_id: str) -> None:
        """Start a process for a job; harmless when there is one."""
        self._start(self.root, projection_id)

    def run_on(
        self, projection_id: str, more: int = MORE_ITERATIONS, author: str = "", start: bool = True
    ) -> ProjectionRecord:
        """Go on from where a finished run ended, under an id of its own.

        Raises
        ------
        ConflictError
            If it is not finished, or has no steps.
        """
        if type(more) is not int or not 1 <= more <= 20_000:
            raise ParameterError(f"Iterations (n_iter) is {more!r}; it must be from 1 to 20,000.")
        parent = self.record(projection_id)
        moment = self.finished.moment_path(parent.id)
        if parent.state not in FINISHED or moment is None:
            raise ConflictError(
                f"This projection is {parent.state}; only a finished run of steps can go on."
            )
        record = replace(parent.after("continue", parent.iteration, more), author=author)
        with alone(self.finished.directory, record.id):
            found = self.finished.find(record.id)
            if found is not None:
                return found
            is_new = self._enqueue(replace(record, state="queued", n_frames=0), moment)
        if is_new and start:
            self.start(record.id)
        return self.record(record.id)

    def ask(self, projection_id: str, what: str) -> ProjectionRecord:
        """Pause, resume, stop or perturb a running projection."""
        self.record(projection_id)
        self.jobs.ask(projection_id, what)
        return self.record(projection_id)

    def rename(self, projection_id: str, name: str) -> ProjectionRecord:
        """Give a projection a name that people see."""
        if not isinstance(name, str) or len(name) > MAX_NAME:
            raise ParameterError(f"A name must have at most {MAX_NAME} characters.")
        record = self.record(projection_id)
        if record.state in FINISHED and not record.superseded_by:
            return self.finished.rename(record, name.strip())
        request = self.frames.request(projection_id)
        if request is not None:
            request["record"]["name"] = name.strip()
            path = self.frames.directory / projection_id / "request.json"
            write_json(path, request)
        return self.record(projection_id)

    def delete(self, projection_id: str) -> ProjectionRecord:
        """Remove a projection, ending it when it runs; the same request computes it again."""
        record = self.record(projection_id)
        self.jobs.remove(projection_id)
        self.frames.remove(projection_id)
        if self.finished.find(projection_id) is not None:
            self.finished.remove(projection_id)
        return record

    def sweep(self, at_start: bool = False) -> None:
        """Resume jobs whose process died, and start those that wait without one."""
        for job in self.jobs.all():
            # A worker may die between keeping its result and saying so.
            if not job.superseded_by and self.finished.find(job.id) is not None:
                self.jobs.remove(job.id)
                self.frames.remove(job.id)
        for job_id in self.jobs.sweep(at_start):
            self.start(job_id)
        for job_id in self.frames.older_than(ORPHAN_SECONDS):
            if self.jobs.get(job_id) is None:
                self.frames.remove(job_id)
