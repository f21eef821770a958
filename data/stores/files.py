"""Writing so that a crash leaves the old or the new, never half of it."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from data.errors import StorageError


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn what the disk refuses into a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageError(
                "The server's disk is full; nothing was changed.",
                hint="Ask who runs the server to make room, then try again.",
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise StorageError(
                "The server may not write to its data directory; nothing was changed.",
                hint="Ask who runs the server to check its permissions.",
            ) from error
        raise


def sync_directory(directory: Path) -> None:
    """Make names that were created or renamed in a directory survive a power loss."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Make the content of a written file survive a power loss."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def write_bytes(path: Path, content: bytes) -> None:
    """Replace a file at once: temporary name, flush, fsync, rename, fsync of the directory."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    with storage_errors():
        try:
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
            sync_directory(path.parent)
        finally:
            temporary.unlink(missing_ok=True)


def write_json(path: Path, content: Any) -> None:
    """Replace a JSON file at once; NaN is refused because JSON has none."""
    write_bytes(path, json.dumps(content, allow_nan=False, ensure_ascii=False, indent=1).encode())


def touch(path: Path) -> None:
    """Note that something was used just now; it may be gone by then."""
    with suppress(FileNotFoundError):
        os.utime(path)


@contextmanager
def staging(parent: Path) -> Iterator[Path]:
    """Give an empty directory beside the finished ones; what is left in it is removed."""
    directory = parent / f".new-{secrets.token_hex(8)}"
    with storage_errors():
        directory.mkdir(mode=0o700)
        try:
            yield directory
        finally:
            shutil.rmtree(directory, ignore_errors=True)


def remove_directory(directory: Path) -> None:
    """Remove a directory, all at once for whoever looks; none there is fine."""
    aside = directory.with_name(f".new-{secrets.token_hex(8)}")
    with storage_errors(), suppress(FileNotFoundError):
        directory.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)


def remove_leftovers(parent: Path, before: float) -> None:
    """Remove what crashed processes have left of `staging` and `remove_directory`."""
    for path in parent.glob(".new-*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                shutil.rmtree(path, ignore_errors=True)


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold a directory across all server processes without waiting for it.

    Raises
    ------
    FileNotFoundError
        If it is not there.
    BlockingIOError
        If somebody else holds it.
    """
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            yield
        finally:
            # Closing is not enough while a child that was just started still has a copy.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


@contextmanager
def alone(directory: Path, name: str) -> Iterator[None]:
    """Hold a lock across all server processes, so that one works on a name and the rest wait.

    A few lock files are shared by all names and stay: unlinking one that others wait for would
    let two in.
    """
    share = hashlib.sha256(name.encode()).hexdigest()[:2]
    with (directory / f".lock-{share}").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def publish(directory: Path, final: Path) -> None:
    """Give a finished directory its name, after all of its files are on the disk."""
    for path in directory.iterdir():
        sync_file(path)
    sync_directory(directory)
    directory.rename(final)
    sync_directory(final.parent)
