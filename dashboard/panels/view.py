"""The view: the scene, its toolbar and the status line."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard import ids
from dashboard.figures.scene import GRAPH_CONFIG, blank_figure
from dashboard.panels.parts import icon_button, named, switch

EMPTY_HINT = "Drop a .npy, .npz, .tsv or .csv file here, or press Upload at the left."


def build_view_panel() -> html.Main:
    """Build the middle of the page."""
    return html.Main(
        [
            _build_toolbar(),
            html.Div(
                [
                    dcc.Graph(
                        id=ids.GRAPH, figure=blank_figure(), config=GRAPH_CONFIG, className="graph"
                    ),
                    html.Div(id="hover-card", className="hover-card", hidden=True),
                    html.Div(
                        [html.Span(className="spinner"), html.Span("Working …")],
                        id=ids.BUSY,
                        className="busy",
                        role="status",
                    ),
                    html.Div(
                        [html.H3("Nothing to look at yet"), html.P(EMPTY_HINT)],
                        id=ids.EMPTY,
                        className="empty",
                        hidden=True,
                    ),
                ],
                id=ids.VIEW,
                className="view",
                role="group",
                **named(aria_label="Points", data_frame="0", data_points="0", data_projection=""),
            ),
            html.Div(
                [html.Span(id=ids.STATUS), html.Span(id=ids.DRAWN_NOTE, className="drawn-note")],
                className="status",
                role="status",
            ),
        ],
        className="middle",
    )


def _build_toolbar() -> html.Div:
    return html.Div(
        [
            icon_button("Hide or show the left panels", "◧", ids.TOGGLE_LEFT),
            html.Span(className="grow"),
            html.Div(
                [
                    html.Label("Point size", className="hint"),
                    dmc.Slider(
                        id=ids.POINT_SIZE,
                        min=0.5,
                        max=4,
                        step=0.1,
                        value=1,
                        size="xs",
                        w=90,
                        label=None,
                        thumbLabel="Point size",
                    ),
                ],
                className="row",
            ),
            switch("Thumbnails", ids.THUMBNAILS, "Show pictures in lists and cards", checked=True),
            html.Button(
                "Reset view", id=ids.RESET_VIEW, className="button", title="Show all points (0)"
            ),
            icon_button("Hide or show the right panels", "◨", ids.TOGGLE_RIGHT),
        ],
        className="toolbar",
        role="toolbar",
    )
