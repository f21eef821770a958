"""Arrays for the page itself: colors, labels and point cards. Not part of the public HTTP API.

Every address holds the dataset's id and metadata revision, so what it answers never changes and
browsers keep it.
"""

from __future__ import annotations

import numpy as np
from flask import Blueprint, Response, jsonify, request

from dashboard.figures.color_scale import KINDS, positions
from dashboard.routes.arguments import one_of
from data.dataset import Dataset
from data.errors import NotFoundError, ParameterError
from data.projections.custom_axes import axis_positions
from data.rows import decode_rows
from data.services import Services

FOREVER = "private, max-age=31536000, immutable"
MAX_LABELS = 1_000


def build_page_routes(services: Services) -> Blueprint:
    """Return the routes below /page."""
    routes = Blueprint("page", __name__, url_prefix="/page/datasets/<dataset_id>/<int:revision>")

    @routes.get("/classes")
    def classes(dataset_id: str, revision: int) -> Response:
        """Class index of every row; its highest number stands for a missing value.

        Little-endian, as wide as `code_type` says.
        """
        values, codes = _dataset(services, dataset_id, revision).metadata.classes(_column())
        return _array(codes.astype(code_type(len(values))))

    @routes.get("/numbers")
    def numbers(dataset_id: str, revision: int) -> Response:
        """Place of every row on a color scale, little-endian float32; NaN where it is missing."""
        values = _dataset(services, dataset_id, revision).metadata.numbers(_column())
        kind = one_of("scale", KINDS, "linear")
        return _array(positions(values, kind).astype("<f4"))

    @routes.get("/axis")
    def axis(dataset_id: str, revision: int) -> Response:
        """Place of every row along a kept axis on a color scale, little-endian float32.

        The address holds the version of the axis, so its answer is kept as well.
        """
        dataset = _dataset(services, dataset_id, revision)
        kept = services.axes.get(dataset_id, request.args.get("name", ""))
        limit = services.limits.pattern_length
        values = axis_positions(dataset, kept, pattern_length=limit)
        return _array(positions(values, one_of("scale", KINDS, "linear")).astype("<f4"))

    @routes.get("/points/<int:row>")
    def point(dataset_id: str, revision: int, row: int) -> Response:
        """All metadata of one point as a list of [column, value]."""
        dataset = _dataset(services, dataset_id, revision)
        if row >= dataset.record.n_points:
            raise NotFoundError(f"There is no row {row:,}.")
        answer = jsonify({"row": row, "values": list(dataset.metadata.row(row).items())})
        answer.headers["Cache-Control"] = FOREVER
        return answer

    @routes.get("/labels")
    def labels(dataset_id: str, revision: int) -> Response:
        """Texts of some rows of a column, in ascending order of the rows."""
        dataset = _dataset(services, dataset_id, revision)
        rows = _rows(dataset.record.n_points)
        dataset.metadata.column(_column())
        answer = jsonify({"labels": dataset.labels(_column(), rows)})
        answer.headers["Cache-Control"] = FOREVER
        return answer

    return routes


def code_type(n_classes: int) -> str:
    """Return the narrowest unsigned type for codes of so many classes and a missing one.

    Minus one, cast to it, is its highest number.
    """
    return next(kind for kind in ("<u1", "<u2", "<u4") if n_classes < np.iinfo(kind).max)


def _dataset(services: Services, dataset_id: str, revision: int) -> Dataset:
    dataset = services.datasets.open(dataset_id)
    if dataset.record.metadata_revision != revision:
        raise NotFoundError("The metadata has changed.", hint="Reload the page.")
    return dataset


def _column() -> str:
    name = request.args.get("column")
    if name is None:
        raise ParameterError("column is missing.")
    return name


def _rows(n_points: int) -> np.ndarray:
    """Row numbers of the address in their text form, ascending."""
    rows = decode_rows(request.args.get("rows", ""))
    if not 1 <= len(rows) <= MAX_LABELS or rows[-1] >= n_points:
        raise ParameterError(f"rows must name 1 to {MAX_LABELS:,} of {n_points:,} points.")
    return np.asarray(rows, np.int64)


def _array(values: np.ndarray) -> Response:
    answer = Response(values.tobytes(), mimetype="application/octet-stream")
    answer.headers["Cache-Control"] = FOREVER
    return answer
