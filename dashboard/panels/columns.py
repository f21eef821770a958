"""Columns of the metadata: choosing one among many, and switching its kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard import ids
from dashboard.panels.parts import select
from data.color_choices import PRESERVATION, axis_choice
from data.counted import counted
from data.dataset import Column
from data.metadata import Kind
from data.projections.axes_parameters import Axis

# Kind -> how its columns are called, and one value of them.
KINDS: dict[Kind, tuple[str, str]] = {
    "categorical": ("Classes", "Class"),
    "numeric": ("Numbers", "Number"),
    "text": ("Texts", "Text"),
}


def column_select(**attributes: Any) -> dmc.Select:
    """Build a select over columns: type to filter; what is known of each stands beside it."""
    return select(
        # Names of columns are longer than the selects, which stand side by side.
        list_width=264,
        searchable=True,
        nothingFoundMessage="No column of this name",
        maxDropdownHeight=320,
        renderOption={"function": "columnOption"},
        # One of several columns is always chosen, where no other text stands for none.
        **{"placeholder": "No metadata", **attributes},
    )


def column_options(
    columns: Sequence[Column], *, for_color: bool = False
) -> list[dict[str, object]]:
    """Return the choices of a select over columns by kind; what cannot be colored says why."""
    groups: list[dict[str, object]] = []
    for kind, (title, _) in KINDS.items():
        items = [_option(column, for_color) for column in columns if column.kind == kind]
        if items:
            groups.append({"group": title, "items": items})
    return groups


def color_options(columns: Sequence[Column], axes: Sequence[Axis]) -> list[dict[str, object]]:
    """Return the choices of what to color by: columns, how true the map is, kept axes."""
    of_map = [{"value": PRESERVATION, "label": "Neighbors kept", "known": "per point"}]
    named = [
        {"value": axis_choice(axis.name), "label": axis.name, "known": "axis"} for axis in axes
    ]
    groups: list[dict[str, object]] = [{"group": "This map", "items": of_map}]
    if named:
        groups.append({"group": "Kept axes", "items": named})
    return [*column_options(columns, for_color=True), *groups]


def can_color(column: Column) -> bool:
    """Tell whether a column groups or measures points rather than naming each."""
    return column.kind != "text"


def build_kind_choice() -> html.Details:
    """Build the choice of a column's kind, folded away until it is needed."""
    return html.Details(
        [
            html.Summary("Kinds of columns"),
            html.Div(
                [
                    column_select(id=ids.KIND_COLUMN, label="Column", placeholder="Choose one"),
                    dmc.SegmentedControl(
                        id=ids.COLUMN_KIND,
                        value="auto",
                        size="xs",
                        fullWidth=True,
                        disabled=True,
                        data=[
                            {"value": "auto", "label": "Auto"},
                            *({"value": kind, "label": one} for kind, (_, one) in KINDS.items()),
                        ],
                    ),
                    html.Div(kind_note(None), id=ids.COLUMN_KIND_NOTE, className="hint reserve"),
                ],
                className="stack",
            ),
        ],
        className="kinds",
        title="What a column is taken for: classes and numbers can color, text names the points",
    )


def kind_note(column: Column | None) -> str:
    """Say what a column holds, and whether its kind was chosen."""
    if column is None:
        return "Classes and numbers can color the points."
    values = counted(column.n_unique, "different value")
    own = KINDS[column.by_content or column.kind][0].lower()
    if column.by_content is None:
        return f"{values}: {own} by content."
    return f"{values}: {own} by content, chosen otherwise for everybody."


def _option(column: Column, for_color: bool) -> dict[str, object]:
    disabled = for_color and not can_color(column)
    known = f"{column.n_unique:,}"
    return {
        "value": column.name,
        "label": column.name,
        "known": f"{known} different texts" if disabled else known,
        "disabled": disabled,
    }
