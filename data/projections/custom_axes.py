"""Custom axes: where points lie between the centroids of two groups, in the original space.

As the projector's custom projection (Smilkov et al. 2016): the direction from one centroid to the
other is the axis. A group is never made up: an empty or unmatched one is an error.
"""

from __future__ import annotations

import numpy as np

from data.dataset import Dataset, label_column
from data.errors import ParameterError
from data.projections.axes_parameters import (
    AXIS_NAMES,
    SIDES,
    Axis,
    CustomAxesParameters,
    Group,
)
from data.projections.computed import Computed, drawable
from data.projections.parameters import PcaParameters
from data.projections.pca import compute_pca
from data.rows import decode_rows
from data.search import search_rows

# Values of one float64 block: 2 MB stays in the processor's cache.
BLOCK_VALUES = 2**18
# A direction of length 1 and the point where 0 is, float64 of shape (n_dims,) each.
Line = tuple[np.ndarray, np.ndarray]
# How wide the jitter of an empty axis is, beside the axis that is not.
JITTER = 0.25


def compute_custom_axes(
    dataset: Dataset,
    rows: np.ndarray | None,
    params: CustomAxesParameters,
    pattern_length: int = 500,
) -> Computed:
    """Project points on directions between groups.

    Groups are searched among all points, also where only some (`rows`) are projected, unless
    `isolated_only`. The origin lies half way between the two centroids, the right one on the
    positive side, and lengths are those of the original space.

    Parameters
    ----------
    rows : int64 row numbers in the order wanted, or None for all

    Returns
    -------
    Computed
        At least two components; one that was left empty holds what `empty_axis` says, and the
        message tells so.

    Raises
    ------
    ParameterError
        A group is empty or matches nothing, or both ends of an axis have the same centroid.
    """
    axes = params.axes
    among = rows if params.isolated_only else None
    lines = {
        name: _line(dataset, axis, name, sides, among, pattern_length)
        for name, axis, sides in zip(AXIS_NAMES, axes, SIDES, strict=False)
        if axis is not None
    }
    scaled, note = drawable(_along(dataset.tensor, rows, list(lines.values())))
    given = dict(zip(lines, scaled.T, strict=True))
    empty = [name for name, axis in zip(AXIS_NAMES, axes, strict=False) if axis is None]
    fillings, said = _fillings(empty, scaled, dataset.tensor, rows, params)
    columns = {**given, **dict(zip(empty, fillings, strict=True))}
    coordinates = np.column_stack([columns[name] for name in AXIS_NAMES if name in columns])
    return Computed(coordinates, message=f"{said} {note}".strip())


def axis_positions(
    dataset: Dataset, axis: Axis, rows: np.ndarray | None = None, pattern_length: int = 500
) -> np.ndarray:
    """Return where points lie along one axis, float64 of shape (n_points,), to color by it."""
    line = _line(dataset, axis, axis.name or "the axis", SIDES[0], None, pattern_length)
    along: np.ndarray = _along(dataset.tensor, rows, [line])[:, 0]
    return along


def group_rows(
    dataset: Dataset, group: Group, among: np.ndarray | None = None, pattern_length: int = 500
) -> np.ndarray:
    """Return the rows of a group, ascending int64; none where it is empty or matches nothing.

    Parameters
    ----------
    among : ascending rows that count, or None for all
    """
    if group.rows:
        found = np.asarray(decode_rows(group.rows), np.int64)
        if found[-1] >= dataset.record.n_points:
            raise ParameterError(
                f"rows must name existing points, below {dataset.record.n_points:,}."
            )
    elif group.text:
        column = group.column or label_column(dataset.record)
        if column is None:
            raise ParameterError(
                "This dataset has no metadata to search in.", hint="Use a selection instead."
            )
        texts = dataset.metadata.searchable(column)
        found = search_rows(
            texts,
            group.text,
            regex=group.regex,
            case=group.case,
            pattern_length=pattern_length,
            normalized=True,
        )
    else:
        return np.empty(0, np.int64)
    return found if among is None else found[np.isin(found, among)]


def _along(tensor: np.ndarray, rows: np.ndarray | None, lines: list[Line]) -> np.ndarray:
    """Return how far points lie along each line, float64 of shape (n_points, n_lines)."""
    n_points = len(tensor) if rows is None else len(rows)
    along = np.empty((n_points, len(lines)))
    step = max(1, BLOCK_VALUES // tensor.shape[1])
    buffer = np.empty((min(step, n_points), tensor.shape[1]))
    for start in range(0, n_points, step):
        part = slice(start, start + step)
        raw = tensor[part] if rows is None else tensor[rows[part]]
        # In float64, an offset that float32 values can have does not cancel.
        block = buffer[: len(raw)]
        block[:] = raw
        for i, (direction, middle) in enumerate(lines):
            np.subtract(block @ direction, direction @ middle, out=along[part, i])
    return along


def _line(
    dataset: Dataset,
    axis: Axis,
    name: str,
    sides: tuple[str, str],
    among: np.ndarray | None,
    pattern_length: int,
) -> Line:
    """Return the line from the centroid of one group to that of the other."""
    low, high = (
        _centroid(dataset, group, f"the {side} box of {name}", among, pattern_length)
        for group, side in zip((axis.left, axis.right), sides, strict=True)
    )
    difference = high - low
    length = float(np.sqrt(difference @ difference))
    if length == 0:
        raise ParameterError(
            f"Both groups of {name} have the same centroid, so there is no direction.",
            hint="Choose groups that differ.",
        )
    return difference / length, low / 2 + high / 2


def _centroid(
    dataset: Dataset, group: Group, where: str, among: np.ndarray | None, pattern_length: int
) -> np.ndarray:
    if group.is_empty:
        raise ParameterError(
            f"{where[0].upper()}{where[1:]} is empty.",
            hint="Type what to search for, or use the selection.",
        )
    found = group_rows(dataset, group, among, pattern_length)
    if not found.size:
        which = "no isolated point" if among is not None else "no point"
        sought = f"{group.text[:60]!r} in {where} matches" if group.text else f"{where} has"
        raise ParameterError(
            f"{sought[0].upper()}{sought[1:]} {which}.",
            hint="Try another text or column, or a pattern.",
        )
    total = np.zeros(dataset.tensor.shape[1])
    step = max(1, BLOCK_VALUES // dataset.tensor.shape[1])
    for start in range(0, len(found), step):
        total += dataset.tensor[found[start : start + step]].sum(axis=0, dtype=np.float64)
    centroid: np.ndarray = total / len(found)
    return centroid


def _fillings(
    empty: list[str],
    given: np.ndarray,
    tensor: np.ndarray,
    rows: np.ndarray | None,
    params: CustomAxesParameters,
) -> tuple[np.ndarray, str]:
    """Return what stands on axes that were left empty, float32 (n_empty, n_points), and say so."""
    fillings = np.zeros((len(empty), len(given)), np.float32)
    if not empty:
        return fillings, ""
    if params.empty_axis == "component":
        pca = compute_pca(tensor, rows, PcaParameters(n_components=len(empty)))
        fillings[: pca.coordinates.shape[1]] = pca.coordinates.T
        what = [f"{name} is principal component {i + 1}" for i, name in enumerate(empty)]
    else:
        width = JITTER * float(np.std(given[:, 0])) or 1.0
        fillings[:] = np.random.default_rng(params.random_state).normal(0, width, fillings.shape)
        what = [f"{name} is random jitter and means nothing" for name in empty]
    return fillings, f"{', '.join(what)}: no groups were given for it."
