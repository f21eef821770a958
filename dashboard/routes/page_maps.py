"""How true a map is, for the page. Not part of the public HTTP API.

Coordinates of a projection never change, so neither do these answers, and browsers keep them.
"""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
from flask import Blueprint, Response, jsonify

from dashboard.routes.arguments import whole_number, whole_numbers
from data.errors import ParameterError
from data.measuring import Pending, shown_components
from data.projection import ProjectionRecord
from data.quality import map_ranks
from data.rows import decode_rows
from data.services import Services

FOREVER = "private, max-age=31536000, immutable"


def build_map_routes(services: Services) -> Blueprint:
    """Return the routes below /page/projections."""
    routes = Blueprint("maps", __name__, url_prefix="/page/projections/<projection_id>")

    @routes.get("/ranks")
    def ranks(projection_id: str) -> Response:
        """Rank on the map of each of some rows, counted from the one nearest to `row`.

        Null for a row that the projection does not show.
        """
        record = services.projections.record(projection_id)
        n_points = services.datasets.record(record.dataset).n_points
        row = whole_number("row", 0, n_points - 1)
        rows = whole_numbers("rows", 0, n_points - 1) or []
        if len(rows) > services.limits.max_neighbors:
            raise ParameterError(f"rows may be {services.limits.max_neighbors:,} at most.")
        components = whole_numbers("components", 0, record.n_components - 1)
        coordinates = services.projections.coordinates(projection_id, components)
        projected = None if record.rows is None else np.asarray(decode_rows(record.rows))
        return _kept(jsonify({"ranks": _ranks(coordinates, projected, row, rows)}))

    @routes.get("/quality")
    def quality(projection_id: str) -> Response:
        """Scores of the components that are shown; 202 with a state while they are measured."""
        record = services.projections.record(projection_id)
        found = services.measuring.quality(record, _components(record))
        return _pending(found) if isinstance(found, Pending) else _kept(jsonify(found))

    @routes.get("/preservation")
    def preservation(projection_id: str) -> Response:
        """Share of neighbors kept by every row of the dataset, little-endian float32.

        NaN for rows that the projection does not show; 202 while it is measured.
        """
        record = services.projections.record(projection_id)
        found = services.measuring.preservation(record, _components(record))
        if isinstance(found, Pending):
            return _pending(found)
        values = found
        if record.rows is not None:
            n_points = services.datasets.record(record.dataset).n_points
            values = np.full(n_points, np.nan, np.float32)
            values[np.asarray(decode_rows(record.rows))] = found
        content = values.astype("<f4").tobytes()
        return _kept(Response(content, mimetype="application/octet-stream"))

    return routes


def _components(record: ProjectionRecord) -> list[int]:
    found = whole_numbers("components", 0, max(0, record.n_components - 1))
    return list(shown_components(record)) if found is None else found


def _pending(pending: Pending) -> Response:
    answer = jsonify(asdict(pending))
    answer.status_code = 202
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _ranks(
    coordinates: np.ndarray, projected: np.ndarray | None, row: int, rows: list[int]
) -> list[int | None]:
    wanted = np.array([row, *rows], np.int64)
    if projected is None:
        places, is_shown = wanted, wanted >= 0
    else:
        places = np.searchsorted(projected, wanted).clip(max=len(projected) - 1)
        is_shown = projected[places] == wanted
    if not is_shown[0]:
        return [None] * len(rows)
    found = iter(map_ranks(coordinates, int(places[0]), places[1:][is_shown[1:]]).tolist())
    return [next(found) if shown else None for shown in is_shown[1:]]


def _kept(answer: Response) -> Response:
    answer.headers["Cache-Control"] = FOREVER
    return answer
