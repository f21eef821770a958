"""Opening files from outside in a child process, with bounded memory and time."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import data
from data import errors
from data.dataset import Column, Sprite
from data.errors import ChooseTensorError, LimitError, ProjectorError, ReadError
from data.limits import Limits
from data.readers.contract import ReadOptions

__all__ = [
    "ParseRequest",
    "Parsed",
    "ParsedMetadata",
    "ReadOptions",
    "Source",
    "cut_sprite",
    "parse",
    "parse_metadata",
]

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
# Signals by which a process dies that asked for more memory than there is.
MEMORY_SIGNALS = (signal.SIGKILL, signal.SIGABRT)


@dataclass(frozen=True)
class Source:
    """A file from outside: where its bytes are, and what the user calls it."""

    path: Path
    name: str


@dataclass(frozen=True)
class ParseRequest:
    """The files of one dataset, and how they are to be read.

    Attributes
    ----------
    thumbnail : width and height of one thumbnail of the sprite, in pixels
    """

    tensor: Source
    metadata: Source | None = None
    sprite: Source | None = None
    thumbnail: tuple[int, int] | None = None
    options: ReadOptions = field(default_factory=ReadOptions)


@dataclass(frozen=True)
class Parsed:
    """What was found; the arrays lie in the folder that was given."""

    columns: tuple[Column, ...]
    sprite: Sprite | None
    n_points: int
    n_dims: int
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ParsedMetadata:
    """Columns of a metadata file that was read on its own."""

    columns: tuple[Column, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


def parse(request: ParseRequest, out: Path, limits: Limits) -> Parsed:
    """Read the files of a dataset.

    Writes into `out`: tensor.npy (float32, C order, finite), metadata.parquet (string columns;
    absent when there are none) and sprite.png (absent without a usable sprite).

    Raises
    ------
    ReadError, ChooseTensorError, MetadataLengthError, LimitError
    """
    result = _run_child(
        {
            "tensor": _source(request.tensor),
            "metadata": _source(request.metadata),
            "sprite": _source(request.sprite),
            "thumbnail": request.thumbnail,
            "options": asdict(request.options),
        },
        request.tensor.name,
        out,
        limits,
    )
    return Parsed(
        columns=tuple(Column(**column) for column in result["columns"]),
        sprite=Sprite(**result["sprite"]) if result["sprite"] else None,
        n_points=result["n_points"],
        n_dims=result["n_dims"],
        warnings=tuple(result["warnings"]),
        notes=tuple(result["notes"]),
    )


def parse_metadata(
    source: Source, n_rows: int, out: Path, limits: Limits, kept_rows: Path | None = None
) -> ParsedMetadata:
    """Read the metadata of `n_rows` points and write metadata.parquet into `out`.

    `kept_rows` is the file that `parse` left beside a tensor some rows of which were left out;
    the metadata may then describe all rows of the tensor's file.
    """
    request = {
        "tensor": None,
        "metadata": _source(source),
        "n_rows": n_rows,
        "kept_rows": str(kept_rows.resolve()) if kept_rows else None,
    }
    result = _run_child(request, source.name, out, limits)
    return ParsedMetadata(
        columns=tuple(Column(**column) for column in result["columns"]),
        warnings=tuple(result["warnings"]),
        notes=tuple(result["notes"]),
    )


def cut_sprite(sheet: Path, sprite: Sprite, n_points: int, out: Path, limits: Limits) -> None:
    """Write the tiles of a stored sheet and their arrangement into `out`."""
    request = {"sheet": str(sheet.resolve()), "sprite": asdict(sprite), "n_points": n_points}
    _run_child(request, "the sheet of thumbnails", out, limits)


def _source(source: Source | None) -> dict[str, str] | None:
    return {"path": str(source.path.resolve()), "name": source.name} if source else None


def _run_child(request: dict[str, Any], name: str, out: Path, limits: Limits) -> dict[str, Any]:
    """Read in another process; its errors are raised here."""
    result_file = out.resolve() / "result.json"
    result_file.unlink(missing_ok=True)
    text = json.dumps({**request, "out": str(out.resolve()), "limits": asdict(limits)})
    environment = {key: os.environ[key] for key in PASSED_ON if key in os.environ}
    try:
        child = subprocess.run(
            [sys.executable, "-m", "data.readers.child"],
            input=text.encode(),
            cwd=PACKAGE_PARENT,
            env=environment | CHILD_ENVIRONMENT,
            capture_output=True,
            timeout=limits.parse_seconds,
            start_new_session=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_long(name, limits) from None
    if child.returncode == 0 and result_file.is_file():
        result: dict[str, Any] = json.loads(result_file.read_text())
        if "error" in result:
            raise _error(result, name, limits)
        return result
    logger.error(
        "reading %r ended with %s: %s", name, child.returncode, child.stderr.decode()[-4_000:]
    )
    raise _death(child.returncode, child.stderr, name, limits)


def _error(result: dict[str, Any], name: str, limits: Limits) -> ProjectorError:
    """Return the error that the child met."""
    if result["error"] == "MemoryError":
        return _too_much(name, limits)
    if result["error"] == ChooseTensorError.__name__:
        return ChooseTensorError(result["message"], result["choices"], result["hint"])
    kind = getattr(errors, result["error"])
    if not issubclass(kind, ProjectorError):
        raise TypeError(f"{result['error']} is no error of ours")
    error: ProjectorError = kind(result["message"], result["hint"])
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
        f"Reading {name} needs more memory than parse_memory, {limits.parse_memory} bytes.",
        hint="Open fewer points or dimensions, or ask for a higher limit.",
    )


def _too_long(name: str, limits: Limits) -> LimitError:
    return LimitError(
        f"Reading {name} took longer than parse_seconds, {limits.parse_seconds} seconds.",
        hint="Save it as .npy, which is read fastest, or ask for a higher limit.",
    )
