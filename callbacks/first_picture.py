"""What the first picture is made of, told before Dash has built the page and asks for it."""

from __future__ import annotations

from typing import Any

import dash
from flask import Response, jsonify, request

from callbacks.arguments import opened_dataset
from callbacks.links import opened_address
from callbacks.projections import asked_projection
from callbacks.view import asked_coloring
from dashboard.figures.scene import scene_layout
from data.projection import FINISHED
from data.services import Services


def register(app: dash.Dash, services: Services) -> None:
    """Add the address that the page asks as soon as its scripts are there."""

    def first_picture() -> Response:
        answer = jsonify(picture_of_address(services, request.query_string.decode()))
        answer.headers["Cache-Control"] = "no-store"
        return answer

    app.server.add_url_rule("/page/first-picture", view_func=first_picture)


def picture_of_address(services: Services, address: str) -> dict[str, Any] | None:
    """Return what the view of an address shows; None when that is nothing, or not computed yet.

    The callbacks tell the same when the page asks them, because the same functions answer.
    """
    opened = opened_address(services, address)
    controls, page = opened["controls"], opened["page"]
    dataset = opened_dataset(services, page["info"])
    if dataset is None:
        return None
    projection = asked_projection(
        services,
        dataset.record,
        is_opened=True,
        isolation=controls["isolation"],
        named=controls["projection_id"],
        **{name: page[name] for name in ("normalize", "standardize", "method", "chosen")},
    )["projection"]
    if projection["state"] not in FINISHED:
        return None
    looks = (controls[name] for name in ("color_by", "color_kind", "isolation"))
    coloring, *_ = asked_coloring(services, dataset, *looks)
    return {
        "projection": projection,
        "coloring": coloring,
        "dimensionality": int(controls["dimensionality"]),
        "components": [int(component) for component in controls["components"]],
        "camera": page["camera"],
        "layout": scene_layout(),
    }
