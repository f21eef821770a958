"""What the forms hold once a projection is shown: what it was made of, to go on from there."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, State, no_update

from callbacks.arguments import content, opened_dataset
from callbacks.axis_boxes import boxes_of
from callbacks.custom_axes import each_axis, each_box
from dashboard import ids
from dashboard.panels.columns_form import shown_choices
from dashboard.panels.custom_axes import ENDS
from dashboard.panels.parameters import STEPWISE, shown_parameters
from data.dataset import Dataset
from data.projections.axes_parameters import CustomAxesParameters
from data.projections.parameters import rules
from data.services import Services

# All parts of the forms that a projection fills, as they are.
AS_THEY_ARE: dict[str, Any] = {
    **dict.fromkeys(("names", "search_columns", "patterns"), dict.fromkeys(ENDS, no_update)),
    "texts": {f"{axis}-{end}": no_update for axis, ends in ENDS.items() for end in ends},
    **dict.fromkeys(("rows", "isolated_only", "jitter", "columns", "key"), no_update),
    "parameters": {method: dict.fromkeys(rules(method), no_update) for method in STEPWISE},
    "refilled": no_update,
}


def register(app: dash.Dash, services: Services) -> None:
    """Register the filling of all forms."""

    @app.callback(
        output={
            "names": each_axis("name", "value", Output),
            "search_columns": each_axis("column", "value", _another),
            "patterns": each_axis("regex", "checked", _another),
            "texts": each_box("", "value", _another),
            "rows": _another(ids.AXIS_ROWS, "data"),
            "isolated_only": Output(ids.AXES_ISOLATED_ONLY, "checked"),
            "jitter": Output(ids.AXES_JITTER, "checked"),
            "columns": Output(ids.COLUMNS, "value"),
            "key": Output(ids.COORDINATES_KEY, "value"),
            "parameters": {
                method: {n: Output(ids.parameter(method, n), "value") for n in rules(method)}
                for method in STEPWISE
            },
            "refilled": Output(ids.REFILLED, "data"),
        },
        inputs={
            "projection": Input(ids.PROJECTION, "data"),
            "info": State(ids.DATASET_INFO, "data"),
            "refilled": State(ids.REFILLED, "data"),
        },
        prevent_initial_call=True,
    )
    def refill(projection: Any, info: Any, refilled: Any) -> dict[str, Any]:
        dataset = opened_dataset(services, info)
        if dataset is None or not projection:
            return AS_THEY_ARE
        return filled(dataset, asked_of(content(projection)), refilled, services)


def _another(component: str, name: str) -> Output:
    return Output(component, name, allow_duplicate=True)


def asked_of(projection: dict[str, Any]) -> dict[str, Any]:
    """Return what was asked for when a projection was computed, which tells what forms hold."""
    return {name: projection.get(name) for name in ("dataset", "method", "parameters")}


def filled(
    dataset: Dataset, asked: dict[str, Any], before: Any, services: Services
) -> dict[str, Any]:
    """Return what all forms hold; what was filled in before is not, as people may have gone on."""
    if asked == before:
        return AS_THEY_ARE
    found = {**AS_THEY_ARE, "refilled": asked}
    if asked["dataset"] != content(before).get("dataset"):
        # Rows and columns mean nothing in another dataset.
        parameters = {
            method: {**values, "supervise_by": None}
            for method, values in AS_THEY_ARE["parameters"].items()
        }
        found |= {"rows": {}, "columns": [], "key": None, "parameters": parameters}
    method, given = asked["method"], content(asked["parameters"])
    if method in STEPWISE:
        found["parameters"] = {**found["parameters"], method: shown_parameters(method, given)}
    elif method == "columns":
        found["columns"] = shown_choices(given.get("columns", ()))
    elif method == "custom_axes":
        params = CustomAxesParameters.parse(given)
        found |= filled_axes(dataset, params, services)
    return found


def filled_axes(
    dataset: Dataset, params: CustomAxesParameters, services: Services
) -> dict[str, Any]:
    """Return what the boxes of all axes hold; those of an axis that was left empty are empty."""
    axes = dict(zip(ENDS, (*params.axes, None, None), strict=False))
    kept = {axis.name: axis for axis in services.axes.of(dataset.record.id)}
    boxes = {
        name: boxes_of(dataset, name, axis, services.limits.pattern_length)
        for name, axis in axes.items()
    }
    return {
        # The name would bring in what is kept under it, where that is another axis by now.
        "names": {
            name: axis.name if axis and kept.get(axis.name, axis) == axis else ""
            for name, axis in axes.items()
        },
        "search_columns": {name: box.column for name, box in boxes.items()},
        "patterns": {name: box.regex for name, box in boxes.items()},
        "texts": {end: text for box in boxes.values() for end, text in box.texts.items()},
        "rows": {end: rows for box in boxes.values() for end, rows in box.rows.items()},
        "isolated_only": params.isolated_only,
        "jitter": params.empty_axis == "jitter",
    }
