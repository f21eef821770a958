"""Projections over HTTP: ask for, look at, rename, delete, and fetch coordinates."""

from __future__ import annotations

import io

import numpy as np
from flask import Blueprint, Response, jsonify, request

from dashboard.routes.arguments import json_object, text_field, whole_numbers
from data.errors import ParameterError
from data.rows import decode_rows
from data.services import Services
from data.stores.projections import ProjectionRecord

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
        return jsonify(_ask(services).to_json())

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
    def coordinates(projection_id: str) -> Response:
        most = projections.record(projection_id).n_components - 1
        components = whole_numbers("components", 0, most)
        return _npy(projections.coordinates(projection_id, components))

    return routes


def _ask(services: Services) -> ProjectionRecord:
    body = json_object(known=["dataset", "method", "parameters", "rows"])
    parameters, rows = body.get("parameters"), body.get("rows")
    if parameters is not None and not isinstance(parameters, dict):
        raise ParameterError("parameters must be an object of names and values.")
    return services.projections.request(
        text_field(body, "dataset"),
        text_field(body, "method"),
        parameters,
        None if rows is None else decode_rows(rows),
    )


def _npy(array: np.ndarray) -> Response:
    file = io.BytesIO()
    np.save(file, np.asarray(array, "<f4"), allow_pickle=False)
    answer = Response(file.getvalue(), mimetype="application/octet-stream")
    # Coordinates of an id never change.
    answer.headers["Cache-Control"] = FOREVER
    return answer
