"""Processes that compute: how they are started, warmed up and told to save and end."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from data.jobs import Jobs

# What the process imports that workers are forked from, so that a job starts at once.
PRELOADED = ("data.workers.imports",)
# An empty file under jobs/, made by the first UMAP of a data directory.
UMAP_USED = "umap-used"


def worker_context(also: Sequence[str] = ()) -> Any:
    """Return how workers are made: forked from a small process of their own.

    A process forked from the web server would inherit its sockets, so that the port stayed taken
    after a crash, and locks of threads that it does not have.

    Parameters
    ----------
    also : further modules to import ahead; only what is told before the first worker counts
    """
    import multiprocess

    context = multiprocess.get_context("forkserver")
    context.set_forkserver_preload([*PRELOADED, *also])
    return context


def used_before(root: Path) -> tuple[str, ...]:
    """Return what to import ahead because people here use it: UMAP takes some seconds."""
    return ("data.workers.umap_imports",) if (root / "jobs" / UMAP_USED).exists() else ()


def warm_up(also: Sequence[str] = ()) -> None:
    """Start the process that workers are forked from; it imports in the background."""
    from multiprocess import forkserver

    worker_context(also)
    forkserver.ensure_running()


def start_worker(root: Path, projection_id: str) -> None:
    """Start a process that computes a projection, and do not wait for it."""
    from multiprocess import process

    from data.workers.worker import work

    worker = worker_context().Process(target=work, args=(str(root), projection_id))
    worker.start()
    # Else this process would wait for the worker before it ends.
    process._children.discard(worker)


def suspend_workers(jobs: Jobs) -> None:
    """Ask every worker to save and end; the next start of a server goes on from there."""
    for job in jobs.all():
        if job.worker and job.pid and not job.is_silent(jobs.lease):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(job.pid, signal.SIGTERM)
