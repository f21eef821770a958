"""As is: columns without reduction, and coordinates that were computed elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard import ids
from dashboard.panels.columns import column_select
from dashboard.panels.parts import named
from data.dataset import DatasetRecord

# More dimensions than a list is read to the end; all of them can be asked for over HTTP.
MAX_LISTED = 500
DIMENSION, COLUMN = "dimension ", "column "


def build_columns_form() -> list[Any]:
    """Build the choice of columns, and the way in for coordinates from a file."""
    return [
        dmc.MultiSelect(
            id=ids.COLUMNS,
            label="Columns as axes",
            placeholder="Choose 2 or 3",
            data=[],
            value=[],
            maxValues=3,
            searchable=True,
            clearable=True,
            size="xs",
            maxDropdownHeight=240,
            comboboxProps={"keepMounted": False},
        ),
        html.Details(
            [
                html.Summary("Coordinates from a file"),
                html.Div(
                    [
                        column_select(
                            id=ids.COORDINATES_KEY,
                            label="Rows are matched by",
                            placeholder="their order",
                            clearable=True,
                        ),
                        html.Label(
                            [
                                html.Span("Choose a file …"),
                                html.Span(id=ids.COORDINATES_FILE),
                            ],
                            className="button",
                            title="A table or array of 2 or 3 numbers per point, with a name per "
                            "row when rows are matched by a column",
                        ),
                    ],
                    className="row end",
                ),
                html.Div(
                    id=ids.COORDINATES_MESSAGE,
                    className="hint",
                    **named(aria_live="polite"),
                ),
            ],
            title="Show a map that was computed elsewhere; it stays with the dataset",
        ),
    ]


def axis_choices(record: DatasetRecord) -> list[dict[str, Any]]:
    """Return what can be an axis: columns of numbers, then dimensions of the tensor."""
    numbers = [column.name for column in record.columns if column.is_number]
    dimensions = [f"{DIMENSION}{i}" for i in range(min(record.n_dims, MAX_LISTED))]
    groups = [
        ("Columns", [{"value": COLUMN + name, "label": name} for name in numbers]),
        ("Dimensions", [{"value": name, "label": name} for name in dimensions]),
    ]
    return [{"group": title, "items": items} for title, items in groups if items]


def read_axis_choices(chosen: Sequence[Any]) -> list[int | str]:
    """Return the columns as the API takes them."""
    found: list[int | str] = []
    for choice in chosen:
        if isinstance(choice, str) and choice.startswith(COLUMN):
            found.append(choice.removeprefix(COLUMN))
        elif isinstance(choice, str) and choice.removeprefix(DIMENSION).isdecimal():
            found.append(int(choice.removeprefix(DIMENSION)))
    return found


def shown_choices(columns: Sequence[Any]) -> list[str]:
    """Return the choices that stand for columns as the API takes them."""
    return [f"{DIMENSION}{c}" if type(c) is int else f"{COLUMN}{c}" for c in columns]
