"""Bookmarks: the panel follows the open dataset; everything else goes over HTTP."""

from __future__ import annotations

import dash
from dash import ClientsideFunction, Input

from dashboard import ids
from data.services import Services


def register(app: dash.Dash, services: Services) -> None:
    """Register the panel of bookmarks."""
    app.clientside_callback(
        ClientsideFunction("projector", "showBookmarks"),
        Input(ids.DATASET_INFO, "data"),
        prevent_initial_call=True,
    )
