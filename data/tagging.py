"""Values that people give to points: a column with them, and without those of one edit again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.column_kinds import MAX_CLASSES
from data.dataset import Column
from data.metadata import Metadata, describe_column


def tagged(
    present: pa.StringArray | None, rows: np.ndarray, value: str, n_points: int
) -> pa.Array[Any]:
    """Return a column in which some rows have a value.

    Parameters
    ----------
    present : the column as it is; None for a new one
    rows : int64 of shape (n_rows,)
    value : an empty one counts as missing
    """
    chosen = np.zeros(n_points, bool)
    chosen[rows] = True
    before: Any = pa.nulls(n_points, pa.string()) if present is None else present
    return _where(chosen, pa.scalar(value or None, pa.string()), before)


def untagged(
    before: pa.StringArray | None, after: pa.StringArray, present: pa.StringArray
) -> pa.Array[Any]:
    """Take one edit back; rows that somebody has changed since keep what they have.

    Parameters
    ----------
    before, after : the column around the edit; `before` is None where the edit made it
    present : the column as it is
    """
    old: Any = pa.nulls(len(after), pa.string()) if before is None else before
    is_edit = ~_equal(old, after) & _equal(after, present)
    return _where(is_edit, old, present)


def described(name: str, column: pa.Array[Any], present: Column | None) -> Column:
    """Return what people see of an edited column; tags are classes, however few have one.

    Parameters
    ----------
    present : how it was shown, where it was there
    """
    found = Column(name, *describe_column(Metadata(pa.table({name: column})).column(name)))
    kind = "categorical" if present is None else present.kind
    fits = found.is_number if kind == "numeric" else found.n_unique <= MAX_CLASSES
    return found.switched(kind) if fits or kind == "text" else found


def _where(mask: np.ndarray, yes: Any, no: Any) -> pa.Array[Any]:
    chosen: pa.Array[Any] = pc.if_else(pa.array(mask), yes, no)
    return chosen


def _equal(left: Any, right: Any) -> np.ndarray:
    """Return where two columns say the same; missing equals missing."""
    same: Any = pc.fill_null(pc.equal(left, right), False)
    are_missing: Any = pc.and_(left.is_null(), right.is_null())
    both: np.ndarray = pc.or_(same, are_missing).to_numpy(zero_copy_only=False)
    return both
