"""Datasets over HTTP: list, look at, rename, delete and bring back."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from dashboard.routes.arguments import json_object, text_field
from data.bookmarks.bookmarking import dependent_bookmarks
from data.services import Services
from data.stores.datasets import TRASH_DAYS


def build_dataset_routes(services: Services) -> Blueprint:
    """Return the routes of /api/v1/datasets that carry JSON both ways."""
    routes = Blueprint("datasets", __name__, url_prefix="/api/v1/datasets")
    datasets = services.datasets

    @routes.get("")
    def list_datasets() -> Response:
        return jsonify({"datasets": [record.to_json() for record in datasets.list()]})

    @routes.get("/<dataset_id>")
    def show(dataset_id: str) -> Response:
        return jsonify(datasets.record(dataset_id).to_json())

    @routes.patch("/<dataset_id>")
    def rename(dataset_id: str) -> Response:
        name = text_field(json_object(known=["name"]), "name")
        return jsonify(datasets.rename(dataset_id, name).to_json())

    @routes.delete("/<dataset_id>")
    def delete(dataset_id: str) -> Response:
        record = datasets.delete(dataset_id)
        closed = [bookmark.id for bookmark in dependent_bookmarks(services, record.id)]
        return jsonify({"id": record.id, "restorable_days": TRASH_DAYS, "bookmarks": closed})

    @routes.post("/<dataset_id>/restore")
    def restore(dataset_id: str) -> Response:
        return jsonify(datasets.restore(dataset_id).to_json())

    return routes
