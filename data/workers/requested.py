"""What a projection was asked to be made of, read back from its record."""

from __future__ import annotations

from typing import Any

import numpy as np

from data.projection import ProjectionRecord
from data.projections.parameters import restored
from data.rows import decode_rows


def parameters_of(record: ProjectionRecord) -> Any:
    """Return the parameters as the method takes them; they were checked when they were asked."""
    return restored(record.method, record.parameters)


def rows_of(record: ProjectionRecord) -> np.ndarray | None:
    """Return the rows that are projected, int64, or None for all."""
    return None if record.rows is None else np.asarray(decode_rows(record.rows), np.int64)
