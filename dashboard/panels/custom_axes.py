"""Custom axes: what lies at the ends of each, how many points that is, and axes that are kept."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import html

from dashboard import ids
from dashboard.panels.columns import column_select
from dashboard.panels.parts import named, switch
from data.counted import counted

# Axis -> how its ends are called on the screen.
ENDS = {"x": ("left", "right"), "y": ("down", "up"), "z": ("far", "near")}


def build_custom_axes() -> html.Div:
    """Build the boxes of three axes; a third one makes a picture in 3D."""
    return html.Div(
        [
            *(_build_axis(axis, ends) for axis, ends in ENDS.items()),
            switch(
                "Search isolated points only",
                ids.AXES_ISOLATED_ONLY,
                "Off: the groups are searched among all points of the dataset, also while only "
                "some are shown",
            ),
            switch(
                "Random jitter on an empty axis",
                ids.AXES_JITTER,
                "Off: an axis whose boxes are empty shows a principal component",
            ),
        ],
        className="custom-axes",
    )


def _build_axis(axis: str, ends: tuple[str, str]) -> html.Div:
    return html.Div(
        [
            html.Div(
                [
                    html.Strong(axis.upper()),
                    dmc.Autocomplete(
                        id=ids.axis_part(axis, "name"),
                        data=[],
                        placeholder="Name, or a kept axis",
                        size="xs",
                        className="grow",
                        maxDropdownHeight=200,
                        comboboxProps={"keepMounted": False},
                        attributes={"input": {"aria-label": f"Name of {axis.upper()}"}},
                    ),
                    html.Button(
                        "Keep",
                        id=ids.axis_part(axis, "keep"),
                        className="button",
                        title="Keep this axis under its name, for everyone who opens the dataset; "
                        "points can be colored by it",
                    ),
                    html.Button(
                        "×",
                        id=ids.axis_part(axis, "forget"),
                        className="button icon",
                        title="Forget the kept axis of this name",
                        **named(aria_label=f"Forget the axis of {axis.upper()}"),
                    ),
                ],
                className="row",
            ),
            html.Div([_build_end(axis, end) for end in ends], className="columns"),
            html.Div(
                [
                    column_select(
                        id=ids.axis_part(axis, "column"),
                        placeholder="Label column",
                        attributes={"input": {"aria-label": f"Column of {axis.upper()}"}},
                        className="grow",
                    ),
                    switch("Pattern", ids.axis_part(axis, "regex"), "RE2 syntax, e.g. ^good$"),
                ],
                className="row",
            ),
        ],
        id=ids.axis_part(axis, "box"),
        className="axis-box",
        role="group",
        **named(aria_label=f"Axis {axis.upper()}"),
    )


def _build_end(axis: str, end: str) -> html.Div:
    return html.Div(
        [
            dmc.TextInput(
                id=ids.axis_part(axis, end),
                label=end.capitalize(),
                value="",
                size="xs",
                debounce=200,
                autoComplete="off",
            ),
            html.Button(
                "use selection",
                id=ids.axis_part(axis, f"{end}-use"),
                className="link",
                title=f"Let the selected points be what lies {end}",
            ),
            html.Div(id=ids.axis_part(axis, f"{end}-count"), className="hint reserve"),
        ],
        className="axis-end",
    )


def build_count(n_found: int, *, is_empty: bool, other_is_empty: bool) -> html.Span:
    """Say how many points a box has found; an empty box only where the other is filled."""
    if is_empty:
        return build_warning("" if other_is_empty else "empty")
    return html.Span(counted(n_found, "point")) if n_found else build_warning("no match")


def build_warning(text: str) -> html.Span:
    """Say why a box gives no end of an axis."""
    return html.Span(text, className="unmatched")
