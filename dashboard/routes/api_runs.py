"""Runs of log directories over HTTP: list them, and open one of their tensors."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, url_for

from dashboard.routes.arguments import json_object, text_field
from data.errors import ParameterError
from data.logdirs.opening import open_tensor
from data.services import Services

# The largest whole number that every reader of JSON takes as it is.
MAX_STEP = 2**53


def build_run_routes(services: Services) -> Blueprint:
    """Return the routes of /api/v1/runs."""
    routes = Blueprint("runs", __name__, url_prefix="/api/v1/runs")

    @routes.get("")
    def list_runs() -> Response:
        return jsonify({"runs": [run.to_json() for run in services.logdirs.runs()]})

    return routes


def add_from_run(services: Services) -> tuple[Response, int, dict[str, str]]:
    """Answer POST /api/v1/datasets when its body is JSON: {run, tensor, step?}."""
    body = json_object(known=["run", "tensor", "step"])
    step = body.get("step")
    if step is not None and (type(step) is not int or not 0 <= step <= MAX_STEP):
        raise ParameterError(
            f"step must be a whole number from 0 to {MAX_STEP:,}, or null, not {str(step)[:60]!r}."
        )
    record = open_tensor(services, text_field(body, "run"), text_field(body, "tensor"), step)
    address = url_for("datasets.show", dataset_id=record.id)
    return jsonify(record.to_json()), 201, {"Location": address}
