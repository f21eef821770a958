"""Datasets: the list of them, names, deleting and taking it back."""

from __future__ import annotations

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, ctx, no_update, set_props

from callbacks.bringing_back import bring_back
from dashboard import ids
from dashboard.panels.data import dataset_options
from data.bookmarks.bookmarking import dependent_bookmarks
from data.counted import counted
from data.services import Services


def register(app: dash.Dash, services: Services) -> None:
    """Register the dataset list and what changes it."""

    @app.callback(
        Output(ids.DATASET, "data", allow_duplicate=True),
        Input(ids.CATALOG_CHANGED, "data"),
        prevent_initial_call=True,
    )
    def list_datasets(changed: Any) -> list[dict[str, str]]:
        return dataset_options(services.datasets.list())

    @app.callback(
        Output(ids.CATALOG_CHANGED, "data"),
        Input(ids.DATASET_NAME, "n_blur"),
        Input(ids.DATASET_NAME, "n_submit"),
        State(ids.DATASET_NAME, "value"),
        State(ids.DATASET, "value"),
        prevent_initial_call=True,
    )
    def rename_dataset(left: Any, entered: Any, name: Any, dataset_id: Any) -> Any:
        return rename(services, dataset_id, name)

    @app.callback(
        Output(ids.OPENED, "data"),
        Output(ids.NOTICE, "data"),
        Input(ids.DATASET_DELETE, "n_clicks"),
        Input(ids.NOTICE_UNDO, "n_clicks"),
        State(ids.DATASET, "value"),
        State(ids.NOTICE, "data"),
        prevent_initial_call=True,
    )
    def delete_dataset(deleted: Any, undone: Any, dataset_id: Any, notice: Any) -> tuple[Any, Any]:
        if ctx.triggered_id == ids.DATASET_DELETE:
            return delete(services, dataset_id)
        return bring_back(services, notice), None

    app.clientside_callback(
        ClientsideFunction("projector", "showDataset"),
        Input(ids.DATASET_INFO, "data"),
        Input(ids.LABEL_BY, "value"),
    )
    app.clientside_callback(
        ClientsideFunction("projector", "showNotice"),
        Input(ids.NOTICE, "data"),
    )


def rename(services: Services, dataset_id: Any, name: Any) -> Any:
    """Give the open dataset the name that was typed."""
    if not dataset_id:
        return no_update
    record = services.datasets.record(str(dataset_id))
    if name == record.name:
        return no_update
    try:
        record = services.datasets.rename(record.id, name)
    finally:
        # The box shows the name that holds, also when the typed one was refused.
        set_props(ids.DATASET_NAME, {"value": record.name})
    return {"id": record.id, "name": record.name}


def delete(services: Services, dataset_id: Any) -> tuple[Any, Any]:
    """Move the open dataset to the trash, open the next, and offer to undo."""
    if not dataset_id:
        return no_update, no_update
    record = services.datasets.delete(str(dataset_id))
    text = f"“{record.name}” is in the trash and stays there for 7 days."
    text += dependents(services, record.id)
    return {"id": None}, {"kind": "info", "text": text, "undo": record.id}


def dependents(services: Services, dataset_id: str) -> str:
    """Return which bookmarks do not open without a dataset, as a sentence; empty without any."""
    names = [bookmark.name for bookmark in dependent_bookmarks(services, dataset_id)]
    if not names:
        return ""
    listed = ", ".join(f"“{name[:60]}”" for name in names[:3]) + (" …" if len(names) > 3 else "")
    return f" {counted(len(names), 'bookmark')} of it will not open: {listed}."
