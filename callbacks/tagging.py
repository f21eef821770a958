"""Tagging the selection: the edit is kept for everybody and colors at once."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State

from callbacks.arguments import content, opened_dataset, text
from dashboard import ids
from data.errors import ParameterError
from data.rows import decode_rows
from data.services import Services
from data.view_state import ViewState

MAX_SUGGESTED = 50
REVISION = re.compile(r"[0-9]{1,9}")


def register(app: dash.Dash, services: Services) -> None:
    """Register the form below the selection."""

    @app.callback(
        Output(ids.OPENED, "data", allow_duplicate=True),
        Output(ids.TAG_VALUE, "value"),
        Input(ids.TAG, "n_clicks"),
        State(ids.TAG_COLUMN, "value"),
        State(ids.TAG_VALUE, "value"),
        State(ids.TAG_AUTHOR, "value"),
        State(ids.SELECTED_ROWS, "data"),
        State(ids.VIEW_STATE, "data"),
        running=[(Output(ids.TAG, "disabled"), True, False)],
        prevent_initial_call=True,
    )
    def tag(clicks: Any, column: Any, value: Any, author: Any, rows: Any, state: Any) -> Any:
        texts = {"column": column, "value": value, "author": author}
        return tagged(services, state, texts, rows), ""

    @app.callback(
        Output(ids.OPENED, "data", allow_duplicate=True),
        Input(ids.UNDO_TAG, "n_clicks"),
        State(ids.TAG_EDIT, "value"),
        State(ids.TAG_AUTHOR, "value"),
        State(ids.VIEW_STATE, "data"),
        prevent_initial_call=True,
    )
    def undo(clicks: Any, edit: Any, author: Any, state: Any) -> Any:
        return undone(services, state, edit, author)

    @app.callback(
        Output(ids.TAG_VALUE, "data"),
        Input(ids.TAG_COLUMN, "value"),
        State(ids.DATASET_INFO, "data"),
        prevent_initial_call=True,
    )
    def suggest(name: Any, info: Any) -> list[str]:
        return known_values(services, info, name)

    app.clientside_callback(
        ClientsideFunction("projector", "tagButton"),
        Output(ids.TAG, "disabled"),
        Input(ids.SELECTED_ROWS, "data"),
        Input(ids.TAG_COLUMN, "value"),
    )
    app.clientside_callback(
        ClientsideFunction("projector", "rememberAuthor"),
        Input(ids.AUTHOR, "value"),
        Input(ids.TAG_AUTHOR, "value"),
    )


def tagged(services: Services, state: Any, texts: dict[str, Any], rows: Any) -> dict[str, Any]:
    """Tag the selected rows; what is opened is the same view, colored by the tag."""
    for name, value in texts.items():
        if not isinstance(value, str | None):
            raise ParameterError(f"The {name} must be a text.")
    column, value, author = (texts[name] or "" for name in ("column", "value", "author"))
    if not isinstance(rows, str | None):
        raise ParameterError("The selected rows are damaged.")
    view = ViewState.from_json(content(state))
    services.edits.tag(view.dataset_id, column, decode_rows(rows or ""), value, author)
    return {"view": replace(view, color_by=column.strip()).to_json()}


def undone(services: Services, state: Any, edit: Any, author: Any) -> dict[str, Any]:
    """Take an edit back, whoever made it."""
    view = ViewState.from_json(content(state))
    if not isinstance(edit, str) or not REVISION.fullmatch(edit):
        raise ParameterError("Choose the edit to take back.")
    services.edits.undo(view.dataset_id, int(edit), text(author))
    return {"view": view.to_json()}


def known_values(services: Services, info: Any, name: Any) -> list[str]:
    """Return the values of a column of classes, as suggestions."""
    dataset = opened_dataset(services, info)
    column = dataset.record.column(name) if dataset and isinstance(name, str) else None
    if dataset is None or column is None or column.kind != "categorical":
        return []
    return [value[:200] for value in dataset.metadata.classes(column.name)[0][:MAX_SUGGESTED]]
