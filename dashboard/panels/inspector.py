"""Inspector: search, the selected point, its nearest neighbors, the selection."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard import ids
from dashboard.panels.columns import column_select
from dashboard.panels.parts import named, section, switch
from dashboard.panels.tagging import build_tagging
from data.view_state import ViewState

MAX_CELL = 2_000


def build_inspector_panel() -> html.Section:
    """Build the panel at the right."""
    return section(
        "Inspector",
        _build_search(),
        html.Div(id=ids.SEARCH_MESSAGE, className="hint reserve", role="status"),
        _build_list(ids.MATCH_LIST, "Matches", "matches"),
        _build_selection(),
        html.Div(id=ids.POINT_CARD, className="point-card"),
        html.Div(
            [
                dmc.SegmentedControl(
                    id=ids.METRIC,
                    value="cosine",
                    size="xs",
                    data=[
                        {"value": "cosine", "label": "Cosine"},
                        {"value": "euclidean", "label": "Euclidean"},
                    ],
                ),
                dmc.NumberInput(
                    id=ids.N_NEIGHBORS,
                    value=100,
                    min=1,
                    max=1_000,
                    allowDecimal=False,
                    clampBehavior="blur",
                    size="xs",
                    w=84,
                    debounce=300,
                    attributes={"input": {"aria-label": "Number of neighbors"}},
                ),
            ],
            className="row spread",
            title="Distance in the original space, and how many neighbors (1 to 1,000)",
        ),
        html.Div(id=ids.NEIGHBORS_TITLE, className="hint reserve"),
        html.Div(
            [
                switch(
                    "Lines to torn neighbors",
                    ids.TORN_LINES,
                    "Neighbors in the original space that the map puts farther away than as many "
                    "points as are listed. Beside each neighbor stand its rank in the original "
                    "space and its rank on the map.",
                ),
                html.Span(id=ids.TORN_COUNT, className="hint"),
            ],
            id=ids.TORN_LINES_ROW,
            className="torn-lines-row",
            hidden=True,
        ),
        _build_list(ids.NEIGHBOR_LIST, "Nearest neighbors", "neighbors"),
        _build_list(ids.SELECTION_LIST, "Selected points", "neighbors"),
    )


def _build_search() -> html.Div:
    return html.Div(
        [
            html.Div(
                [
                    dmc.TextInput(
                        id=ids.SEARCH,
                        label="Search",
                        placeholder="Text to find ( / )",
                        size="xs",
                        value="",
                        debounce=150,
                        className="grow",
                        autoComplete="off",
                    ),
                    column_select(id=ids.SEARCH_COLUMN, label="In column", w=110),
                ],
                className="row end",
            ),
            html.Div(
                [
                    switch(
                        "Regular expression", ids.SEARCH_REGEX, "RE2 syntax, e.g. ^(cat|dog)s?$"
                    ),
                    switch("Match case", ids.SEARCH_CASE, "Tell capitals from small letters"),
                ],
                className="row spread",
            ),
            html.Button(
                "Select matches",
                id=ids.SEARCH_COMMIT,
                className="button wide",
                title="Select all matching points (Enter)",
                disabled=True,
            ),
        ],
        role="search",
    )


def _build_selection() -> html.Div:
    return html.Div(
        [
            html.Div(
                [
                    html.Span("Nothing selected", id=ids.SELECTION_COUNT),
                    html.Span(id=ids.ISOLATION_TRAIL, className="hint"),
                ],
                className="row spread",
            ),
            html.Div(
                [
                    html.Button(
                        "Isolate selection",
                        id=ids.ISOLATE,
                        className="button",
                        disabled=True,
                        title="Show only the selected points and project them anew",
                    ),
                    html.Button(
                        "Clear selection",
                        id=ids.CLEAR,
                        className="button",
                        disabled=True,
                        title="Select nothing (Esc)",
                    ),
                    html.Button(
                        "Back",
                        id=ids.STEP_BACK,
                        className="button",
                        disabled=True,
                        title="Undo the last isolation",
                    ),
                    html.Button(
                        "Show all",
                        id=ids.SHOW_ALL,
                        className="button",
                        disabled=True,
                        title="Leave the isolation",
                    ),
                ],
                className="buttons",
            ),
            # Folded: few people tag, and the neighbors below need the height.
            html.Details([html.Summary("Tag selection"), build_tagging()]),
        ],
        className="selection",
    )


def _build_list(id: str, label: str, kind: str) -> html.Div:
    """Build an empty list that a script fills; arrows walk it, Enter goes to the point."""
    return html.Div(
        id=id,
        className=f"row-list {kind}",
        role="listbox",
        tabIndex=0,
        **named(aria_label=label),
    )


def build_point_card(row: int, label: str, values: dict[str, str | None]) -> list[Any]:
    """Show every metadata value of a point as plain text; its thumbnail is drawn by a script."""
    cells = [
        html.Div(
            [
                html.Dt(name[:200]),
                html.Dd("missing", className="missing")
                if value is None
                else html.Dd(value[:MAX_CELL] + ("…" if len(value) > MAX_CELL else "")),
            ]
        )
        for name, value in values.items()
    ]
    # Without a label the title is the row number already.
    number = "" if label == f"row {row:,}" else f"row {row:,}"
    head = html.Div(
        [
            html.Span(className="thumbnail", **named(data_row=str(row))),
            html.Div([html.Strong(label[:200]), html.Span(number, className="hint")]),
        ],
        className="card-head",
    )
    return [head, html.Dl(cells)]


def build_isolation_trail(view: ViewState, n_points: int) -> str:
    """Return the steps of nested isolation as people read them: 10,000 › 101 › 20."""
    steps = [n_points, *(len(rows) for rows in view.isolation)]
    return " › ".join(f"{step:,}" for step in steps) if view.isolation else ""
