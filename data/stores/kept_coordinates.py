"""Coordinates that nobody can compute again: of a file, or of a moment; they are kept for good."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import numpy as np

from data.errors import ParameterError
from data.projecting import Projections
from data.projection import ProjectionRecord
from data.rows import Rows, encode_rows
from data.stores.files import alone

# The method of such a projection; what it was computed by is among its parameters.
STORED = "stored"


def keep_coordinates(
    projections: Projections,
    dataset_id: str,
    coordinates: np.ndarray,
    rows: Rows | None,
    origin: dict[str, Any],
    *,
    name: str = "",
    message: str = "These coordinates came with a file; nothing was computed.",
) -> ProjectionRecord:
    """Keep coordinates as a projection; the same ones again are the same projection.

    Parameters
    ----------
    coordinates : of shape (number of rows, 1 to 50)
    rows : whose coordinates they are, ascending; None for all of the dataset
    origin : how they were made, as far as it is known: method, parameters, file
    name, message : what people see; the same coordinates keep the first name

    Raises
    ------
    ParameterError
        If shape or rows do not fit the dataset, or a number is not finite.
    """
    n_points = projections.datasets.record(dataset_id).n_points
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
        message=message,
        name=name,
        created_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
    )
    record = record.with_id()
    with alone(projections.finished.directory, record.id):
        if projections.finished.find(record.id) is None:
            projections.finished.keep(record, values)
    return projections.record(record.id)
