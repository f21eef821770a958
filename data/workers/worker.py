"""The worker: computes one projection, given a data directory and an id, and reports to its job."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

from data.compiled import keep_compiled_code
from data.errors import ProjectorError
from data.job import Job
from data.job_holders import hold, let_go
from data.jobs import Jobs
from data.limits import Limits
from data.projection import JOB_ID
from data.stores.frames import FrameStore
from data.stores.sqlite_failures import is_full
from data.workers.memory import keep_freed_memory

log = logging.getLogger(__name__)

# How soon a waiting or paused worker sees that it may go on.
LOOK_SECONDS = 0.2
MAX_LOG_BYTES = 2**20


class Interrupted(Exception):
    """The work ends here without a result: told to save and end, or the lease was lost."""


class Lease:
    """A worker's hold on its job: every report renews it, and a thread does in between.

    A lock says that its process is there, however late it may be.
    """

    def __init__(self, jobs: Jobs, job_id: str) -> None:
        self.jobs = jobs
        self.id = job_id
        self.worker = secrets.token_hex(8)
        self.is_told_to_end = threading.Event()
        self._lock: int | None = None

    def claim(self) -> Job | None:
        """Take the lease, or return None."""
        # Without it, as on a full disk, only the heartbeat tells.
        with suppress(OSError):
            self._lock = hold(self.jobs.directory, self.worker)
        job = self.jobs.claim(self.id, self.worker)
        if job is None:
            self.let_go()
        return job

    def let_go(self) -> None:
        """Give back the lock; the work is over."""
        if self._lock is not None:
            let_go(self.jobs.directory, self.worker, self._lock)
            self._lock = None

    def report(self, **changes: Any) -> Job:
        """Write progress and return what people want.

        Raises
        ------
        Interrupted
            If the job was taken away, or the process was told to end.
        """
        job = self.jobs.update(self.id, self.worker, **changes)
        if job is None or self.is_told_to_end.is_set():
            raise Interrupted
        return job

    @contextmanager
    def kept_alive(self) -> Iterator[None]:
        """Renew the lease from a thread, for work that takes long without a report."""
        done = threading.Event()

        def beat() -> None:
            while not done.wait(self.jobs.lease / 4):
                # A busy disk is no reason to give up; the next beat may get through.
                with suppress(Exception):
                    self.jobs.update(self.id, self.worker)

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


class Slot:
    """One of the places to compute; given back while a job is paused."""

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self.handle: int | None = None

    def take(self) -> None:
        """Wait for a place.

        Raises
        ------
        Interrupted
            If the job was taken away meanwhile, or the process was told to end.
        """
        while not self.try_take():
            time.sleep(LOOK_SECONDS)
            # A sign of life now and then is enough, and the thread gives it.
            job = self.lease.jobs.get(self.lease.id)
            if job is None or job.worker != self.lease.worker:
                raise Interrupted
            if self.lease.is_told_to_end.is_set():
                raise Interrupted

    def try_take(self) -> bool:
        """Take a place if it is this job's turn; whether it has one."""
        if self.handle is None:
            self.handle = self.lease.jobs.take_slot(self.lease.id)
        return self.handle is not None

    def give_back(self) -> None:
        """Let another job compute."""
        if self.handle is not None:
            os.close(self.handle)
            self.handle = None


def work(data_dir: str, projection_id: str) -> None:
    """Compute a projection that was asked for, in a process of its own; errors go to its job.

    Returns at once when somebody else is computing it.
    """
    root = Path(data_dir)
    frames = FrameStore(root)
    # The id comes from a browser, and names a directory.
    request = frames.request(projection_id) if JOB_ID.fullmatch(projection_id) else None
    if request is None:
        return
    known = {f.name for f in fields(Limits)}
    limits = Limits(**{k: v for k, v in request["limits"].items() if k in known})
    lease = Lease(Jobs(root, limits), projection_id)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: lease.is_told_to_end.set())
    _settle(root)
    job = lease.claim()
    if job is None:
        return
    slot = Slot(lease)
    try:
        with lease.kept_alive():
            slot.take()
            # Imported when it is this job's turn: a waiting process stays small.
            from data.workers.computing import compute_job

            keep_freed_memory()
            compute_job(root, limits, lease, slot, job)
    except Interrupted:
        lease.jobs.update(lease.id, lease.worker, state="queued", worker="", stage="")
    except Exception as error:
        _fail(lease, frames, error)
    finally:
        slot.give_back()
        lease.let_go()


def _fail(lease: Lease, frames: FrameStore, error: Exception) -> None:
    """Tell the job why it ended; details go to the log."""
    if is_full(error):
        # What is not needed any more makes room for the message.
        frames.strip(lease.id)
        lease.jobs.reserve.release()
    with suppress(Exception):
        lease.jobs.update(
            lease.id, lease.worker, state="failed", worker="", stage="", message=_sentence(error)
        )


def _sentence(error: Exception) -> str:
    if is_full(error):
        return "The server's disk is full. Ask who runs the server to make room, then run it again."
    if isinstance(error, ProjectorError):
        return f"{error.message} {error.hint}".strip()
    if isinstance(error, MemoryError):
        return "The server ran out of memory. Isolate fewer points, or lower the perplexity."
    error_id = secrets.token_hex(4)
    log.error("error %s in a job", error_id, exc_info=error)
    return f"Something went wrong on the server (log id {error_id})."


def _settle(root: Path) -> None:
    """Become a process that nobody waits for: own session, no terminal."""
    with suppress(OSError):
        os.setsid()
        # Where Linux shares out the cores by session, the priority of ours counts, not that of the
        # process: see autogroup in sched(7). The pages come first.
        Path("/proc/self/autogroup").write_text(str(os.nice(0)))
    keep_compiled_code()
    path = root / "jobs" / "worker.log"
    if path.exists() and path.stat().st_size > MAX_LOG_BYTES:
        path.unlink(missing_ok=True)
    nowhere = os.open(os.devnull, os.O_RDWR)
    errors = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    # The server's output may be a pipe that its supervisor reads to the end.
    for descriptor, target in ((0, nowhere), (1, nowhere), (2, errors)):
        os.dup2(target, descriptor)
    logging.basicConfig(format="%(asctime)s [%(process)d] %(levelname)s %(name)s: %(message)s")
