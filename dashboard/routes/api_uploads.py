"""Files into the server over HTTP: new datasets, and metadata for one that is there."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, url_for

from dashboard.parse_request import FIELDS, parse_request
from dashboard.routes.uploads import received_form
from data.services import Services

FILES = ("tensors", "metadata", "sprite")


def build_upload_routes(services: Services) -> Blueprint:
    """Return the routes that take multipart forms."""
    routes = Blueprint("uploads", __name__, url_prefix="/api/v1/datasets")
    folder, limits = services.data_dir / "uploads", services.limits

    @routes.post("")
    def add() -> tuple[Response, int, dict[str, str]]:
        with received_form(folder, limits.upload_bytes, ("name", *FIELDS), FILES) as form:
            form.file("tensors")
            asked = parse_request(form.files, form.fields, limits)
            record = services.datasets.add(asked, name=form.text("name"))
        address = url_for("datasets.show", dataset_id=record.id)
        return jsonify(record.to_json()), 201, {"Location": address}

    @routes.post("/<dataset_id>/metadata")
    def set_metadata(dataset_id: str) -> Response:
        services.datasets.record(dataset_id)
        with received_form(folder, limits.upload_bytes, (), ("metadata",)) as form:
            record = services.datasets.set_metadata(dataset_id, form.file("metadata"))
        return jsonify(record.to_json())

    return routes
