"""The view: the scene, its toolbar and the status line."""

from __future__ import annotations

from dash import dcc, html

from dashboard import ids
from dashboard.figures.scene import GRAPH_CONFIG, blank_figure
from dashboard.panels.bookmarks import build_story_bar
from dashboard.panels.parts import named
from dashboard.panels.toolbar import build_toolbar

EMPTY_HINT = (
    "Drop a .npy, .parquet, .tsv, .csv or other file of vectors here, with its metadata and "
    "thumbnails, or press Upload."
)


def build_view_panel() -> html.Main:
    """Build the middle of the page."""
    return html.Main(
        [
            build_toolbar(),
            html.Div(
                [
                    dcc.Graph(
                        id=ids.GRAPH, figure=blank_figure(), config=GRAPH_CONFIG, className="graph"
                    ),
                    html.Canvas(id=ids.TORN_LINES_DRAWN, className="overlay torn-lines"),
                    html.Canvas(id=ids.LABELS, className="overlay labels"),
                    html.Canvas(id=ids.EDGE_TICKS, className="overlay"),
                    html.Canvas(id=ids.SELECTING, className="overlay selecting", hidden=True),
                    html.Div(id=ids.MOVING_NOTE, className="moving-note", hidden=True),
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
            build_story_bar(),
            html.Div(
                [
                    html.Span(id=ids.STATUS),
                    html.Span(id=ids.TRUST, className="trust"),
                    html.Span(id=ids.DRAWN_NOTE, className="drawn-note"),
                ],
                className="status",
                role="status",
            ),
        ],
        className="middle",
    )
