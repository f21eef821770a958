"""The toolbar of the view: what a drag does, what is drawn, fit and picture."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import html

from dashboard import ids
from dashboard.panels.parts import icon_button, named, select, switch

# (id, name, what it does and its key); the signs are in toolbar.css.
NAVIGATION = (
    (ids.TOOL_ORBIT, "Orbit", "Drag turns the picture (O)"),
    (ids.TOOL_PAN, "Pan", "Drag moves the picture (P)"),
)
SELECTING = (
    (ids.TOOL_RECTANGLE, "Select by rectangle", "Drag a rectangle around points (R)"),
    (ids.TOOL_LASSO, "Select by lasso", "Draw a line around points (L)"),
    (ids.TOOL_SPHERE, "Select by sphere", "Press on a point and drag out a sphere around it (S)"),
)
COMBINING = "Shift adds to the selection, Alt removes from it, Esc gives up"
VISIBLE_ONLY = (
    "Take only visible points (V): those in the view whose middle no marker in front covers. "
    "Off: also points behind others. What the legend has switched off is never taken."
)
LABEL_MODES = [
    {"value": "selection", "label": "Selection"},
    {"value": "many", "label": "Many"},
    {"value": "none", "label": "None"},
]
THUMBNAIL_COLORS = [
    {"value": "frame", "label": "Frame"},
    {"value": "tint", "label": "Tint"},
    {"value": "none", "label": "As they are"},
]


def build_toolbar() -> html.Div:
    """Build the bar above the view."""
    return html.Div(
        [
            icon_button("Hide or show the left panels", "◧", ids.TOGGLE_LEFT),
            _group("What a drag does", [_tool(*tool) for tool in NAVIGATION]),
            _group(
                "Selecting by hand",
                [
                    *(_tool(id, name, f"{what}. {COMBINING}.") for id, name, what in SELECTING),
                    _tool(ids.VISIBLE_ONLY, "Visible points only", VISIBLE_ONLY),
                ],
            ),
            html.Div(
                dmc.SegmentedControl(
                    id=ids.DIMENSIONALITY,
                    value="3",
                    size="xs",
                    data=[{"value": "2", "label": "2D"}, {"value": "3", "label": "3D"}],
                ),
                title="Two or three dimensions (2, 3)",
            ),
            _build_appearance(),
            html.Span(className="grow"),
            _group(
                "View",
                [
                    _tool(ids.RESET_VIEW, "Reset view", "Fit all points into the view (0)"),
                    _tool(ids.FIT_SELECTION, "Fit selection", "Fit the selection (F)"),
                    _tool(ids.DOWNLOAD_PNG, "Download PNG", "Picture of the view at 2x as PNG"),
                ],
            ),
            icon_button("Hide or show the right panels", "◨", ids.TOGGLE_RIGHT),
        ],
        className="toolbar",
        role="toolbar",
        **named(aria_label="View"),
    )


def _build_appearance() -> html.Div:
    return html.Div(
        [
            html.Div(
                select(
                    id=ids.LABEL_MODE,
                    data=LABEL_MODES,
                    value="selection",
                    attributes={"input": {"aria-label": "Labels"}},
                ),
                className="label-mode",
                title="Texts in the view (T): of the selected and hovered points, as many as fit, "
                "or none",
            ),
            html.Div(
                switch("Thumbnails", ids.THUMBNAILS, "Show the pictures of the points", True),
                className="thumbnail-switch",
            ),
            html.Div(
                select(
                    list_width=110,
                    id=ids.THUMBNAIL_COLOR,
                    data=THUMBNAIL_COLORS,
                    value="frame",
                    attributes={"input": {"aria-label": "Color of pictures"}},
                ),
                className="thumbnail-color",
                title="How thumbnails show the colors of their points: by a frame, a tint, or not",
            ),
            html.Div(
                dmc.Slider(
                    id=ids.POINT_SIZE,
                    min=0.5,
                    max=4,
                    step=0.1,
                    value=1,
                    size="xs",
                    label=None,
                    thumbLabel="Point size",
                ),
                className="point-size",
                title="Size of the points",
            ),
        ],
        className="row appearance",
    )


def _group(name: str, tools: list[html.Button]) -> html.Div:
    return html.Div(tools, className="tools", role="group", **named(aria_label=name))


def _tool(id: str, name: str, help: str) -> html.Button:
    return html.Button(id=id, className="tool", title=help, **named(aria_label=name))
