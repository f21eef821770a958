"""Which control on the page holds which field of the view state.

The join of all controls into a view state, the restore from a link and the wiring test read this
one table. A field may be held by several controls: a tuple or a dictionary of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from dashboard import ids
from data.view_state import ViewState

Grouping: TypeAlias = "tuple[str, str] | tuple[Grouping, ...] | dict[str, Grouping]"

CONTROL_OF_FIELD: dict[str, Grouping] = {
    "dataset_id": (ids.DATASET, "value"),
    "projection_id": (ids.PROJECTION_ID, "data"),
    "dimensionality": (ids.DIMENSIONALITY, "value"),
    "components": (
        (ids.COMPONENT_X, "value"),
        (ids.COMPONENT_Y, "value"),
        (ids.COMPONENT_Z, "value"),
    ),
    "color_by": (ids.COLOR_BY, "value"),
    "color_kind": (ids.COLOR_KIND, "value"),
    "hidden_values": (ids.HIDDEN_VALUES, "data"),
    "label_by": (ids.LABEL_BY, "value"),
    "label_mode": (ids.LABEL_MODE, "value"),
    "thumbnails": (ids.THUMBNAILS, "checked"),
    "thumbnail_color": (ids.THUMBNAIL_COLOR, "value"),
    "point_size": (ids.POINT_SIZE, "value"),
    "search": {
        "text": (ids.SEARCH, "value"),
        "column": (ids.SEARCH_COLUMN, "value"),
        "regex": (ids.SEARCH_REGEX, "checked"),
        "case": (ids.SEARCH_CASE, "checked"),
    },
    "metric": (ids.METRIC, "value"),
    "n_neighbors": (ids.N_NEIGHBORS, "value"),
    "selected_point": (ids.SELECTED_POINT, "data"),
    "selected_rows": (ids.SELECTED_ROWS, "data"),
    "isolation": (ids.ISOLATION, "data"),
}

# The camera changes many times a second: the address bar takes it from its own store.
FIELDS_WITHOUT_CONTROL = ("camera", "schema_version")


def bind(grouping: Grouping, dependency: Callable[[str, str], Any]) -> Any:
    """Make Dash dependencies (Input, Output, State) of a grouping, keeping its shape."""
    if isinstance(grouping, dict):
        return {name: bind(part, dependency) for name, part in grouping.items()}
    if isinstance(grouping[0], str):
        return dependency(*grouping)
    return tuple(bind(part, dependency) for part in grouping)


def bind_all(dependency: Callable[[str, str], Any]) -> dict[str, Any]:
    """Make Dash dependencies of every control, keyed by the field it holds."""
    return {name: bind(grouping, dependency) for name, grouping in CONTROL_OF_FIELD.items()}


def view_of_controls(values: dict[str, Any]) -> ViewState | None:
    """Join the values of all controls; None while no dataset is open.

    Raises
    ------
    ParameterError
        If a value is not legal.
    """
    if not values["dataset_id"]:
        return None
    given = {
        **values,
        "dimensionality": _whole(values["dimensionality"]),
        "components": [_whole(component) for component in values["components"]],
        "n_neighbors": _clamped(values["n_neighbors"]),
        "selected_rows": values["selected_rows"] or "",
        "isolation": values["isolation"] or [],
        "hidden_values": values["hidden_values"] or [],
        "search": {**values["search"], "text": values["search"]["text"] or ""},
    }
    # A number that is being typed is empty for a moment; the default stands in.
    return ViewState.from_json(
        {name: v for name, v in given.items() if v not in (None, "") or name == "selected_rows"}
    )


def controls_of_view(view: ViewState) -> dict[str, Any]:
    """Return the value of every control, keyed by field, that makes this view."""
    plain = {name: getattr(view, name) for name in CONTROL_OF_FIELD}
    written = view.to_json()
    return {
        **plain,
        "dimensionality": str(view.dimensionality),
        "components": tuple(str(component) for component in _three(view.components)),
        "hidden_values": list(view.hidden_values),
        "search": {
            name: getattr(view.search, name) for name in ("text", "column", "regex", "case")
        },
        "selected_rows": written.get("selected_rows", ""),
        "isolation": written.get("isolation", []),
    }


def _three(components: tuple[int, ...]) -> tuple[int, ...]:
    return (*components, *(i for i in range(3) if i not in components))[:3]


def _clamped(value: Any) -> Any:
    """A number of neighbors on its way of being typed may be out of range."""
    return max(1, min(1_000, value)) if type(value) is int else value


def _whole(value: Any) -> Any:
    """Selects hold texts; anything that is no plain number is left for the check to refuse."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value
