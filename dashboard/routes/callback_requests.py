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
    """Raise ParameterError if a body is not what the page sends for one of the callbacks."""
    output = body.get("output")
    if not isinstance(output, str) or output not in known:
        raise ParameterError("There is no such callback.", hint="Reload the page.")
    callback = known[output]
    fits = (
        _places(body.get("inputs")) == _places(callback["inputs"])
        and _places(body.get("state", [])) == _places(callback["state"])
        and (callback["no_output"] or _output_key(body.get("outputs"), output) == output)
        and all(isinstance(changed, str) for changed in _listed(body.get("changedPropIds", [])))
    )
    if not fits:
        raise ParameterError("A callback's inputs are not those of the page.", hint="Reload it.")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [None]


def _places(dependencies: Any) -> list[Any]:
    """Return (id, property) of each input or state."""
    return [
        (part.get("id"), part.get("property")) if isinstance(part, dict) else None
        for part in _listed(dependencies)
    ]


def _output_key(outputs: Any, output: str) -> str:
    """Return the name that Dash gives a callback with these outputs."""
    names = [
        f"{part.get('id')}.{part.get('property')}" if isinstance(part, dict) else ""
        for part in (_listed(outputs) if output.startswith("..") else [outputs])
    ]
    return f"..{'...'.join(names)}.." if output.startswith("..") else names[0]
