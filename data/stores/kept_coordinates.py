"""Coordinates that nobody can compute again: they came with a file, and are kept for good."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from data.errors import ParameterError
from data.rows import Rows, encode_rows
from data.stores.files import alone, publish, staging, write_json
from data.stores.projections import ProjectionRecord, ProjectionStore, projection_id

# The method of such a projection; what it was computed by is among its parameters.
STORED = "stored"


def keep_coordinates(
    store: ProjectionStore,
    dataset_id: str,
    coordinates: np.ndarray,
    rows: Rows | None,
    origin: dict[str, Any],
) -> ProjectionRecord:
    """Keep coordinates as a projection; the same ones again are the same projection.

    Parameters
    ----------
    coordinates : of shape (number of rows, 1 to 50)
    rows : whose coordinates they are, ascending; None for all of the dataset
    origin : how they were made, as far as it is known: method, parameters, file

    Raises
    ------
    ParameterError
        If shape or rows do not fit the dataset, or a number is not finite.
    """
    n_points = store.datasets.record(dataset_id).n_points
    n_rows = n_points if rows is None else len(rows)
    if (rows and rows[-1] >= n_points) or coordinates.shape[:1] != (n_rows,) or not n_rows:
        raise ParameterError(f"The coordinates are not those of {n_rows:,} points.")
    if coordinates.ndim != 2 or not 1 <= coordinates.shape[1] <= 50:
        raise ParameterError("Coordinates need 1 to 50 components.")
    values = np.ascontiguousarray(coordinates, np.float32)
    if not np.isfinite(values).all():
        raise ParameterError("Some coordinates are missing or infinite.")
    digest = hashlib.sha256(values.tobytes()).hexdigest()[:20]
    record = ProjectionRecord(
        id="",
        dataset=dataset_id,
        method=STORED,
        parameters={**origin, "content": digest},
        n_points=n_rows,
        rows=None if rows is None else encode_rows(rows),
        n_components=int(values.shape[1]),
        message="These coordinates came with a file; nothing was computed.",
        created_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
    )
    record = replace(record, id=projection_id(record))
    final = store.directory / record.id
    with alone(store.directory, record.id):
        if not final.is_dir():
            with staging(store.directory) as directory:
                np.save(directory / "coordinates.npy", values)
                write_json(directory / "projection.json", record.to_json())
                publish(directory, final)
    return store.record(record.id)
