"""What a request to Dash's callbacks must look like before Dash looks at it."""

from __future__ import annotations

from typing import Any

import dash
from flask import request

from dashboard.routes.arguments import json_object
from data.errors import ParameterError


def install_callback_check(app: dash.Dash) -> None:
    """Refuse what no page of ours sends; Dash would fail in its own ways."""

    def check() -> None:
        if request.endpoint == "/_dash-update-component" and request.method == "POST":
            check_callback_body(json_object(), app.callback_map)

    app.server.before_request(check)


def check_callback_body(body: dict[str, Any], known: dict[str, Any]) -> None:
    """Raise ParameterError if a body names no callback, or has no list of inputs."""
    if not isinstance(body.get("output"), str) or body["output"] not in known:
        raise ParameterError("There is no such callback.", hint="Reload the page.")
    arguments = [body.get("inputs"), body.get("state", []), body.get("changedPropIds", [])]
    if not all(isinstance(part, list) for part in arguments):
        raise ParameterError("A callback's inputs must be a list.", hint="Reload the page.")
