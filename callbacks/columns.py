"""The kind of a metadata column: what it is by its content, or what a person says it is."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, State, no_update, set_props

from callbacks.arguments import content
from dashboard import ids
from dashboard.panels.columns import kind_note
from data.dataset import Column
from data.errors import NotFoundError
from data.services import Services


def register(app: dash.Dash, services: Services) -> None:
    """Register the switch of a column's kind."""

    @app.callback(
        Output(ids.COLUMN_KIND_NOTE, "children"),
        Input(ids.KIND_COLUMN, "value"),
        Input(ids.DATASET_INFO, "data"),
        State(ids.COLUMN_KIND, "value"),
        prevent_initial_call=True,
    )
    def show_kind(name: Any, info: Any, shown: Any) -> str:
        column = chosen_column(services, info, name)
        # Not an output: a new kind opens the page anew, which shows the kind.
        set_props(ids.COLUMN_KIND, {"disabled": column is None})
        if shown_kind(column) != shown:
            set_props(ids.COLUMN_KIND, {"value": shown_kind(column)})
        return kind_note(column)

    @app.callback(
        Output(ids.OPENED, "data", allow_duplicate=True),
        Input(ids.COLUMN_KIND, "value"),
        State(ids.KIND_COLUMN, "value"),
        State(ids.DATASET_INFO, "data"),
        prevent_initial_call=True,
    )
    def switch_kind(kind: Any, name: Any, info: Any) -> Any:
        return switched(services, info, name, kind)


def chosen_column(services: Services, info: Any, name: Any) -> Column | None:
    """Return a column of the open dataset, as it is now; None when there is no such column."""
    dataset_id = content(info).get("id")
    if not dataset_id or not isinstance(name, str):
        return None
    try:
        return services.datasets.record(str(dataset_id)).column(name)
    except NotFoundError:
        return None  # deleted meanwhile, which others say


def shown_kind(column: Column | None) -> str:
    """Return which part of the switch is on."""
    return "auto" if column is None or column.by_content is None else column.kind


def switched(services: Services, info: Any, name: Any, kind: Any) -> Any:
    """Keep the kind of a column and show the page with it; nothing when it has this kind."""
    column = chosen_column(services, info, name)
    if column is None or kind == shown_kind(column):
        return no_update
    dataset_id = str(content(info).get("id"))
    try:
        services.metadata.set_kind(dataset_id, column.name, None if kind == "auto" else kind)
    finally:
        # The switch shows what holds, also when a kind was refused.
        column = chosen_column(services, info, name)
        set_props(ids.COLUMN_KIND, {"value": shown_kind(column)})
    return {"id": dataset_id, "keep": True}
