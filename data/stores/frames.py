"""The newest layout of a job, for all who watch, and the checkpoint that it can go on from.

A frame is a state and no log: each replaces the one before, so a long run takes no more disk than
a short one, and who is slow skips.
"""

from __future__ import annotations

import json
import secrets
import shutil
import struct
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from data.projections.moment import Moment
from data.stores.files import storage_errors, write_json

HEADER = struct.Struct("<4I")


@dataclass(frozen=True)
class Frame:
    """A published layout: values are little-endian float32, row-major, n_dims per point."""

    number: int
    iteration: int
    n_dims: int
    values: bytes


class FrameStore:
    """The working directories of jobs: request, newest frame, checkpoint."""

    def __init__(self, root: Path) -> None:
        self.directory = root / "jobs" / "work"

    def open(self, job_id: str, request: dict[str, Any]) -> None:
        """Make the directory of a job; what an earlier attempt left there goes away."""
        folder = self.directory / job_id
        with storage_errors():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True, mode=0o700)
        write_json(folder / "request.json", request)

    def request(self, job_id: str) -> dict[str, Any] | None:
        """Return what was asked, or None when there is no such job."""
        try:
            found: dict[str, Any] = json.loads(
                (self.directory / job_id / "request.json").read_bytes()
            )
        except FileNotFoundError:
            return None
        return found

    def publish(self, job_id: str, number: int, iteration: int, layout: np.ndarray) -> None:
        """Replace the newest frame at once."""
        n_points, n_dims = layout.shape
        head = HEADER.pack(number, iteration, n_points, n_dims)
        self._replace(job_id, "frame", head + np.ascontiguousarray(layout, "<f4").tobytes())

    def latest(self, job_id: str, after: int = -1) -> Frame | None:
        """Return the newest frame if its number is above `after`, else None."""
        try:
            with (self.directory / job_id / "frame").open("rb") as file:
                number, iteration, _, n_dims = HEADER.unpack(file.read(HEADER.size))
                if number <= after:
                    return None
                return Frame(number, iteration, n_dims, file.read())
        except FileNotFoundError:
            return None

    def save_moment(self, job_id: str, moment: Moment) -> None:
        """Keep what the run can go on from."""
        folder = self.directory / job_id
        temporary = folder / f".moment.{secrets.token_hex(4)}.npz"
        with storage_errors():
            try:
                write_moment(temporary, moment)
                temporary.replace(folder / "moment.npz")
            finally:
                temporary.unlink(missing_ok=True)

    def moment(self, job_id: str) -> Moment | None:
        """Return the last checkpoint, or None."""
        return read_moment(self.directory / job_id / "moment.npz")

    def adopt(self, job_id: str, path: Path) -> None:
        """Let a new job start from the moment at which another one ended."""
        with storage_errors():
            shutil.copyfile(path, self.directory / job_id / "moment.npz")

    def strip(self, job_id: str) -> None:
        """Remove what takes room; the request stays."""
        for name in ("frame", "moment.npz"):
            (self.directory / job_id / name).unlink(missing_ok=True)

    def remove(self, job_id: str) -> None:
        """Remove all files of a job."""
        shutil.rmtree(self.directory / job_id, ignore_errors=True)

    def older_than(self, seconds: float) -> list[str]:
        """Return the jobs whose directory has not changed for a while."""
        if not self.directory.is_dir():
            return []
        limit = time.time() - seconds
        return [path.name for path in self.directory.iterdir() if path.stat().st_mtime < limit]

    def _replace(self, job_id: str, name: str, content: bytes) -> None:
        # Without fsync: after a power cut a frame can be computed again, and syncing would wait
        # for the disk several times a second.
        folder = self.directory / job_id
        temporary = folder / f".{name}.{secrets.token_hex(4)}"
        with storage_errors():
            try:
                temporary.write_bytes(content)
                temporary.replace(folder / name)
            finally:
                temporary.unlink(missing_ok=True)


def write_moment(path: Path, moment: Moment) -> None:
    """Write a moment as .npz; nothing in it is pickled."""
    np.savez(
        path,
        iteration=moment.iteration,
        embedding=moment.embedding,
        curve=np.array(moment.curve, np.float64).reshape(-1, 2),
        **moment.optimizer,  # type: ignore[arg-type]  # numpy names a switch beside the arrays
    )


def read_moment(path: Path) -> Moment | None:
    """Read a moment back; None when there is none."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            arrays = dict(kept)
    except FileNotFoundError:
        return None
    iteration, embedding, curve = (arrays.pop(name) for name in ("iteration", "embedding", "curve"))
    return Moment(int(iteration), embedding, arrays, [(int(i), float(kl)) for i, kl in curve])
