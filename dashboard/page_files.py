"""The files that the page is made of, as browsers keep them."""

from __future__ import annotations

from flask import Flask, Response, request

FOREVER = "public, max-age=31536000, immutable"


def install_keeping(server: Flask) -> None:
    """Let browsers keep scripts and styles instead of asking for each at every opening."""

    @server.after_request
    def keep(response: Response) -> Response:
        # The address names the time of the last change, so a changed file is another one.
        if (
            request.path.startswith("/assets/")
            and "m" in request.args
            and response.status_code < 400
        ):
            response.headers["Cache-Control"] = FOREVER
        return response
