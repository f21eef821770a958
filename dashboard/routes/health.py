"""Does the server answer? For supervisors and proxies."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify


def build_health_route() -> Blueprint:
    """Return the route /healthz."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def healthz() -> Response:
        return jsonify({"status": "ok"})

    return routes
