"""Connects what is on the screen with what is computed; one module per journey."""

from __future__ import annotations

import dash

from callbacks import (
    bookmarks,
    columns,
    datasets,
    inspector,
    jobs,
    links,
    projections,
    runs,
    selection,
    view,
)
from data.services import Services


def register(app: dash.Dash, services: Services) -> None:
    """Register every callback on the given application."""
    first = (links, datasets, columns, runs)
    for journey in (*first, view, projections, jobs, selection, inspector, bookmarks):
        journey.register(app, services)
