"""Projections on disk: computed once, found by the hash of what was asked."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np

from data.dataset import Dataset
from data.errors import ConflictError, NotFoundError, ParameterError
from data.projections.methods import Computed, compute
from data.projections.parameters import parse_parameters, to_json
from data.rows import Rows, encode_rows
from data.stores.datasets import DatasetStore
from data.stores.files import alone, publish, staging, storage_errors, write_json

ID = re.compile(r"p[a-z2-7]{20}")

State = Literal["queued", "running", "paused", "done", "stopped", "failed", "lost"]


@dataclass(frozen=True)
class ProjectionRecord:
    """Everything about a projection except its coordinates.

    Attributes
    ----------
    rows : text form of the rows that were projected; None for all
    duration : seconds of computing
    """

    id: str
    dataset: str
    method: str
    parameters: dict[str, Any]
    n_points: int
    rows: str | None = None
    state: State = "done"
    iteration: int = 0
    n_iterations: int = 0
    n_frames: int = 1
    n_components: int = 0
    explained_variance_ratio: tuple[float, ...] | None = None
    message: str = ""
    created_at: str = ""
    duration: float = 0.0
    name: str = field(default="")

    def to_json(self) -> dict[str, Any]:
        """Return plain dictionaries and lists; what a method does not have is left out."""
        plain = asdict(self)
        ratio = self.explained_variance_ratio
        plain["explained_variance_ratio"] = None if ratio is None else list(ratio)
        return {key: value for key, value in plain.items() if value is not None}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Self:
        """Build from `to_json`; unknown keys are ignored."""
        known = {f.name: record[f.name] for f in fields(cls) if f.name in record}
        if "explained_variance_ratio" in known:
            known["explained_variance_ratio"] = tuple(known["explained_variance_ratio"])
        return cls(**known)


class ProjectionStore:
    """Projections under `root`/projections."""

    def __init__(self, root: Path, datasets: DatasetStore) -> None:
        self.directory = root / "projections"
        self.datasets = datasets

    def request(
        self,
        dataset_id: str,
        method: str = "pca",
        parameters: dict[str, Any] | None = None,
        rows: Rows | None = None,
    ) -> ProjectionRecord:
        """Return the projection that was asked for, computing it if nobody has before.

        Equal requests wait for the one that computes and share its result.

        Raises
        ------
        ParameterError
            If method, parameters or rows are not legal for this dataset.
        """
        dataset = self.datasets.open(dataset_id)
        n_points = dataset.record.n_points if rows is None else len(rows)
        if rows is not None and (not rows or rows[-1] >= dataset.record.n_points):
            raise ParameterError(
                f"rows must name 1 to {dataset.record.n_points:,} existing points."
            )
        legal, notes = parse_parameters(method, parameters or {}, n_points, dataset.record.n_dims)
        wanted = ProjectionRecord(
            id="",
            dataset=dataset_id,
            method=method,
            parameters=to_json(legal),
            n_points=n_points,
            rows=None if rows is None else encode_rows(rows),
        )
        wanted = replace(wanted, id=projection_id(wanted))
        final = self.directory / wanted.id
        if not final.is_dir():
            with alone(self.directory, wanted.id):
                if not final.is_dir():
                    self._compute(wanted, dataset, rows, legal, notes)
        return self.record(wanted.id)

    def record(self, projection_id: str) -> ProjectionRecord:
        """Return the record of one projection; raises NotFoundError."""
        path = self.directory / projection_id / "projection.json"
        if not ID.fullmatch(projection_id) or not path.is_file():
            raise NotFoundError(
                "This projection is not on this server, or was deleted.",
                hint="Compute it again with the same parameters.",
            )
        return ProjectionRecord.from_json(json.loads(path.read_bytes()))

    def list(self, dataset_id: str) -> list[ProjectionRecord]:
        """Return the projections of a dataset, the newest first."""
        paths = self.directory.glob("p*/projection.json")
        records = [ProjectionRecord.from_json(json.loads(path.read_bytes())) for path in paths]
        mine = [record for record in records if record.dataset == dataset_id]
        return sorted(mine, key=lambda record: record.created_at, reverse=True)

    def rename(self, projection_id: str, name: str) -> ProjectionRecord:
        """Give a projection a name that people see."""
        if not isinstance(name, str) or len(name) > 200:
            raise ParameterError("A name must have at most 200 characters.")
        record = replace(self.record(projection_id), name=name.strip())
        write_json(self.directory / projection_id / "projection.json", record.to_json())
        return record

    def delete(self, projection_id: str) -> ProjectionRecord:
        """Remove a projection; the same request computes it again."""
        record = self.record(projection_id)
        with storage_errors():
            shutil.rmtree(self.directory / projection_id)
        return record

    def coordinates(
        self, projection_id: str, components: Sequence[int] | None = None
    ) -> np.ndarray:
        """Return coordinates, float32 of shape (n_points, number of components).

        Raises
        ------
        ParameterError
            If a component does not exist.
        ConflictError
            If there are no coordinates yet.
        """
        record = self.record(projection_id)
        if record.state not in ("done", "stopped"):
            raise ConflictError(f"This projection is {record.state}; it has no coordinates yet.")
        path = self.directory / projection_id / "coordinates.npy"
        coordinates: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
        if components is None:
            return coordinates
        wrong = [c for c in components if not 0 <= c < coordinates.shape[1]]
        if wrong or not components:
            raise ParameterError(
                f"components must be from 0 to {coordinates.shape[1] - 1}, not "
                f"{', '.join(map(str, wrong)) or 'empty'}."
            )
        return np.ascontiguousarray(coordinates[:, list(components)])

    def _compute(
        self,
        wanted: ProjectionRecord,
        dataset: Dataset,
        rows: Rows | None,
        parameters: Any,
        notes: tuple[str, ...],
    ) -> None:
        started = time.monotonic()
        chosen = None if rows is None else np.asarray(rows, np.int64)
        result = compute(wanted.method, dataset.tensor, chosen, parameters)
        finished = _finished(wanted, result, notes, time.monotonic() - started)
        with staging(self.directory) as directory:
            np.save(directory / "coordinates.npy", result.coordinates)
            write_json(directory / "projection.json", finished.to_json())
            publish(directory, self.directory / wanted.id)


def projection_id(wanted: ProjectionRecord) -> str:
    """Return the hash of dataset, rows, method and parameters."""
    asked = [wanted.dataset, wanted.rows, wanted.method, wanted.parameters]
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).digest()
    return "p" + base64.b32encode(digest).decode().lower()[:20]


def _finished(
    wanted: ProjectionRecord, result: Computed, notes: tuple[str, ...], duration: float
) -> ProjectionRecord:
    return replace(
        wanted,
        n_components=int(result.coordinates.shape[1]),
        explained_variance_ratio=result.explained_variance_ratio,
        message=" ".join(part for part in (*notes, result.message) if part),
        created_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        duration=round(duration, 3),
    )
