"""The page: header, panels and view, and the stores between them."""

from __future__ import annotations

import json
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard import ids
from dashboard.figures.scene import scene_layout
from dashboard.panels.bookmarks import build_bookmarks_panel
from dashboard.panels.data import build_data_panel, build_dataset_select
from dashboard.panels.inspector import build_inspector_panel
from dashboard.panels.parts import icon_button, named
from dashboard.panels.projection import build_projection_panel
from dashboard.panels.view import build_view_panel

# Controls that are no visible component, then what is derived, then what scripts report.
STORES: dict[str, Any] = {
    ids.PROJECTION_ID: None,
    ids.HIDDEN_VALUES: [],
    ids.SELECTED_POINT: None,
    ids.SELECTED_ROWS: "",
    ids.ISOLATION: [],
    ids.VIEW_STATE: None,
    ids.LINK: None,
    ids.SCENE_LAYOUT: scene_layout(),
    ids.DATASET_INFO: None,
    ids.PROJECTION: None,
    ids.CHOSEN: {},
    ids.AXIS_ROWS: {},
    ids.CUSTOM_AXES: None,
    ids.REFILLED: None,
    ids.COLORING: None,
    ids.RUNS: None,
    ids.NEIGHBORS: None,
    ids.MATCHES: None,
    ids.RESTORED_CAMERA: None,
    ids.RESTORED: None,
    ids.NOTICE: None,
    ids.CAMERA: None,
    ids.POINT_CLICKED: None,
    ids.SELECTED_BY_HAND: None,
    ids.SEARCH_COMMITTED: None,
    ids.CLEARED: None,
    ids.PROJECTION_CHOSEN: None,
    ids.JOB_STARTED: None,
    ids.JOB_ENDED: None,
    ids.OPENED: None,
    ids.CATALOG_CHANGED: None,
}

# How soon a page sees what a training job has written.
RUNS_MILLISECONDS = 5_000

SHORTCUTS = (
    ("Drag", "turn the picture (3D) or move it (2D)"),
    ("Right drag, Shift drag", "move the picture"),
    ("Wheel", "zoom; in 2D at the pointer"),
    ("One finger, two fingers", "turn or move; pinch to zoom, drag both to move"),
    ("Double-click a point", "bring it into the middle"),
    ("Click a point", "select it and list its nearest neighbors"),
    ("/", "search"),
    ("Enter", "select all matches of the search"),
    ("↑ ↓", "walk a list of neighbors or matches"),
    ("Enter in a list", "go to the point"),
    ("O, P", "drag turns, or moves the picture"),
    ("R, L, S", "select by rectangle, lasso or sphere"),
    ("Shift, Alt", "while selecting: add to, or remove from the selection"),
    ("V", "take visible points only, or also those behind"),
    ("T", "labels of the selection, of many points, or none"),
    ("2, 3", "two or three dimensions"),
    ("0, F", "fit all points, or the selection"),
    ("Esc", "give up a drag; clear the selection"),
    ("Ctrl+Z, Shift+Ctrl+Z", "undo and redo selecting, isolating and projecting"),
)


def build_layout() -> dmc.MantineProvider:
    """Build the whole page; every panel is there from the start."""
    return dmc.MantineProvider(
        html.Div(
            [
                dcc.Location(id=ids.LOCATION, refresh=False),
                *(build_store(id, data) for id, data in STORES.items()),
                dcc.Interval(id=ids.RUNS_TIMER, interval=RUNS_MILLISECONDS, disabled=True),
                _build_header(),
                html.Aside([build_data_panel(), build_projection_panel()], className="left"),
                build_view_panel(),
                html.Aside([build_inspector_panel(), build_bookmarks_panel()], className="right"),
                _build_notice(),
                _build_help(),
            ],
            className="page",
        ),
        defaultColorScheme="auto",
        theme={
            "primaryColor": "indigo",
            "fontFamily": "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
            "fontSizes": {"xs": "12px", "sm": "13px"},
        },
    )


def build_store(id: str, data: Any) -> dcc.Store:
    """Build a store of the page.

    Without data it must be told of none: null is changed to undefined as the page opens, and all
    that hears of the store would ask the server, or start a process, for nothing.
    """
    return dcc.Store(id=id) if data is None else dcc.Store(id=id, data=data)


def _build_header() -> html.Header:
    return html.Header(
        [
            html.H1("Embedding dashboard"),
            build_dataset_select(),
            html.Div(id=ids.HEADLINE, className="headline"),
            html.Span(className="grow"),
            icon_button("Help: mouse and keys", "?", ids.HELP_OPEN),
            dmc.ColorSchemeToggle(
                lightIcon=html.Span("☀"),
                darkIcon=html.Span("☾"),
                variant="subtle",
                size="sm",
            ),
        ],
        className="header",
    )


def _build_notice() -> html.Div:
    """Build the bar that says what went wrong, or offers to undo."""
    return html.Div(
        [
            html.Span(id=ids.NOTICE_TEXT),
            html.Button("Undo", id=ids.NOTICE_UNDO, className="button", hidden=True),
            icon_button("Close this notice", "×", ids.NOTICE_CLOSE),
        ],
        id=ids.NOTICE_BAR,
        className="notice",
        role="alert",
        hidden=True,
    )


def _build_help() -> html.Dialog:
    """Build the dialog about mouse and keys; help.js makes its lines when it is opened."""
    return html.Dialog(
        [
            html.H2("Mouse and keys"),
            html.Dl(**named(data_lines=json.dumps(SHORTCUTS))),
            html.Form(html.Button("Close", className="button"), method="dialog"),
        ],
        id=ids.HELP,
        className="dialog",
    )
