"""The parameters of the methods: what the data offers and allows, and what a run would cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output

from callbacks.arguments import content, opened_dataset, shown_rows, text
from dashboard import ids
from dashboard.panels.columns_form import read_axis_choices
from dashboard.panels.parameters import STEPWISE, bounded_by_data, read_parameters
from data.dataset import DatasetRecord
from data.errors import ProjectorError
from data.projections.methods import METHODS
from data.projections.parameters import rules
from data.services import Services
from data.workers.processes import expect_run

# While a form holds nothing yet.
BLANK = {
    "custom_axes": "Say what lies left and right: texts to find, or the selection.",
    "columns": "Choose two or three columns.",
}


def register(app: dash.Dash, services: Services) -> None:
    """Register what stands in the forms and under them."""

    @app.callback(
        Output(ids.ESTIMATE, "children"),
        Output(ids.RUN_METHOD, "disabled"),
        inputs={
            "method": Input(ids.METHOD, "value"),
            "info": Input(ids.DATASET_INFO, "data"),
            "isolation": Input(ids.ISOLATION, "data"),
            "values": controls(Input),
        },
        prevent_initial_call=True,
    )
    def estimate(method: Any, info: Any, isolation: Any, values: Any) -> tuple[str, bool]:
        dataset = opened_dataset(services, info)
        if dataset is None or text(method) not in METHODS or method == "pca":
            return "", True
        given = asked_parameters(method, values)
        if is_blank(method, given):
            return BLANK[method], True
        return cost_text(services, dataset.record.id, isolation, method, given)

    @app.callback(
        output={
            method: {n: Output(ids.parameter(method, n), "rightSection") for n in names}
            for method, names in bounded_by_data().items()
        },
        inputs={
            "info": Input(ids.DATASET_INFO, "data"),
            "isolation": Input(ids.ISOLATION, "data"),
        },
        prevent_initial_call=True,
    )
    def bounds(info: Any, isolation: Any) -> dict[str, dict[str, str]]:
        dataset = opened_dataset(services, info)
        rows = shown_rows(isolation)
        return most_allowed(
            dataset.record if dataset else None, None if rows is None else len(rows)
        )

    app.clientside_callback(
        ClientsideFunction("projector", "coordinatesOf"),
        Input(ids.DATASET_INFO, "data"),
        Input(ids.COORDINATES_KEY, "value"),
        prevent_initial_call=True,
    )


def controls(dependency: Callable[[str, str], Any]) -> dict[str, Any]:
    """Return what the forms of all methods hold, as inputs or states of a callback."""
    return {
        **{
            method: {n: dependency(ids.parameter(method, n), "value") for n in rules(method)}
            for method in STEPWISE
        },
        "custom_axes": dependency(ids.CUSTOM_AXES, "data"),
        "columns": dependency(ids.COLUMNS, "value"),
    }


def most_allowed(record: DatasetRecord | None, n_rows: int | None) -> dict[str, dict[str, str]]:
    """Return what stands in the boxes whose largest value depends on the data.

    Parameters
    ----------
    n_rows : how many points are isolated; None where all are shown
    """

    def largest(method: str, name: str) -> str:
        if record is None:
            return ""
        n_points = record.n_points if n_rows is None else n_rows
        return f"≤ {rules(method)[name].range(n_points, record.n_dims)[1]:,g}"

    found = bounded_by_data()
    return {method: {n: largest(method, n) for n in names} for method, names in found.items()}


def asked_parameters(method: str, values: Any) -> dict[str, Any]:
    """Return the parameters that the form of a method holds, as the API takes them."""
    given = content(values).get(method)
    if method in STEPWISE:
        return read_parameters(method, content(given))
    if method == "columns":
        return {"columns": read_axis_choices(given if isinstance(given, list) else [])}
    # Without a third axis it is a flat picture.
    axes = list(content(given).get("axes") or [None, None])
    return {**content(given), "axes": axes if axes[-1] else axes[:2]}


def is_blank(method: str, given: dict[str, Any]) -> bool:
    """Whether nothing was said yet of what a method needs to be told."""
    if method == "columns":
        return len(given["columns"]) < 2
    return method == "custom_axes" and not any(given["axes"])


def cost_text(
    services: Services, dataset_id: str, isolation: Any, method: str, given: dict[str, Any]
) -> tuple[str, bool]:
    """Return what a run would cost, or why it cannot be; and whether Run is off."""
    if method in STEPWISE:
        expect_run(services.data_dir)
    try:
        wanted = services.projections.wanted(dataset_id, method, given, shown_rows(isolation))
    except ProjectorError as error:
        return error.message, True
    points = f"{wanted.record.n_points:,} points"
    cost = f"about {spell_seconds(wanted.cost.seconds)}, {wanted.cost.bytes / 1e9:.1f} GB"
    notes = f" {wanted.record.message}" if wanted.record.message else ""
    return f"{points}: {cost}.{notes}", False


def spell_seconds(seconds: float) -> str:
    """Return a time as people say it: 5 s, 3 min, 2 h."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
