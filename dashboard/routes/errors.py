"""Every error of every route as a status and {"error": {"code", "message", "hint"}}."""

from __future__ import annotations

import logging
import secrets

from dash.exceptions import DependencyException, InvalidResourceError
from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from dashboard.routes.security import CrossSiteError, ForeignHostError
from data.errors import (
    ChooseTensorError,
    ConflictError,
    EditConflictError,
    LimitError,
    NotFoundError,
    ParameterError,
    ProjectorError,
    ReadError,
    StorageError,
)

log = logging.getLogger(__name__)

STATUS: dict[type[ProjectorError], int] = {
    ReadError: 422,
    ParameterError: 422,
    LimitError: 413,
    NotFoundError: 404,
    ConflictError: 409,
    StorageError: 507,
    ForeignHostError: 400,
    CrossSiteError: 403,
}

# What the web framework refuses by itself: status -> code, message, hint.
REFUSALS = {
    400: ("bad_request", "The request cannot be read.", "Send what the README describes."),
    404: ("not_found", "There is nothing at this address.", ""),
    405: ("method_not_allowed", "This address does not take this method.", ""),
    415: ("unsupported_media_type", "The body has the wrong type.", "Send JSON or a form."),
}


def install_error_answers(server: Flask) -> None:
    """Answer all errors of a server in one shape; causes go to the log, never to a user."""
    server.register_error_handler(ProjectorError, answer_error)
    server.register_error_handler(HTTPException, _answer_refusal)
    server.register_error_handler(Exception, _answer_unknown)
    # Dash would list everything it serves.
    for kind in (DependencyException, InvalidResourceError):
        server.register_error_handler(kind, lambda error: _answer(404, *REFUSALS[404]))


def _answer(status: int, code: str, message: str, hint: str = "", **more: object) -> Response:
    answer = jsonify({"error": {"code": code, "message": message, "hint": hint, **more}})
    answer.status_code = status
    return answer


def answer_error(error: ProjectorError, **more: object) -> Response:
    """Return what a user is told of an error; `more` goes beside code, message and hint."""
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 400)
    if isinstance(error, ChooseTensorError):
        more["choices"] = error.choices
    elif isinstance(error, EditConflictError):
        more["current"] = error.current
    return _answer(status, error.code, error.message, error.hint, **more)


def _answer_refusal(error: HTTPException) -> AnyResponse | HTTPException:
    status = error.code or 500
    # A redirect is no error, and one made by `abort(response)` is an answer already.
    if status < 400 or error.response is not None:
        return error
    if status >= 500:
        return _answer_unknown(error)
    if status == 413:
        return _answer(
            413, "limit", f"The body has more than {request.max_content_length:,} bytes."
        )
    name = error.name.lower().replace(" ", "_")
    answer = _answer(status, *REFUSALS.get(status, (name, f"{error.name}.", "")))
    for header, value in error.get_headers():
        if header in ("Allow", "Content-Range"):
            answer.headers[header] = value
    return answer


def _answer_unknown(error: Exception) -> Response:
    error_id = secrets.token_hex(4)
    log.error("error %s: %s %r", error_id, request.method, request.path, exc_info=error)
    return _answer(
        500,
        "internal",
        f"Something went wrong on the server (log id {error_id}).",
        "Nothing was lost. Try again, or give the log id to whoever runs the server.",
    )
