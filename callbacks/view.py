"""The view: colors, legend and headline; drawing itself is in the scripts."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import dash
import numpy as np
from dash import ClientsideFunction, Input, Output, State

from callbacks.arguments import opened_dataset, rows_array, shown_rows
from callbacks.map_colors import specially_colored
from dashboard import ids
from dashboard.figures.color_scale import color_scale
from dashboard.figures.colors import (
    MISSING,
    N_DISTINCT,
    PLAIN,
    class_colors,
    number_colors,
)
from dashboard.panels.columns import can_color
from dashboard.panels.data import (
    MAX_LEGEND,
    build_class_legend,
    build_number_legend,
)
from dashboard.routes.page import code_type
from data.counted import counted
from data.dataset import Column, Dataset, DatasetRecord
from data.services import Services
from data.view_state import ViewState

SCALE_NOTES = {
    "linear": "",
    "log": "Logarithmic scale, because the values are very uneven.",
    "rank": "Colors by rank, because the values are very uneven.",
}
ONE_COLOR: dict[str, Any] = {"kind": "none", "colors": [PLAIN], "missing": MISSING}


def register(app: dash.Dash, services: Services) -> None:
    """Register coloring, the texts around the view, and the drawing scripts."""

    @app.callback(
        Output(ids.COLORING, "data"),
        Output(ids.LEGEND, "children"),
        Output(ids.LEGEND_NOTE, "children"),
        Output(ids.COLOR_KIND_ROW, "hidden"),
        Input(ids.DATASET_INFO, "data"),
        Input(ids.COLOR_BY, "value"),
        Input(ids.COLOR_KIND, "value"),
        Input(ids.ISOLATION, "data"),
        prevent_initial_call=True,
    )
    def color(info: Any, name: Any, kind: Any, isolation: Any) -> tuple[Any, ...]:
        dataset = opened_dataset(services, info)
        if dataset is None:
            return ONE_COLOR, [], "", True
        return asked_coloring(services, dataset, name, kind, isolation)

    app.clientside_callback(
        ClientsideFunction("projector", "draw"),
        Input(ids.PROJECTION, "data"),
        Input(ids.COLORING, "data"),
        Input(ids.HIDDEN_VALUES, "data"),
        Input(ids.SELECTED_ROWS, "data"),
        Input(ids.SELECTED_POINT, "data"),
        Input(ids.MATCHES, "data"),
        Input(ids.DIMENSIONALITY, "value"),
        Input(ids.COMPONENT_X, "value"),
        Input(ids.COMPONENT_Y, "value"),
        Input(ids.COMPONENT_Z, "value"),
        Input(ids.POINT_SIZE, "value"),
        State(ids.RESTORED_CAMERA, "data"),
        State(ids.SCENE_LAYOUT, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("projector", "showTrust"),
        Input(ids.PROJECTION, "data"),
        Input(ids.DIMENSIONALITY, "value"),
        Input(ids.COMPONENT_X, "value"),
        Input(ids.COMPONENT_Y, "value"),
        Input(ids.COMPONENT_Z, "value"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("projector", "showTools"),
        Input(ids.DIMENSIONALITY, "value"),
        Input(ids.LABEL_MODE, "value"),
    )
    app.clientside_callback(
        ClientsideFunction("projector", "showThumbnails"),
        Input(ids.THUMBNAILS, "checked"),
        Input(ids.THUMBNAIL_COLOR, "value"),
        Input(ids.POINT_CARD, "children"),
    )


def headline_text(dataset: DatasetRecord, view: ViewState) -> str:
    """Return the size of what is shown: 101 of 10,000 points · 784 dims · 20 selected."""
    shown = counted(dataset.n_points, "point")
    if view.rows is not None:
        shown = f"{len(view.rows):,} of {shown}"
    parts = [shown, counted(dataset.n_dims, "dim")]
    if view.selected_rows:
        parts.append(f"{len(view.selected_rows):,} selected")
    return " · ".join(parts)


def asked_coloring(
    services: Services, dataset: Dataset, name: Any, kind: Any, isolation: Any
) -> tuple[dict[str, Any], list[Any], str, bool]:
    """Return what `colored` does, also for a choice that is no column."""
    is_column = not isinstance(name, str) or dataset.record.column(name) is not None
    special = None if is_column else specially_colored(services, dataset, name)
    return special or colored(dataset, name, kind, rows_array(shown_rows(isolation)))


def colored(
    dataset: Dataset, name: Any, kind: Any, rows: np.ndarray | None = None
) -> tuple[dict[str, Any], list[Any], str, bool]:
    """Return (what the scripts color by, legend, note, is there no choice of kind).

    The legend counts among `rows`, those that are shown; None for all. Colors are always those of
    the whole dataset, so that isolating changes none.
    """
    column = dataset.record.column(name) if isinstance(name, str) else None
    if column is None or not can_color(column):
        return ONE_COLOR, [], "", True
    shown_as = kind if column.is_number and kind in ("categorical", "numeric") else column.kind
    coloring, legend, note = (
        _by_number(dataset, column, rows)
        if shown_as == "numeric"
        else _by_class(dataset, column, rows)
    )
    return coloring, legend, note, not column.is_number


def _by_class(
    dataset: Dataset, column: Column, rows: np.ndarray | None
) -> tuple[dict[str, Any], list[Any], str]:
    values, codes = dataset.metadata.classes(column.name)
    codes = codes if rows is None else codes[rows]
    counts = np.bincount(codes[codes >= 0], minlength=len(values)).tolist()
    colors = class_colors(len(values))
    n_missing = int((codes < 0).sum())
    coloring = {
        "kind": "categorical",
        "dataset": dataset.record.id,
        "column": column.name,
        "url": _url(dataset, "classes", column.name),
        "type": code_type(len(values)),
        "values": values,
        "colors": colors,
        "missing": MISSING,
    }
    entries = (values, counts, colors)
    if n_missing:
        entries = ([*values, ""], [*counts, n_missing], [*colors, MISSING])
    return coloring, build_class_legend(*entries), _legend_note(len(values))


def _by_number(
    dataset: Dataset, column: Column, rows: np.ndarray | None
) -> tuple[dict[str, Any], list[Any], str]:
    numbers = dataset.metadata.numbers(column.name)
    scale = color_scale(numbers)
    colors = number_colors()
    coloring = {
        "kind": "numeric",
        "dataset": dataset.record.id,
        "column": column.name,
        "url": _url(dataset, "numbers", column.name) + f"&scale={scale.kind}",
        "type": "<f4",
        "low": scale.low,
        "high": scale.high,
        "colors": colors,
        "missing": MISSING,
    }
    n_missing = int(np.isnan(numbers if rows is None else numbers[rows]).sum())
    legend = build_number_legend(scale.ticks, colors, n_missing)
    return coloring, legend, SCALE_NOTES[scale.kind]


def _legend_note(n_values: int) -> str:
    notes = []
    if n_values > N_DISTINCT:
        notes.append(f"{n_values:,} classes: colors repeat after {N_DISTINCT}.")
    if n_values > MAX_LEGEND:
        notes.append(f"The {MAX_LEGEND} largest are listed.")
    return " ".join(notes)


def _url(dataset: Dataset, what: str, column: str) -> str:
    record = dataset.record
    return f"page/datasets/{record.id}/{record.metadata_revision}/{what}?column={quote(column)}"
