"""One value per point, of an array, as people write it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa


def array_texts(values: np.ndarray) -> pa.StringArray:
    """Return values as text; not-a-number and an empty text are missing.

    Parameters
    ----------
    values : ndarray of shape (n,): numbers, texts or bytes
    """
    kind = values.dtype.kind
    if kind == "f":
        # str of the numpy scalar, not of its float64, gives the shortest spelling.
        texts = [None if np.isnan(value) else str(value) for value in values]
    elif kind in "SO":
        texts = [_decoded(value) for value in values.tolist()]
    else:
        texts = [str(value) for value in values.tolist()]
    return pa.array([text or None for text in texts], pa.string())


def _decoded(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return None if value is None else str(value).encode("utf-8", "replace").decode()
