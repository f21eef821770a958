"""Processes that compute: how they are started, warmed up and told to save and end."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from data.jobs import Jobs

# What the process imports that workers are forked from, so that a job starts at once. There is
# one such process for each of ours, so this list is one for all that is in ours.
_imported_ahead = ["data.workers.imports"]
# An empty file under jobs/, made by the first UMAP of a data directory.
UMAP_USED = "umap-used"
# An empty file under jobs/, touched when somebody looks at what a run would cost.
RUN_LIKELY = "run-likely"
LOOK_SECONDS = 0.25


def import_ahead(*modules: str) -> None:
    """Have workers find more modules imported; only what is told before the first one counts."""
    _imported_ahead.extend(module for module in modules if module not in _imported_ahead)


def worker_context() -> Any:
    """Return how workers are made: forked from a small process of their own.

    A process forked from the web server would inherit its sockets, so that the port stayed taken
    after a crash, and locks of threads that it does not have.
    """
    import multiprocess

    context = multiprocess.get_context("forkserver")
    context.set_forkserver_preload(_imported_ahead)
    return context


def used_before(root: Path) -> tuple[str, ...]:
    """Return what to import ahead because people here use it: UMAP takes some seconds."""
    return ("data.workers.umap_imports",) if (root / "jobs" / UMAP_USED).exists() else ()


def expect_run(root: Path) -> None:
    """Tell all processes of a data directory that somebody may press Run next."""
    # On a full disk a run starts a little later, that is all.
    with suppress(OSError):
        (root / "jobs" / RUN_LIKELY).touch()


def wait_for_interest(root: Path, seconds: float) -> None:
    """Return when a run is expected, which any process may have said, or after some seconds."""
    sign, deadline = root / "jobs" / RUN_LIKELY, time.monotonic() + seconds

    def told() -> int:
        return sign.stat().st_mtime_ns if sign.exists() else 0

    before = told()
    while told() == before and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)


def warm_up() -> None:
    """Start the process that workers are forked from; it imports in the background."""
    from multiprocess import forkserver

    worker_context()
    forkserver.ensure_running()


def cool_down() -> None:
    """End the process that workers are forked from; they themselves go on.

    It ends with this one, but while it imports, which takes seconds, it does not see that.
    """
    from multiprocess import forkserver

    running = forkserver._forkserver
    if running._forkserver_pid is None:
        return
    with suppress(ProcessLookupError):
        os.kill(running._forkserver_pid, signal.SIGTERM)
    running._stop()


def start_worker(root: Path, projection_id: str) -> None:
    """Have a process compute a projection, and wait for nothing.

    The first one waits for what workers are forked from, which imports for seconds.
    """
    threading.Thread(target=_start, args=(root, projection_id)).start()


def _start(root: Path, projection_id: str) -> None:
    from multiprocess import process

    from data.workers.worker import work

    worker = worker_context().Process(target=work, args=(str(root), projection_id))
    worker.start()
    # Else this process would wait for the worker before it ends.
    process._children.discard(worker)
    # One run is seldom the last, and another web process may be asked for the next.
    expect_run(root)


def suspend_workers(jobs: Jobs) -> None:
    """Ask every worker to save and end; the next start of a server goes on from there."""
    for job in jobs.all():
        if job.worker and job.pid and jobs.is_alive(job):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(job.pid, signal.SIGTERM)
