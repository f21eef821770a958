"""Projections as people ask for them: computed once, watched while they run, shared by all."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from data.dataset import Dataset
from data.errors import ConflictError, NotFoundError, ParameterError
from data.job import Job
from data.jobs import Jobs
from data.limits import Limits
from data.projection import FINISHED, ID, LIVE, ProjectionRecord, thinned
from data.projections.methods import METHODS, compute
from data.projections.wanted import Wanted, check_wanted
from data.rows import Rows
from data.stores.datasets import DatasetStore
from data.stores.files import alone, write_json
from data.stores.frames import Frame, FrameStore
from data.stores.projections import ProjectionStore, now
from data.workers.processes import start_worker

# Longer computations leave the request and become a job.
AT_ONCE_SECONDS = 2.0
MORE_ITERATIONS = 250
MAX_NAME = 200
# A request is written before its job; after this time it has one.
ORPHAN_SECONDS = 60.0

GONE = "This projection is not on this server, or was deleted."


class Projections:
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
        self.root, self.datasets, self.limits = root, datasets, limits
        self.finished = ProjectionStore(root)
        self.jobs = Jobs(root, limits)
        self.frames = FrameStore(root)
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
            raise ParameterError(f"n_iter is {more!r}; it must be from 1 to 20,000.")
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

    def record(self, projection_id: str) -> ProjectionRecord:
        """Return the record of one projection; raises NotFoundError."""
        found = self._find(projection_id) if ID.fullmatch(projection_id) else None
        if found is None:
            raise NotFoundError(GONE, hint="Compute it again with the same parameters.")
        return found

    def current(self, projection_id: str) -> ProjectionRecord:
        """Return the record of a projection, or of what an intervention made of it.

        Raises NotFoundError.
        """
        try:
            record = self.record(projection_id)
        except NotFoundError:
            # Its job knew the successor only for a week; the successor knows its parent for good.
            for successor in self.finished.all():
                if successor.became_of(projection_id):
                    return successor
            raise
        return self.current(record.superseded_by) if record.superseded_by else record

    def _find(self, projection_id: str) -> ProjectionRecord | None:
        finished = self.finished.find(projection_id)
        if finished is not None:
            return finished
        job, request = self.jobs.get(projection_id), self.frames.request(projection_id)
        if job is None or request is None:
            # It may have been finished in between.
            return self.finished.find(projection_id)
        return self._of_job(job, ProjectionRecord.from_json(request["record"]))

    def _of_job(self, job: Job, asked: ProjectionRecord) -> ProjectionRecord:
        state = job.seen_state(self.jobs.lease)
        return replace(
            asked,
            state=state,
            iteration=job.iteration,
            n_frames=job.n_frames,
            kl_curve=thinned(list(job.curve)) or None,
            kl_divergence=job.curve[-1][1] if job.curve else None,
            message=" ".join(part for part in (asked.message, job.message) if part),
            stage=job.stage or None,
            place=self.jobs.place(job),
            seconds_left=job.seconds_left if state == "running" else None,
            superseded_by=job.superseded_by,
            duration=job.seconds,
        )

    def list(self, dataset_id: str) -> list[ProjectionRecord]:
        """Return the projections of a dataset, the newest first; superseded ones are left out."""
        found = {record.id: record for record in self.finished.all()}
        for job in self.jobs.all():
            if job.id not in found and not job.superseded_by and ID.fullmatch(job.id):
                record = self._find(job.id)
                if record is not None:
                    found[job.id] = record
        mine = [record for record in found.values() if record.dataset == dataset_id]
        return sorted(mine, key=lambda record: record.created_at, reverse=True)

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

    def coordinates(
        self, projection_id: str, components: Sequence[int] | None = None
    ) -> np.ndarray:
        """Return coordinates, float32 of shape (n_points, number of components).

        Raises
        ------
        ParameterError
            If a component does not exist.
        ConflictError
            If there are no coordinates (yet).
        """
        record = self.record(projection_id)
        if record.state not in FINISHED or record.superseded_by:
            raise ConflictError(f"This projection is {record.state}; it has no coordinates yet.")
        return self.finished.coordinates(projection_id, components)

    def frame(self, projection_id: str, after: int = -1) -> Frame | None:
        """Return the newest frame when it is newer than `after`; of a finished run, its end."""
        frame = self.frames.latest(projection_id, after)
        if frame is not None:
            return frame
        record = self.finished.find(projection_id)
        if record is None or record.n_frames - 1 <= after:
            return None
        values = self.finished.coordinates(projection_id)
        return Frame(
            record.n_frames - 1, record.iteration, values.shape[1], values.astype("<f4").tobytes()
        )

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
