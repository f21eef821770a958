"""Jobs: who computes which projection, how far it is, and what people want it to do.

A job is a small record that workers, web processes and command lines share; it knows nothing of
how it was started. A worker holds a lease on its job, kept by a heartbeat; one that is silent and
whose process is gone has died, and the job is taken up once more from its last checkpoint. A
bounded number of jobs compute at a time; the kernel gives a slot back when its holder dies.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from diskcache import Cache

from data.errors import ConflictError, StorageError
from data.job import Job
from data.job_holders import lives
from data.limits import Limits
from data.projection import State
from data.stores.json_disk import JsonDisk
from data.stores.reserve import Reserve
from data.stores.sqlite_failures import is_full

# A worker that died once is resumed; the second time there is a reason to look for.
MAX_LOSSES = 1
# A process that is there may be late: the machine was suspended, or has no memory left. After so
# many leases it hangs.
SILENCES = 10
# Who followed a run that went on under another id is told so for this long.
SUPERSEDED_SECONDS = 7 * 86_400
# On a full disk, a job must still be able to say so.
RESERVE_BYTES = 2**20


class Jobs:
    """The jobs of a data directory; any number of processes may use it at the same time."""

    def __init__(self, root: Path, limits: Limits) -> None:
        self.directory = root / "jobs"
        self.lease = float(limits.lease_seconds)
        self.n_slots = limits.n_slots
        self.reserve = Reserve(self.directory / "jobs.reserve", RESERVE_BYTES)

    @cached_property
    def _records(self) -> Cache:
        # Nothing may be evicted, but unlike a bookmark, a job that is lost by a power cut can be
        # asked for again: syncing every frame's report would wait for the disk.
        return Cache(
            str(self.directory / "records"),
            disk=JsonDisk,
            disk_min_file_size=2**30,
            eviction_policy="none",
            cull_limit=0,
            sqlite_synchronous=1,
            sqlite_mmap_size=0,
        )

    def get(self, job_id: str) -> Job | None:
        """Return a job, or None."""
        record = self._records.get(job_id, retry=True)
        return None if record is None else Job.from_json(record)

    def all(self) -> list[Job]:
        """Return all jobs in the order of the queue."""
        found = (self.get(str(key)) for key in list(self._records.iterkeys()))
        return sorted((job for job in found if job), key=lambda job: (job.queued_at, job.id))

    def enqueue(self, job_id: str, **known: Any) -> bool:
        """Put a job into the queue; False when it is live already, so that one asks with others."""
        with self._changing():
            job = self.get(job_id)
            if job and job.state in ("queued", "running", "paused") and not job.superseded_by:
                return False
            self._put(Job(job_id, queued_at=time.time(), heartbeat=time.monotonic(), **known))
        self.reserve.keep()
        return True

    def claim(self, job_id: str, worker: str) -> Job | None:
        """Take the lease on a queued job; None when it is somebody else's or gone."""
        with self._changing():
            job = self.get(job_id)
            if job is None or job.state != "queued":
                return None
            if job.worker and self.is_alive(job):
                return None
            return self._put(
                replace(job, worker=worker, pid=os.getpid(), heartbeat=time.monotonic())
            )

    def update(self, job_id: str, holder: str, **changes: Any) -> Job | None:
        """Write what the worker `holder` has done; None when the lease is not its any more."""
        with self._changing():
            job = self.get(job_id)
            if job is None or job.worker != holder:
                return None
            return self._put(replace(job, heartbeat=time.monotonic(), **changes))

    def supersede(self, job_id: str, worker: str, successor: Job | None, by: str) -> bool:
        """End a job whose run went on, or ended, under another id; False without the lease."""
        with self._changing():
            job = self.get(job_id)
            if job is None or job.worker != worker:
                return False
            if successor:
                self._put(successor)
            self._put(replace(job, state="stopped", worker="", superseded_by=by, stage=""))
        return True

    def remove(self, job_id: str) -> None:
        """Forget a job; its worker notices by losing the lease."""
        self._records.delete(job_id, retry=True)

    def ask(self, job_id: str, what: str) -> Job:
        """Tell a job to pause, resume, stop or perturb.

        Raises
        ------
        ConflictError
            If it makes no sense in the present state.
        """
        allowed: dict[str, tuple[State, ...]] = {
            "pause": ("queued", "running"),
            "resume": ("paused", "running", "queued"),
            "stop": ("queued", "running", "paused"),
            "perturb": ("running", "paused"),
        }
        with self._changing():
            job = self.get(job_id)
            if job is None or job.superseded_by or job.state not in allowed[what]:
                state = job.state if job else "finished"
                raise ConflictError(f"This projection is {state}, so there is nothing to {what}.")
            if what == "stop" and job.state == "queued" and not job.n_frames:
                message = "It was stopped while it waited, so there is nothing to show."
                return self._put(replace(job, state="failed", message=message, worker=""))
            if what in ("pause", "resume"):
                return self._put(replace(job, pause=what == "pause"))
            if what == "stop":
                return self._put(replace(job, stop=True))
            return self._put(replace(job, perturb=True))

    def place(self, job: Job) -> int | None:
        """Return the place of a waiting job in the queue, from 1; None when it does not wait."""
        if job.state != "queued":
            return None
        waiting = [other.id for other in self.all() if other.state == "queued"]
        return waiting.index(job.id) + 1 if job.id in waiting else None

    def is_alive(self, job: Job) -> bool:
        """Whether the worker of a job has given a sign of life, or is only late with it."""
        if not job.is_silent(self.lease):
            return True
        return not job.is_silent(SILENCES * self.lease) and lives(self.directory, job.worker)

    def seen_state(self, job: Job) -> State:
        """Return the state as people see it: a worker that died without a word has lost its job."""
        works = job.state in ("running", "paused")
        return "lost" if works and not self.is_alive(job) else job.state

    def sweep(self, at_start: bool = False) -> list[str]:
        """Take jobs from workers that died; return those that need a process.

        Parameters
        ----------
        at_start : also return those that wait without a worker, whose process may just be starting
        """
        without_process = []
        for seen in self.all():
            with self._changing():
                job = self.get(seen.id)
                if job is None:
                    continue
                if job.superseded_by:
                    if time.time() - job.queued_at > SUPERSEDED_SECONDS:
                        self.remove(job.id)
                elif self.seen_state(job) == "lost":
                    self._put(self._after_loss(job))
                    without_process += [job.id] if job.losses < MAX_LOSSES else []
                elif job.state == "queued" and (
                    not self.is_alive(job) or (at_start and not job.worker)
                ):
                    self._put(replace(job, worker="", heartbeat=time.monotonic()))
                    without_process.append(job.id)
        return without_process

    def _after_loss(self, job: Job) -> Job:
        if job.losses >= MAX_LOSSES:
            message = (
                f"Its process died twice, the last time at iteration {job.iteration:,}. Perhaps "
                "the server ran out of memory."
            )
            return replace(job, state="failed", message=message, worker="", losses=job.losses + 1)
        message = f"Its process died at iteration {job.iteration:,}; it was resumed from there."
        return replace(
            job,
            state="queued",
            worker="",
            losses=job.losses + 1,
            message=message,
            heartbeat=time.monotonic(),
        )

    def take_slot(self, job_id: str) -> int | None:
        """Return a held slot if one is free and no other job has waited longer.

        It is a file descriptor: closing it, or the end of the process, gives the slot back.
        """
        return self._free_slot() if self._is_next(job_id) else None

    def _is_next(self, job_id: str) -> bool:
        for job in self.all():
            if job.id == job_id:
                return True
            if job.state == "queued" and job.worker and self.is_alive(job):
                return False
        return True

    def _free_slot(self) -> int | None:
        for i in range(self.n_slots):
            handle = os.open(self.directory / f"slot-{i}", os.O_RDWR | os.O_CREAT, 0o600)
            with suppress(BlockingIOError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return handle
            os.close(handle)
        return None

    @contextmanager
    def _changing(self) -> Iterator[None]:
        try:
            with self._records.transact(retry=True):
                yield
        except sqlite3.OperationalError as error:
            if not is_full(error):
                raise
            raise StorageError(
                "The server's disk is full; nothing was changed.",
                hint="Ask who runs the server to make room, then try again.",
            ) from error

    def _put(self, job: Job) -> Job:
        self._records.set(job.id, asdict(job), retry=True)
        return job
