"""Columns as they are: two or three dimensions or numeric metadata columns, without reduction."""

from __future__ import annotations

import numpy as np

from data.dataset import Dataset
from data.errors import ParameterError
from data.projections.axes_parameters import ColumnsParameters
from data.projections.computed import Computed, drawable


def compute_columns(
    dataset: Dataset, rows: np.ndarray | None, params: ColumnsParameters
) -> Computed:
    """Take columns as coordinates.

    Parameters
    ----------
    rows : int64 row numbers in the order wanted, or None for all

    Raises
    ------
    ParameterError
        A metadata column does not exist, or has no number for one of the points.
    """
    taken = [_values(dataset, column, rows) for column in params.columns]
    coordinates, scaled = drawable(np.column_stack(taken))
    named = ", ".join(column_label(column) for column in params.columns)
    message = f"Shown as they are: {named}."
    return Computed(coordinates, message=f"{message} {scaled}".strip())


def column_label(column: int | str) -> str:
    """Return what a column is called on the screen; dimensions are counted from 0."""
    return f"dimension {column}" if isinstance(column, int) else column


def _values(dataset: Dataset, column: int | str, rows: np.ndarray | None) -> np.ndarray:
    if isinstance(column, int):
        last = dataset.record.n_dims - 1
        if not 0 <= column <= last:
            raise ParameterError(f"There is no dimension {column}; they are from 0 to {last}.")
        # One column of a memory map: a copy of it, not of the tensor.
        values = np.asarray(dataset.tensor[:, column], np.float64)
        return values if rows is None else values[rows]
    if dataset.record.column(column) is None:
        numeric = [c.name for c in dataset.record.columns if c.is_number]
        raise ParameterError(
            f"There is no metadata column {column[:100]!r}.",
            hint=f"Columns of numbers are: {', '.join(numeric) or 'none'}.",
        )
    values = dataset.metadata.numbers(column)
    values = values if rows is None else values[rows]
    missing = np.flatnonzero(np.isnan(values))
    if missing.size:
        first = int(missing[0] if rows is None else rows[missing[0]])
        raise ParameterError(
            f"{column} has no number for {missing.size:,} of {len(values):,} points, first for "
            f"row {first:,}.",
            hint="Choose a column of numbers, or isolate the points that have one.",
        )
    return values
