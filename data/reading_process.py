"""The child process that reads files from outside: started, watched, its errors raised here."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import data
from data import errors
from data.errors import (
    ChooseTensorError,
    ConflictError,
    LimitError,
    ProjectorError,
    ReadError,
)
from data.limits import Limits
from data.readers.contract import choices_from_json

logger = logging.getLogger(__name__)

PACKAGE_PARENT = Path(data.__file__).resolve().parent.parent
# The child gets what it needs to start, and none of the server's other settings.
PASSED_ON = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "TMPDIR")
# One thread each, and memory that is given back: the limit counts what is reserved.
CHILD_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "PYTHONUTF8": "1",
}
# How often somebody who gave up is noticed.
SECONDS_BETWEEN_LOOKS = 0.25
# Signals by which a process dies that asked for more memory than there is.
MEMORY_SIGNALS = (signal.SIGKILL, signal.SIGABRT)


def always() -> bool:
    """Say that what is being read is wanted."""
    return True


def run_child(
    request: dict[str, Any],
    name: str,
    out: Path,
    limits: Limits,
    is_wanted: Callable[[], bool] = always,
    descriptors: Sequence[int] = (),
) -> dict[str, Any]:
    """Read in another process; its errors are raised here.

    Parameters
    ----------
    request : what `data.readers.parse.run` is asked
    name : of the file it is about
    out : where the results go
    is_wanted : asked now and then; reading ends when it says no
    descriptors : open files that it inherits
    """
    result_file = out.resolve() / "result.json"
    result_file.unlink(missing_ok=True)
    text = json.dumps({**request, "out": str(out.resolve()), "limits": asdict(limits)})
    environment = {key: os.environ[key] for key in PASSED_ON if key in os.environ}
    with subprocess.Popen(
        [sys.executable, "-m", "data.readers.child"],
        cwd=PACKAGE_PARENT,
        env=environment | CHILD_ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=descriptors,
        start_new_session=True,
    ) as child:
        try:
            stderr = _wait(child, text.encode(), name, limits, is_wanted)
        except BaseException:
            child.kill()
            raise
    if child.returncode == 0 and result_file.is_file():
        result: dict[str, Any] = json.loads(result_file.read_text())
        if "error" in result:
            raise _error(result, name, limits)
        return result
    logger.error("reading %r ended with %s: %s", name, child.returncode, stderr.decode()[-4_000:])
    raise _death(child.returncode, stderr, name, limits)


def _wait(
    child: subprocess.Popen[bytes],
    text: bytes,
    name: str,
    limits: Limits,
    is_wanted: Callable[[], bool],
) -> bytes:
    """Give a child its request and wait for its end; return what it said of errors."""
    deadline = time.monotonic() + limits.parse_seconds
    unsent: bytes | None = text
    while True:
        try:
            return child.communicate(unsent, timeout=SECONDS_BETWEEN_LOOKS)[1]
        except subprocess.TimeoutExpired:
            unsent = None
        if time.monotonic() > deadline:
            raise _too_long(name, limits)
        if not is_wanted():
            raise ConflictError(f"Reading {name} was stopped.")


def _error(result: dict[str, Any], name: str, limits: Limits) -> ProjectorError:
    """Return the error that the child met."""
    if result["error"] == "MemoryError":
        return _too_much(name, limits)
    kind = getattr(errors, result["error"])
    if not issubclass(kind, ProjectorError):
        raise TypeError(f"{result['error']} is no error of ours")
    error: ProjectorError
    if kind is ChooseTensorError:
        error = ChooseTensorError(result["message"], result["choices"], result["hint"])
    else:
        error = kind(result["message"], result["hint"], choices_from_json(result["choices_left"]))
    error.part = result["part"]
    return error


def _death(returncode: int, stderr: bytes, name: str, limits: Limits) -> ProjectorError:
    """Return why a child ended without an answer."""
    if -returncode == signal.SIGXCPU:
        return _too_long(name, limits)
    # Imports under a low limit fail in their own ways before the child can say so.
    if -returncode in MEMORY_SIGNALS or b"MemoryError" in stderr or b"allocate" in stderr:
        return _too_much(name, limits)
    kind = Path(name).suffix or "a known format"
    return ReadError(
        f"{name} could not be read as {kind}.",
        hint="Save it again, or in another format; the server's log has the details.",
    )


def _too_much(name: str, limits: Limits) -> LimitError:
    return LimitError(
        f"Reading {name} needs more memory than parse_memory, {limits.parse_memory:,} bytes.",
        hint="Open fewer points or dimensions, or ask for a higher limit.",
    )


def _too_long(name: str, limits: Limits) -> LimitError:
    return LimitError(
        f"Reading {name} took longer than parse_seconds, {limits.parse_seconds:,} seconds.",
        hint="Save it as .npy, which is read fastest, or ask for a higher limit.",
    )
