"""What the forms offer of the open dataset: its columns, its kept axes, the edits of its tags."""

from __future__ import annotations

from typing import Any

from callbacks.tagging import known_values
from dashboard import ids
from dashboard.controls import Grouping
from dashboard.panels.columns import color_options, column_options
from dashboard.panels.columns_form import axis_choices
from dashboard.panels.custom_axes import ENDS
from dashboard.panels.parameters import STEPWISE
from dashboard.panels.tagging import edit_options
from data.services import Services

# Set with the dataset, and not by callbacks that hear of it: each of those would cost the page a
# request and a look at all of its parts, before the first points are drawn.
OFFERED: dict[str, Grouping] = {
    "label": (ids.LABEL_BY, "data"),
    "color": (ids.COLOR_BY, "data"),
    "search": (ids.SEARCH_COLUMN, "data"),
    "kind": (ids.KIND_COLUMN, "data"),
    "supervise": {method: (ids.parameter(method, "supervise_by"), "data") for method in STEPWISE},
    "axes": (ids.COLUMNS, "data"),
    "coordinates_key": (ids.COORDINATES_KEY, "data"),
    "searched_by_axis": {axis: (ids.axis_part(axis, "column"), "data") for axis in ENDS},
    "kept_axes": {axis: (ids.axis_part(axis, "name"), "data") for axis in ENDS},
    "tag_column": (ids.TAG_COLUMN, "data"),
    "tag_value": (ids.TAG_VALUE, "data"),
    "edits": (ids.TAG_EDIT, "data"),
    "newest_edit": (ids.TAG_EDIT, "value"),
    "has_no_edit": (ids.UNDO_TAG, "disabled"),
}


def offers(
    services: Services, info: dict[str, Any] | None = None, tag_column: Any = None
) -> dict[str, Any]:
    """Return what is offered of a dataset; nothing where none is open.

    Parameters
    ----------
    info : the record of the dataset as the page has it
    tag_column : the column whose values are suggested as tags
    """
    record = services.datasets.record(info["id"]) if info else None
    kept = services.axes.of(record.id) if record else ()
    kept_names = [axis.name for axis in kept]
    edits = edit_options(services.edits.standing(record.id)) if record else []
    columns = column_options(record.columns if record else ())
    colors = column_options(record.columns if record else (), for_color=True)
    return {
        "label": columns,
        "color": color_options(record.columns, kept) if record else [],
        "search": columns,
        "kind": columns,
        "supervise": dict.fromkeys(STEPWISE, colors),
        "axes": axis_choices(record) if record else [],
        "coordinates_key": columns,
        "searched_by_axis": dict.fromkeys(ENDS, columns),
        "kept_axes": dict.fromkeys(ENDS, kept_names),
        "tag_column": [column.name for column in record.columns] if record else [],
        "tag_value": known_values(services, info, tag_column),
        "edits": edits,
        "newest_edit": edits[0]["value"] if edits else None,
        "has_no_edit": not edits,
    }
