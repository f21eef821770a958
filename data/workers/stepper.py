"""A run of steps in a worker: frames, pauses, interventions, checkpoints, and its end."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from data.dataset import Dataset
from data.job import Job
from data.limits import Limits
from data.measuring import measure_new
from data.projection import ProjectionRecord, thinned
from data.projections.arrangement import Arrangement
from data.projections.moment import Moment
from data.projections.tsne_arrangement import TsneArrangement
from data.projections.umap_arrangement import UmapArrangement
from data.stores.frames import FrameStore
from data.stores.graphs import GraphStore
from data.stores.projections import ProjectionStore
from data.workers.processes import UMAP_USED
from data.workers.requested import parameters_of, rows_of
from data.workers.worker import LOOK_SECONDS, Lease, Slot

ARRANGEMENTS: dict[str, type[Arrangement]] = {"tsne": TsneArrangement, "umap": UmapArrangement}
# A checkpoint costs a few times a frame, and losing a second or two of work hurts nobody; where a
# death is noticed sooner than that, less.
CHECKPOINT_SECONDS = 2.0
CHECKPOINT_LEASES = 0.2
# Told to go on while others compute.
WAITING = "Waiting for a place to go on"


class Stopped(Exception):
    """People want what there is."""


class Stepper:
    """A run of steps: looks at its job between steps and does what people want."""

    def __init__(
        self,
        root: Path,
        limits: Limits,
        dataset: Dataset,
        record: ProjectionRecord,
        lease: Lease,
        slot: Slot,
        job: Job,
    ) -> None:
        self.limits, self.lease, self.slot = limits, lease, slot
        self.root, self.dataset, self.record = root, dataset, record
        self.frames, self.store = FrameStore(root), ProjectionStore(root)
        if record.method == "umap":
            (root / "jobs" / UMAP_USED).touch()
        self.arrangement: Arrangement = ARRANGEMENTS[record.method](
            dataset,
            rows_of(record),
            parameters_of(record),
            record.n_iterations,
            limits.threads_of_a_job,
        )
        self.graphs = GraphStore(root)
        self.n_frames = job.n_frames
        self.seconds = job.seconds
        self.message = job.message
        self._since = time.monotonic()
        self._saved_at = self._since
        self._rate: tuple[int, float] = (0, self._since)

    def run(self) -> None:
        """Compute until the end, or until people want something else."""
        try:
            self._prepare()
            while not self.arrangement.is_finished:
                self.arrangement.advance(self._watch)
                self._obey()
            self._finish("done", self.record)
        except Stopped:
            at = self.arrangement.moment.iteration
            stopped = self.record.after("stop", at)
            self._finish("stopped", stopped)

    def _prepare(self) -> None:
        """Show where the points start, then find their neighbors."""
        arrangement = self.arrangement
        self._report(stage="Reducing dimensions" if arrangement.reduces else "Reading")
        arrangement.prepare(self.frames.moment(self.lease.id))
        self._publish()
        self._report(stage="Finding neighbors")

        def progress(share: float) -> None:
            job = self._report(stage=f"Finding neighbors, {share:.0%}")
            if job.stop:
                raise Stopped

        arrangement.find_neighbors(self.graphs, self.record, progress)
        self._report(stage=arrangement.begin_stage)
        arrangement.begin()
        self._rate = (arrangement.moment.iteration, time.monotonic())
        self._report(stage="")

    def _watch(self, iteration: int, embedding: np.ndarray) -> bool:
        self._publish()
        lease = CHECKPOINT_LEASES * self.lease.jobs.lease
        if time.monotonic() - self._saved_at > min(CHECKPOINT_SECONDS, lease):
            self._save()
        job = self.lease.jobs.get(self.lease.id)
        if job is None or self.lease.is_told_to_end.is_set():
            return True
        return job.stop or job.pause or job.perturb

    def _obey(self) -> None:
        """Do what people want, between two slices; ends the work by an exception."""
        job = self._saving_report()
        while job.stop or job.perturb or job.pause or self.slot.handle is None:
            if job.stop:
                raise Stopped
            if job.perturb:
                self._perturb(job)
            elif not job.pause:
                self._go_on(job)
            elif self.slot.handle is not None:
                self._hold()
            else:
                time.sleep(LOOK_SECONDS)
            job = self._saving_report()

    def _hold(self) -> None:
        """Let others compute."""
        self._count_seconds()
        self._save()
        self.slot.give_back()
        self.lease.report(state="paused", seconds_left=None)

    def _go_on(self, job: Job) -> None:
        """Go on if there is a place, else say so and look again a little later."""
        if self.slot.try_take():
            self._since = time.monotonic()
            self._rate = (self.arrangement.moment.iteration, self._since)
            self.lease.report(state="running", stage="")
            return
        if job.stage != WAITING:
            self.lease.report(stage=WAITING)
        time.sleep(LOOK_SECONDS)

    def _perturb(self, job: Job) -> None:
        """Push the points; from here on it is another projection, under another id."""
        old, moment = self.record, self.arrangement.moment
        new = old.after("perturb", moment.iteration)
        self.arrangement.perturb()
        self.frames.open(new.id, {"record": new.to_json(), "limits": asdict(self.limits)})
        self.frames.save_moment(new.id, self.arrangement.moment)
        successor = replace(job, id=new.id, perturb=False)
        if not self.lease.jobs.supersede(old.id, self.lease.worker, successor, new.id):
            return
        self.lease.id, self.record = new.id, new
        self.frames.strip(old.id)
        self._publish()

    def _finish(self, state: Any, record: ProjectionRecord) -> None:
        arrangement = self.arrangement
        self._report(stage=arrangement.last_stage)
        coordinates = arrangement.coordinates()
        moment = arrangement.moment
        self._count_seconds()
        finished = replace(
            record,
            state=state,
            iteration=moment.iteration,
            n_frames=self.n_frames,
            kl_divergence=moment.kl_divergence,
            kl_curve=thinned(moment.curve),
            message=" ".join(p for p in (record.message, arrangement.note, self.message) if p),
            duration=self.seconds,
        )
        kept = self.store.keep(finished, coordinates, moment)
        measure_new(self.root, self.dataset, kept, self.limits.threads_of_a_job)
        if record.id == self.lease.id:
            self.lease.jobs.remove(record.id)
            self.frames.remove(record.id)
        else:
            self.lease.jobs.supersede(self.lease.id, self.lease.worker, None, record.id)
            self.frames.strip(self.lease.id)

    def _publish(self) -> None:
        """Write a frame, then tell of it."""
        moment = self.arrangement.moment
        layout = self.arrangement.layout()
        # Deleted while it runs: the next report tells.
        with suppress(FileNotFoundError):
            self.frames.publish(self.lease.id, self.n_frames, moment.iteration, layout)
        self.n_frames += 1
        self.lease.jobs.update(
            self.lease.id,
            self.lease.worker,
            state="running" if self.slot.handle is not None else "paused",
            iteration=moment.iteration,
            n_frames=self.n_frames,
            curve=thinned(moment.curve),
            seconds=round(self.seconds + time.monotonic() - self._since, 3),
            seconds_left=self._seconds_left(moment),
        )

    def _report(self, **changes: Any) -> Job:
        state = "running" if self.slot.handle is not None else "paused"
        return self.lease.report(state=state, **changes)

    def _saving_report(self) -> Job:
        """Report; when the process is to end, what it has is saved first."""
        if self.lease.is_told_to_end.is_set():
            self._save()
        return self.lease.report()

    def _save(self) -> None:
        self.frames.save_moment(self.lease.id, self.arrangement.moment)
        self._saved_at = time.monotonic()

    def _seconds_left(self, moment: Moment) -> float | None:
        first, since = self._rate
        done = moment.iteration - first
        if done <= 0:
            return None
        per_step = (time.monotonic() - since) / done
        return round(per_step * (self.record.n_iterations - moment.iteration), 1)

    def _count_seconds(self) -> None:
        now = time.monotonic()
        if self.slot.handle is not None:
            self.seconds += now - self._since
        self._since = now
