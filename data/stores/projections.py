"""Finished projections on disk: coordinates that never change under an id."""

from __future__ import annotations

import errno
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from data.errors import NotFoundError, ParameterError
from data.projection import ID, ProjectionRecord
from data.projections.moment import Moment
from data.stores.files import publish, remove_directory, staging, touch, write_json
from data.stores.frames import write_moment
from data.stores.qualities import MAX_SHOWN, QualityStore


class ProjectionStore:
    """Projections under `root`/projections."""

    def __init__(self, root: Path) -> None:
        self.directory = root / "projections"
        self.qualities = QualityStore(root)

    def find(self, projection_id: str) -> ProjectionRecord | None:
        """Return the record of a finished projection, or None."""
        if not ID.fullmatch(projection_id):
            return None
        try:
            text = (self.directory / projection_id / "projection.json").read_bytes()
        except FileNotFoundError:
            return None
        record = ProjectionRecord.from_json(json.loads(text))
        shown = range(min(MAX_SHOWN, record.n_components))
        return replace(record, quality=self.qualities.find(record.id, shown))

    def all(self) -> list[ProjectionRecord]:
        """Return the records of all finished projections."""
        found = (self.find(path.parent.name) for path in self.directory.glob("p*/projection.json"))
        return [record for record in found if record]

    def keep(
        self, record: ProjectionRecord, coordinates: np.ndarray, moment: Moment | None = None
    ) -> ProjectionRecord:
        """Store a finished projection; whoever has stored the same id before wins.

        Parameters
        ----------
        coordinates : float32 of shape (n_points, n_components), finite
        moment : what the run can go on from
        """
        record = replace(
            record,
            n_components=int(coordinates.shape[1]),
            created_at=record.created_at or now(),
            duration=round(record.duration, 3),
        )
        with staging(self.directory) as directory:
            np.save(directory / "coordinates.npy", coordinates)
            if moment is not None:
                write_moment(directory / "moment.npz", moment)
            write_json(directory / "projection.json", record.to_json())
            try:
                publish(directory, self.directory / record.id)
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                    raise
        return record

    def moment_path(self, projection_id: str) -> Path | None:
        """Return the file that a run can go on from, or None when it cannot."""
        path = self.directory / projection_id / "moment.npz"
        return path if path.is_file() else None

    def rename(self, record: ProjectionRecord, name: str) -> ProjectionRecord:
        """Give a projection a name that people see."""
        record = replace(record, name=name)
        write_json(self.directory / record.id / "projection.json", record.to_json())
        return record

    def note_use(self, projection_id: str) -> None:
        """Keep a projection from being the next to go, see `data.sweeping`."""
        touch(self.directory / projection_id)

    def remove(self, projection_id: str) -> None:
        """Remove a projection; the same request computes it again."""
        remove_directory(self.directory / projection_id)

    def coordinates(
        self, projection_id: str, components: Sequence[int] | None = None
    ) -> np.ndarray:
        """Return coordinates, float32 of shape (n_points, number of components).

        Raises
        ------
        ParameterError
            If a component does not exist.
        """
        path = self.directory / projection_id / "coordinates.npy"
        try:
            kept: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
        except FileNotFoundError:
            raise NotFoundError("This projection has just been deleted.") from None
        self.note_use(projection_id)
        if components is None:
            return kept
        wrong = [c for c in components if not 0 <= c < kept.shape[1]]
        if wrong or not components:
            raise ParameterError(
                f"components must be from 0 to {kept.shape[1] - 1}, not "
                f"{', '.join(map(str, wrong)) or 'empty'}."
            )
        return np.ascontiguousarray(kept[:, list(components)])


def now() -> str:
    """Return the time as records keep it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
