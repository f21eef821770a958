"""Selecting and isolating: a click, a committed search, the buttons."""

from __future__ import annotations

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, ctx, no_update

from callbacks.arguments import (
    content,
    isolation_steps,
    label_name,
    opened_dataset,
    rows_array,
    shown_rows,
)
from callbacks.inspector import card, matching_rows
from callbacks.view import headline_text
from dashboard import ids
from dashboard.controls import CONTROL_OF_FIELD, bind
from dashboard.panels.inspector import build_isolation_trail
from data.dataset import Dataset
from data.errors import ParameterError
from data.neighbors import nearest_neighbors
from data.rows import decode_rows, encode_rows
from data.services import Services
from data.view_state import ViewState


def register(app: dash.Dash, services: Services) -> None:
    """Register what selects points and what isolates them."""

    @app.callback(
        Output(ids.SELECTED_POINT, "data"),
        Output(ids.SELECTED_ROWS, "data"),
        Output(ids.NEIGHBORS, "data"),
        Output(ids.POINT_CARD, "children"),
        inputs={
            "clicked": Input(ids.POINT_CLICKED, "data"),
            "committed": Input(ids.SEARCH_COMMITTED, "data"),
            "cleared": Input(ids.CLEARED, "data"),
            "by_hand": Input(ids.SELECTED_BY_HAND, "data"),
            "info": Input(ids.DATASET_INFO, "data"),
            "metric": Input(ids.METRIC, "value"),
            "n_neighbors": Input(ids.N_NEIGHBORS, "value"),
            "label_by": Input(ids.LABEL_BY, "value"),
            "isolation": Input(ids.ISOLATION, "data"),
            "point": State(ids.SELECTED_POINT, "data"),
            "rows": State(ids.SELECTED_ROWS, "data"),
            "search": bind(CONTROL_OF_FIELD["search"], State),
        },
        prevent_initial_call=True,
    )
    def select(info: Any, search: Any, **controls: Any) -> tuple[Any, ...]:
        dataset = opened_dataset(services, info)
        if dataset is None or ctx.triggered_id == ids.CLEARED:
            return None, "", None, []
        if ctx.triggered_id == ids.SELECTED_BY_HAND:
            # The page has the rows already; asking here makes Dash drop the answer to a click that
            # is still on its way.
            return no_update, no_update, None, []
        if ctx.triggered_id == ids.SEARCH_COMMITTED:
            # The text comes with the event: the control reports it a moment after the last key.
            typed = {**search, "text": content(controls["committed"]).get("text")}
            limit = services.limits.pattern_length
            rows = matching_rows(dataset, typed, controls["isolation"], limit)
            if len(rows) != 1:
                return None, encode_rows(rows), None, []
            controls["point"] = int(rows[0])
        k = number_of_neighbors(controls["n_neighbors"], services.limits.max_neighbors)
        found = selected(dataset, ctx.triggered_id, **{**controls, "n_neighbors": k})
        # A view that is opened has its selection, which may be other than point and neighbors.
        is_opened = f"{ids.DATASET_INFO}.data" in ctx.triggered_prop_ids and controls["rows"]
        return (found[0], no_update, *found[2:]) if is_opened else found

    @app.callback(
        Output(ids.ISOLATION, "data"),
        Input(ids.ISOLATE, "n_clicks"),
        Input(ids.STEP_BACK, "n_clicks"),
        Input(ids.SHOW_ALL, "n_clicks"),
        State(ids.ISOLATION, "data"),
        State(ids.SELECTED_ROWS, "data"),
        prevent_initial_call=True,
    )
    def isolate(isolated: Any, back: Any, all_shown: Any, steps: Any, rows: Any) -> Any:
        return isolation_after(str(ctx.triggered_id), isolation_steps(steps), rows)

    @app.callback(
        Output(ids.HEADLINE, "children"),
        Output(ids.SELECTION_COUNT, "children"),
        Output(ids.ISOLATION_TRAIL, "children"),
        Output(ids.ISOLATE, "disabled"),
        Output(ids.CLEAR, "disabled"),
        Output(ids.STEP_BACK, "disabled"),
        Output(ids.SHOW_ALL, "disabled"),
        Input(ids.VIEW_STATE, "data"),
        prevent_initial_call=True,
    )
    def say_what_is_selected(state: Any) -> tuple[Any, ...]:
        if not state:
            return "", "Nothing selected", "", True, True, True, True
        view = ViewState.from_json(state)
        record = services.datasets.record(view.dataset_id)
        return headline_text(record, view), *button_states(view, record.n_points)

    app.clientside_callback(
        ClientsideFunction("projector", "listNeighbors"),
        Input(ids.NEIGHBORS, "data"),
        Input(ids.THUMBNAILS, "checked"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("projector", "noteMetric"), Input(ids.METRIC, "value")
    )
    app.clientside_callback(
        ClientsideFunction("projector", "rankNeighbors"),
        Input(ids.NEIGHBORS, "data"),
        Input(ids.PROJECTION, "data"),
        Input(ids.DIMENSIONALITY, "value"),
        *(Input(axis, "value") for axis in (ids.COMPONENT_X, ids.COMPONENT_Y, ids.COMPONENT_Z)),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("projector", "showTornLines"), Input(ids.TORN_LINES, "checked")
    )
    app.clientside_callback(
        ClientsideFunction("projector", "listSelected"),
        Input(ids.SELECTED_ROWS, "data"),
        Input(ids.SELECTED_POINT, "data"),
        Input(ids.LABEL_BY, "value"),
        Input(ids.THUMBNAILS, "checked"),
        prevent_initial_call=True,
    )


def selected(
    dataset: Dataset,
    trigger: Any,
    *,
    clicked: Any,
    point: Any,
    metric: Any,
    n_neighbors: int,
    label_by: Any,
    isolation: Any,
    **_: Any,
) -> tuple[Any, ...]:
    """Return what a click or a new setting selects.

    These are the point, the rows, the list of neighbors and the card of the point.
    """
    if trigger == ids.POINT_CLICKED:
        point = content(clicked).get("row")
    if point is None:
        return None, no_update, None, []
    listed = neighbor_list(dataset, point, metric, n_neighbors, label_by, isolation)
    rows = encode_rows([point, *listed["rows"]])
    return point, rows, listed, card(dataset, point, label_by)


def number_of_neighbors(typed: Any, most: int) -> int:
    """Return how many neighbors to list; while a person types, the box may hold anything."""
    return max(1, min(typed, most)) if type(typed) is int else min(100, most)


def neighbor_list(
    dataset: Dataset, point: Any, metric: Any, k: int, label_by: Any, isolation: Any
) -> dict[str, Any]:
    """Return the nearest neighbors of a point among the shown rows, with label and distance."""
    among = rows_array(shown_rows(isolation))
    found = nearest_neighbors(
        dataset.tensor, point, k, metric, norms=dataset.squared_norms, rows=among
    )
    name = label_name(dataset, label_by)
    return {
        "row": point,
        "metric": metric,
        "isolated": among is not None,
        "rows": found.rows.tolist(),
        "distances": [round(float(d), 6) for d in found.distances],
        "labels": dataset.labels(name, found.rows),
    }


def isolation_after(button: str, steps: list[Any], selected_rows: Any) -> list[Any]:
    """Return the nested isolation after a button; Isolate takes exactly the selected rows."""
    if button == ids.SHOW_ALL:
        return []
    if button == ids.STEP_BACK:
        return steps[:-1]
    rows = decode_rows(selected_rows or "")
    if steps:
        outer = set(decode_rows(steps[-1]))
        rows = tuple(row for row in rows if row in outer)
    if not rows:
        raise ParameterError("Nothing is selected.", hint="Click a point or search first.")
    return [*steps, encode_rows(rows)]


def button_states(view: ViewState, n_points: int) -> tuple[Any, ...]:
    """Return the texts of the selection and which of its buttons are disabled."""
    n_selected, n_steps = len(view.selected_rows), len(view.isolation)
    shown = view.rows
    same = shown is not None and view.selected_rows == shown
    count = f"{n_selected:,} selected" if n_selected else "Nothing selected"
    trail = build_isolation_trail(view, n_points)
    return count, trail, not n_selected or same, not n_selected, not n_steps, not n_steps
