"""Projections over HTTP: ask for, watch, steer, rename, delete, and fetch coordinates."""

from __future__ import annotations

import io

import numpy as np
from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from dashboard.routes.arguments import (
    json_object,
    optional_text,
    text_field,
    whole_number,
    whole_numbers,
)
from dashboard.routes.frames import wait_for_frame
from dashboard.routes.uploads import received_form
from data.errors import ParameterError
from data.projecting import MORE_ITERATIONS
from data.projection import FINISHED, ProjectionRecord
from data.ready_coordinates import add_coordinates
from data.rows import decode_rows
from data.services import Services

FOREVER = "private, max-age=31536000, immutable"


def build_projection_routes(services: Services) -> Blueprint:
    """Return the routes of /api/v1/projections."""
    routes = Blueprint("projections", __name__, url_prefix="/api/v1/projections")
    projections = services.projections

    @routes.get("")
    def list_projections() -> Response:
        if "dataset" not in request.args:
            raise ParameterError("dataset is missing.", hint="Ask with ?dataset= and an id.")
        dataset = services.datasets.record(request.args["dataset"])
        records = projections.list(dataset.id)
        return jsonify({"projections": [record.to_json() for record in records]})

    @routes.post("")
    def ask() -> Response:
        is_form = request.mimetype == "multipart/form-data"
        record = _add(services) if is_form else _ask(services)
        return _answer(services.measuring.measured(record))

    @routes.get("/<projection_id>")
    def show(projection_id: str) -> Response:
        return jsonify(projections.record(projection_id).to_json())

    @routes.patch("/<projection_id>")
    def rename(projection_id: str) -> Response:
        name = text_field(json_object(known=["name"]), "name")
        return jsonify(projections.rename(projection_id, name).to_json())

    @routes.delete("/<projection_id>")
    def delete(projection_id: str) -> Response:
        return jsonify({"id": projections.delete(projection_id).id})

    @routes.get("/<projection_id>/coordinates")
    def coordinates(projection_id: str) -> AnyResponse:
        record = projections.record(projection_id)
        if record.superseded_by:
            return _to_successor("projections.coordinates", record)
        most = max(0, record.n_components - 1)
        components = whole_numbers("components", 0, most)
        return _npy(projections.coordinates(projection_id, components))

    @routes.get("/<projection_id>/frames/latest")
    def latest_frame(projection_id: str) -> AnyResponse:
        record = projections.record(projection_id)
        if record.superseded_by:
            return _to_successor("projections.latest_frame", record)
        return wait_for_frame(projections, projection_id, whole_number("after", -1, 2**31, -1))

    @routes.post("/<projection_id>/<any(pause, resume, stop, perturb):what>")
    def steer(projection_id: str, what: str) -> Response:
        return jsonify(projections.ask(projection_id, what).to_json())

    @routes.post("/<projection_id>/continue")
    def run_on(projection_id: str) -> Response:
        body = json_object(known=["n_iter", "author"]) if request.content_length else {}
        more = body.get("n_iter", MORE_ITERATIONS)
        return _answer(projections.run_on(projection_id, more, optional_text(body, "author")))

    return routes


def _answer(record: ProjectionRecord) -> Response:
    answer = jsonify(record.to_json())
    answer.status_code = 200 if record.state in FINISHED else 202
    return answer


def _to_successor(endpoint: str, record: ProjectionRecord) -> AnyResponse:
    """Send who follows a run to what it became; kept by nobody, since the id can run again."""
    address = url_for(endpoint, projection_id=record.superseded_by)
    query = request.query_string.decode()
    answer = redirect(f"{address}?{query}" if query else address, 307)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _ask(services: Services) -> ProjectionRecord:
    body = json_object(known=["dataset", "method", "parameters", "rows", "author"])
    parameters, rows = body.get("parameters"), body.get("rows")
    if parameters is not None and not isinstance(parameters, dict):
        raise ParameterError("parameters must be an object of names and values.")
    return services.projections.request(
        text_field(body, "dataset"),
        text_field(body, "method"),
        parameters,
        None if rows is None else decode_rows(rows),
        optional_text(body, "author"),
    )


def _add(services: Services) -> ProjectionRecord:
    """Keep coordinates that came with a file."""
    with received_form(services.uploads, ("dataset", "key", "name"), ("coordinates",)) as form:
        return add_coordinates(
            services,
            form.text("dataset"),
            form.file("coordinates"),
            form.text("key"),
            form.text("name"),
        )


def _npy(array: np.ndarray) -> Response:
    file = io.BytesIO()
    np.save(file, np.asarray(array, "<f4"), allow_pickle=False)
    answer = Response(file.getvalue(), mimetype="application/octet-stream")
    # Coordinates of an id never change.
    answer.headers["Cache-Control"] = FOREVER
    return answer
