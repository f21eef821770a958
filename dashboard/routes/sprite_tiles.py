"""Thumbnails for the page itself: the tiles of the sprite. Not part of the public HTTP API."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, jsonify, send_file

from dashboard.routes.page import FOREVER
from data.services import Services
from data.stores.tiles import tile_path, tiles


def build_sprite_routes(services: Services) -> Blueprint:
    """Return the routes of the arrangement and of each tile; both never change."""
    routes = Blueprint("sprite", __name__, url_prefix="/page/datasets/<dataset_id>/sprite")
    datasets = services.datasets

    @routes.get("")
    def arrangement(dataset_id: str) -> Response:
        """Thumbnail of row r: tile r // (columns * rows), there row by row."""
        answer = jsonify(asdict(tiles(datasets, dataset_id)))
        answer.headers["Cache-Control"] = FOREVER
        return answer

    @routes.get("/<int:number>")
    def tile(dataset_id: str, number: int) -> Response:
        path = tile_path(datasets, dataset_id, number)
        answer = send_file(path, mimetype="image/png", etag=f"{dataset_id}-{number}")
        answer.headers["Cache-Control"] = FOREVER
        return answer

    return routes
