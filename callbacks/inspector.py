"""The inspector: matches while typing, and the card of the selected point."""

from __future__ import annotations

from typing import Any

import dash
import numpy as np
from dash import ClientsideFunction, Input, Output

from callbacks.arguments import label_name, opened_dataset, shown_rows
from dashboard import ids
from dashboard.controls import CONTROL_OF_FIELD, bind
from dashboard.panels.inspector import build_point_card
from data.counted import counted
from data.dataset import Dataset, label_column
from data.errors import LimitError, ParameterError
from data.rows import encode_rows
from data.search import search_rows
from data.services import Services

MAX_LISTED = 100
# More matches than this are not shown in the view while typing; committing selects all of them.
MAX_PREVIEWED = 100_000


def register(app: dash.Dash, services: Services) -> None:
    """Register the search preview and the list of matches."""

    @app.callback(
        Output(ids.MATCHES, "data"),
        Output(ids.SEARCH_MESSAGE, "children"),
        Output(ids.SEARCH_COMMIT, "disabled"),
        Output(ids.SEARCH, "error"),
        inputs={
            "info": Input(ids.DATASET_INFO, "data"),
            "search": bind(CONTROL_OF_FIELD["search"], Input),
            "isolation": Input(ids.ISOLATION, "data"),
            "label_by": Input(ids.LABEL_BY, "value"),
        },
        prevent_initial_call=True,
    )
    def preview(info: Any, search: Any, isolation: Any, label_by: Any) -> tuple[Any, ...]:
        dataset = opened_dataset(services, info)
        if dataset is None or not search["text"]:
            return None, "", True, None
        try:
            rows = matching_rows(dataset, search, isolation, services.limits.pattern_length)
            return previewed(dataset, rows, search["column"], label_by)
        except (ParameterError, LimitError) as error:
            return None, error.message, True, True

    app.clientside_callback(
        ClientsideFunction("projector", "listMatches"),
        Input(ids.MATCHES, "data"),
        Input(ids.THUMBNAILS, "checked"),
        prevent_initial_call=True,
    )


def matching_rows(
    dataset: Dataset, search: dict[str, Any], isolation: Any, pattern_length: int
) -> np.ndarray:
    """Return the shown rows that match a search, ascending."""
    text, name = search["text"] or "", search["column"] or label_column(dataset.record)
    if not isinstance(text, str) or not isinstance(name, str | None):
        raise ParameterError("The search must be a text in a column.")
    if name is None:
        raise ParameterError("This dataset has no metadata to search in.", hint="Add metadata.")
    rows = search_rows(
        dataset.metadata.searchable(name),
        text,
        regex=bool(search["regex"]),
        case=bool(search["case"]),
        normalized=True,
        pattern_length=pattern_length,
    )
    among = shown_rows(isolation)
    return rows if among is None else np.intersect1d(rows, among)


def previewed(
    dataset: Dataset, rows: np.ndarray, column: Any, label_by: Any
) -> tuple[dict[str, Any], str, bool, None]:
    """Return (matches for list and view, message, is there nothing to select, no error)."""
    listed = rows[:MAX_LISTED]
    name = label_name(dataset, label_by)
    searched = column or name
    matches = {
        "rows": listed.tolist(),
        "labels": dataset.labels(name, listed),
        "values": dataset.labels(searched, listed) if searched != name else None,
        "all": encode_rows(rows) if len(rows) <= MAX_PREVIEWED else "",
    }
    what = counted(len(rows), "match", "matches")
    message = f"{what}, the first {MAX_LISTED} listed" if len(rows) > MAX_LISTED else what
    return matches, message, not len(rows), None


def card(dataset: Dataset, row: Any, label_by: Any) -> Any:
    """Return the card of a point: its label, thumbnail and all of its metadata."""
    if type(row) is not int or not 0 <= row < dataset.record.n_points:
        raise ParameterError(f"There is no point {str(row)[:40]!r}.")
    name = label_name(dataset, label_by)
    values = dataset.metadata.row(row)
    label = values.get(name or "") or f"row {row:,}"
    return build_point_card(row, label, values)
