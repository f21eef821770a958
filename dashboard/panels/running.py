"""The part of the projection panel about long computations: Run, progress, and what there is."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import html

from dashboard import ids
from dashboard.panels.parts import named


def build_run_row() -> html.Div:
    """Build the estimate and Run, which all methods but PCA share."""
    return html.Div(
        [
            html.Div(id=ids.ESTIMATE, className="hint reserve grow"),
            html.Button("Run", id=ids.RUN_METHOD, className="button primary"),
        ],
        id=ids.RUN_ROW,
        className="row end run-row",
        hidden=True,
    )


def build_projection_list() -> html.Div:
    """Build the progress of the shown run and the list of projections; scripts fill them."""
    return html.Div(
        [
            html.Div(id=ids.JOB, className="job", hidden=True, **named(aria_live="polite")),
            html.Div(id=ids.PROJECTION_LIST, className="projections"),
            dmc.TextInput(
                id=ids.AUTHOR,
                placeholder="Your name, for the others (optional)",
                size="xs",
                value="",
                **named(aria_label="Your name"),
            ),
        ],
        id=ids.LONG_PROJECTIONS,
        className="form",
        hidden=True,
    )
