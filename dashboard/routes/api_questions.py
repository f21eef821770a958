"""Questions about a dataset over HTTP: nearest neighbors and search."""

from __future__ import annotations

from typing import cast, get_args

from flask import Blueprint, Response, jsonify, request

from dashboard.routes.arguments import one_of, switch, whole_number
from data.dataset import Dataset, label_column
from data.errors import ParameterError
from data.neighbors import Metric, nearest_neighbors
from data.search import search_rows
from data.services import Services

DEFAULT_NEIGHBORS = 100
DEFAULT_MATCHES = 100


def build_question_routes(services: Services) -> Blueprint:
    """Return the routes /neighbors and /search of a dataset."""
    routes = Blueprint("questions", __name__, url_prefix="/api/v1/datasets/<dataset_id>")
    limits = services.limits

    @routes.get("/neighbors")
    def neighbors(dataset_id: str) -> Response:
        dataset = services.datasets.open(dataset_id)
        return jsonify(_neighbors(dataset, limits.max_neighbors))

    @routes.get("/search")
    def search(dataset_id: str) -> Response:
        dataset = services.datasets.open(dataset_id)
        return jsonify(_search(dataset, limits.pattern_length, limits.max_points))

    return routes


def _neighbors(dataset: Dataset, most: int) -> dict[str, object]:
    n_points = dataset.record.n_points
    row = whole_number("row", 0, n_points - 1)
    k = whole_number("k", 1, most, default=min(DEFAULT_NEIGHBORS, most))
    metric = one_of("metric", get_args(Metric), default="cosine")
    found = nearest_neighbors(
        dataset.tensor, row, k, cast("Metric", metric), norms=dataset.squared_norms
    )
    rows, distances = found.rows.tolist(), found.distances.tolist()
    return {"row": row, "metric": metric, "rows": rows, "distances": distances}


def _search(dataset: Dataset, pattern_length: int, most: int) -> dict[str, object]:
    column = request.args.get("column") or label_column(dataset.record)
    limit = whole_number("limit", 0, most, default=DEFAULT_MATCHES)
    regex, case = switch("regex"), switch("case")
    text = request.args.get("text", "")
    if column is None:
        return {"n_matches": 0, "rows": []}
    rows = search_rows(
        dataset.metadata.searchable(check_column(dataset, column)),
        text,
        regex=regex,
        case=case,
        pattern_length=pattern_length,
        normalized=True,
    )
    return {"n_matches": len(rows), "rows": rows[:limit].tolist()}


def check_column(dataset: Dataset, name: str) -> str:
    """Return the name of a metadata column, or raise ParameterError when there is none of it."""
    if dataset.record.column(name) is None:
        names = ", ".join(column.name for column in dataset.record.columns)[:500]
        raise ParameterError(
            f"There is no metadata column {name[:60]!r}.", hint=f"The columns are: {names}."
        )
    return name
