"""Custom axes: the counts under the boxes, and groups taken from the selection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dash
import numpy as np
from dash import Input, Output, State, ctx, html, no_update

from callbacks.arguments import content, opened_dataset, rows_array, shown_rows
from dashboard import ids
from dashboard.panels.custom_axes import ENDS, build_count, build_warning
from data.dataset import Dataset
from data.errors import LimitError, NotFoundError, ParameterError
from data.projections.axes_parameters import Group
from data.projections.custom_axes import group_rows
from data.rows import decode_rows, encode_rows
from data.services import Services

# Every box: which axis, which end.
BOXES = tuple((axis, end) for axis, ends in ENDS.items() for end in ends)


def each_axis(part: str, name: str, dependency: Callable[[str, str], Any]) -> dict[str, Any]:
    """Make Dash dependencies of a part of each axis."""
    return {axis: dependency(ids.axis_part(axis, part), name) for axis in ENDS}


def each_box(part: str, name: str, dependency: Callable[[str, str], Any]) -> dict[str, Any]:
    """Make Dash dependencies of a part of each box, such as "-count"."""
    return {
        f"{axis}-{end}": dependency(ids.axis_part(axis, f"{end}{part}"), name)
        for axis, end in BOXES
    }


def register(app: dash.Dash, services: Services) -> None:
    """Register the boxes of custom axes."""

    @app.callback(
        Output(ids.AXIS_ROWS, "data"),
        inputs={
            "used": each_box("-use", "n_clicks", Input),
            "texts": each_box("", "value", Input),
            "selected": State(ids.SELECTED_ROWS, "data"),
            "rows": State(ids.AXIS_ROWS, "data"),
        },
        prevent_initial_call=True,
    )
    def take_selection(used: Any, texts: Any, selected: Any, rows: Any) -> Any:
        box = box_of(str(ctx.triggered_id))
        return rows_after(box, str(ctx.triggered_id).endswith("-use"), texts, selected, rows)

    @app.callback(
        output={
            "axes": Output(ids.CUSTOM_AXES, "data"),
            "counts": each_box("-count", "children", Output),
            "placeholders": each_box("", "placeholder", Output),
        },
        inputs={
            "info": Input(ids.DATASET_INFO, "data"),
            "isolation": Input(ids.ISOLATION, "data"),
            "isolated_only": Input(ids.AXES_ISOLATED_ONLY, "checked"),
            "jitter": Input(ids.AXES_JITTER, "checked"),
            "rows": Input(ids.AXIS_ROWS, "data"),
            "texts": each_box("", "value", Input),
            "names": each_axis("name", "value", Input),
            "columns": each_axis("column", "value", Input),
            "patterns": each_axis("regex", "checked", Input),
        },
        prevent_initial_call=True,
    )
    def describe(info: Any, **boxes: Any) -> dict[str, Any]:
        dataset = opened_dataset(services, info)
        if dataset is None:
            return {"axes": None, "counts": blank(""), "placeholders": blank("")}
        return described(dataset, services.limits.pattern_length, **boxes)


def blank(value: Any) -> dict[str, Any]:
    """Return the same for every box."""
    return {f"{axis}-{end}": value for axis, end in BOXES}


def box_of(component: str) -> str:
    """Return the box that a component belongs to: axis-x-left-use is of x-left."""
    return component.removeprefix("axis-").removesuffix("-use")


def rows_after(box: str, is_used: bool, texts: Any, selected: Any, rows: Any) -> Any:
    """Return the given rows of all boxes after a button, or after typing, which replaces them."""
    known = {name: rows for name, rows in content(rows).items() if name in blank(None)}
    if is_used:
        if not selected:
            raise ParameterError("Nothing is selected.", hint="Select points, then press again.")
        return {**known, box: encode_rows(decode_rows(selected))}
    if content(texts).get(box) and box in known:
        return {name: rows for name, rows in known.items() if name != box}
    return no_update


def group_of(box: str, rows: Any, texts: Any, columns: Any, patterns: Any) -> Group:
    """Return what a box holds; raises ParameterError when it cannot be read."""
    axis = box.partition("-")[0]
    given = content(rows).get(box)
    text = content(texts).get(box) or ""
    if given and not text:
        return Group.parse({"rows": given}, f"the box {box}")
    asked = {"text": text, "column": columns[axis], "regex": bool(patterns[axis])}
    return Group.parse(asked, f"the box {box}")


def described(
    dataset: Dataset,
    pattern_length: int,
    *,
    isolation: Any,
    isolated_only: Any,
    jitter: Any,
    names: Any,
    **boxes: Any,
) -> dict[str, Any]:
    """Return the parameters of the projection, and what stands under and in each box."""
    among = rows_array(shown_rows(isolation)) if isolated_only else None
    groups = {box: group_of(box, **boxes) for box in blank(None)}
    counts = {
        box: _count(dataset, box, groups, among, pattern_length) for box, group in groups.items()
    }
    placeholders = {
        box: f"{len(decode_rows(group.rows)):,} chosen points" if group.rows else "Text to find"
        for box, group in groups.items()
    }
    axes = [_axis(axis, groups, names[axis]) for axis in ENDS]
    parameters = {
        "axes": axes,
        "isolated_only": bool(isolated_only),
        "empty_axis": "jitter" if jitter else "component",
    }
    return {"axes": parameters, "counts": counts, "placeholders": placeholders}


def _count(
    dataset: Dataset,
    box: str,
    groups: dict[str, Group],
    among: np.ndarray | None,
    pattern_length: int,
) -> html.Span:
    axis, end = box.split("-")
    low, high = ENDS[axis]
    other = groups[f"{axis}-{high if end == low else low}"]
    try:
        n_found = len(group_rows(dataset, groups[box], among, pattern_length))
    except (ParameterError, LimitError, NotFoundError) as error:
        return build_warning(error.message)
    empty = groups[box].is_empty
    return build_count(n_found, is_empty=empty, other_is_empty=other.is_empty)


def _axis(axis: str, groups: dict[str, Group], name: Any) -> dict[str, Any] | None:
    """Return an axis as the API takes it; None when both of its boxes are empty."""
    low, high = (groups[f"{axis}-{end}"] for end in ENDS[axis])
    if low.is_empty and high.is_empty:
        return None
    plain = {"left": _plain(low), "right": _plain(high)}
    return {**plain, "name": name.strip()} if isinstance(name, str) and name.strip() else plain


def _plain(group: Group) -> dict[str, Any]:
    if group.rows:
        return {"rows": group.rows}
    return {"text": group.text, "column": group.column, "regex": group.regex}
