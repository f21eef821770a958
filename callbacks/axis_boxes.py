"""An axis as the boxes of the panel say it: a text or points at either end."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.panels.custom_axes import ENDS
from data.dataset import Dataset
from data.errors import ProjectorError
from data.projections.axes_parameters import Axis, Group
from data.projections.custom_axes import group_rows
from data.rows import encode_rows


@dataclass(frozen=True)
class AxisBoxes:
    """What the boxes of one axis hold.

    Attributes
    ----------
    texts : by box, such as "x-left"; empty where nothing is searched
    rows : by box, where points were given instead of a text
    column, regex : how both ends are searched
    """

    texts: dict[str, str]
    rows: dict[str, str]
    column: str | None = None
    regex: bool = False


def boxes_of(dataset: Dataset, name: str, axis: Axis | None, pattern_length: int) -> AxisBoxes:
    """Return the boxes of an axis; all empty where there is none.

    Both ends share a column and a switch. Over HTTP they can be searched in different ways; then
    the second one is there as the points that it finds.

    Parameters
    ----------
    name : "x", "y" or "z"
    """
    low, high = (f"{name}-{end}" for end in ENDS[name])
    if axis is None:
        return AxisBoxes({low: "", high: ""}, {})
    first = next((group for group in (axis.left, axis.right) if group.text), Group())
    texts, rows = {}, {}
    for box, group in ((low, axis.left), (high, axis.right)):
        given = group.rows
        if group.text and _way(group) != (first.column, first.regex, False):
            given = _found(dataset, group, pattern_length)
        texts[box] = "" if given else group.text
        if given:
            rows[box] = given
    return AxisBoxes(texts, rows, first.column, first.regex)


def _way(group: Group) -> tuple[str | None, bool, bool]:
    return group.column, group.regex, group.case


def _found(dataset: Dataset, group: Group, pattern_length: int) -> str:
    """Return the rows that a group finds in their text form; empty when it finds none any more."""
    try:
        found = group_rows(dataset, group, None, pattern_length)
    except ProjectorError:
        return ""
    return encode_rows(found.tolist()) if found.size else ""
