"""Who computes: a lock for every worker, which the kernel gives back when its process dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


def hold(directory: Path, worker: str) -> int:
    """Take a worker's own lock; return the file descriptor that holds it."""
    handle = os.open(_path(directory, worker), os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return handle


def let_go(directory: Path, worker: str, handle: int) -> None:
    """Give it back; what is left of it goes."""
    _path(directory, worker).unlink(missing_ok=True)
    os.close(handle)


def lives(directory: Path, worker: str) -> bool:
    """Whether the process of a worker is there; what a dead one has left goes."""
    path = _path(directory, worker)
    try:
        handle = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    path.unlink(missing_ok=True)
    return False


def _path(directory: Path, worker: str) -> Path:
    return directory / f"worker-{worker}"
