"""Files into the server over HTTP: new datasets, and metadata for one that is there.

Files come in the form, or were sent before in pieces (`api_chunks`) and are named by it.
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request, url_for

from dashboard.parse_request import FIELDS, parse_request
from dashboard.routes.api_runs import add_from_run
from dashboard.routes.uploads import received_form
from dashboard.values import read_switch
from data.parsing import MetadataRequest
from data.services import Services

FILES = ("tensors", "metadata", "sprite")


def build_upload_routes(services: Services) -> Blueprint:
    """Return the routes that take forms with files."""
    routes = Blueprint("uploads", __name__, url_prefix="/api/v1/datasets")
    uploads, limits = services.uploads, services.limits

    @routes.post("")
    def add() -> tuple[Response, int, dict[str, str]]:
        if request.is_json:
            return add_from_run(services)
        with received_form(uploads, ("name", *FIELDS), FILES) as form:
            form.file("tensors")
            asked = parse_request(form.files, form.fields, limits)
            record = services.datasets.add(asked, name=form.text("name"))
        address = url_for("datasets.show", dataset_id=record.id)
        return jsonify(record.to_json()), 201, {"Location": address}

    @routes.post("/<dataset_id>/metadata")
    def set_metadata(dataset_id: str) -> Response:
        services.datasets.record(dataset_id)
        with received_form(uploads, ("key", "match", "keep"), ("metadata",)) as form:
            asked = MetadataRequest(
                form.file("metadata"), key=form.text("key"), match=form.text("match")
            )
            keep = read_switch("keep", form.text("keep")) if form.text("keep") else None
            record = services.metadata.add(dataset_id, asked, keep)
        return jsonify(record.to_json())

    return routes
