"""The page below a path: behind a proxy that keeps the path, and behind one that takes it off."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, redirect

Environment = dict[str, Any]
Application = Callable[[Environment, Any], Iterable[bytes]]


def install_base_path(server: Flask, path: str) -> None:
    """Answer below a path such as /projector: routes know nothing of it, addresses carry it."""
    if not path:
        return
    server.wsgi_app = below(path, server.wsgi_app)  # type: ignore[method-assign, assignment]
    # Without the slash the page's relative addresses would miss the path.
    server.add_url_rule(path, "base_path", lambda: redirect(f"{path}/", 308))


def below(path: str, application: Application) -> Application:
    """Return the application with the path taken off what is asked."""

    def answer(environment: Environment, start: Any) -> Iterable[bytes]:
        asked = environment.get("PATH_INFO", "")
        if asked.startswith(f"{path}/"):
            environment["PATH_INFO"] = asked[len(path) :]
        environment["SCRIPT_NAME"] = path
        return application(environment, start)

    return answer
