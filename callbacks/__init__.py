"""Connects what is on the screen with what is computed; one module per journey."""

from __future__ import annotations

import dash

from callbacks import (
    bookmarks,
    columns,
    custom_axes,
    datasets,
    first_picture,
    inspector,
    jobs,
    kept_axes,
    links,
    parameters,
    projections,
    refilling,
    runs,
    selection,
    tagging,
    view,
)
from data.services import Services


def register(app: dash.Dash, services: Services) -> None:
    """Register every callback on the given application."""
    first = (links, datasets, columns, runs, view, projections, parameters)
    for journey in (
        *first,
        jobs,
        custom_axes,
        kept_axes,
        refilling,
        selection,
        tagging,
        inspector,
        bookmarks,
        first_picture,
    ):
        journey.register(app, services)
