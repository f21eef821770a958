"""The application: the one place where layout, callbacks, routes and services meet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dash
from flask import Flask
from flask.json.provider import DefaultJSONProvider

import callbacks
from callbacks.errors import show_error
from dashboard.base_path import install_base_path
from dashboard.compressing import install_compressing
from dashboard.index_page import INDEX, Application
from dashboard.layout import build_layout
from dashboard.page_files import JOINED, build_joined_routes, joined_files
from dashboard.routes.api_bookmarks import build_bookmark_routes
from dashboard.routes.api_chunks import build_chunk_routes
from dashboard.routes.api_datasets import build_dataset_routes
from dashboard.routes.api_files import build_file_routes
from dashboard.routes.api_projections import build_projection_routes
from dashboard.routes.api_questions import build_question_routes
from dashboard.routes.api_runs import build_run_routes
from dashboard.routes.api_uploads import build_upload_routes
from dashboard.routes.callback_requests import install_callback_check
from dashboard.routes.errors import install_error_answers
from dashboard.routes.health import build_health_route
from dashboard.routes.page import build_page_routes
from dashboard.routes.page_bookmarks import (
    build_bookmark_page_routes,
    build_story_routes,
    build_view_routes,
)
from dashboard.routes.page_maps import build_map_routes
from dashboard.routes.previews import build_preview_routes
from dashboard.routes.security import install_security
from dashboard.routes.sprite_tiles import build_sprite_routes
from dashboard.settings import Settings
from data.services import Services

ASSETS = Path(__file__).parent.parent / "assets"
TITLE = "Embedding dashboard"
# The largest honest body is a view with 1,000,000 selected rows, about 2 MB. Uploads of files
# have their own limit.
MAX_JSON = 8 * 1024**2


class StrictJson(DefaultJSONProvider):
    """JSON without NaN, which is none; names stay in the order of the records."""

    sort_keys = False

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Return the text of an answer; numbers that are not finite become null."""
        try:
            return super().dumps(obj, allow_nan=False, **kwargs)
        except ValueError:
            return super().dumps(_without_nan(obj), allow_nan=False, **kwargs)


class Server(Flask):
    """The web server under Dash."""

    json_provider_class = StrictJson

    def add_url_rule(self, rule: str, *args: Any, **kwargs: Any) -> None:
        """Add a route, but not the one by which Dash answers every unknown address with 200."""
        if rule != "/<path:path>":
            super().add_url_rule(rule, *args, **kwargs)


def create_app(settings: Settings, services: Services) -> dash.Dash:
    """Build an application; several can live in one process."""
    server: Any = Server(__name__, static_folder=None)
    server.config["MAX_CONTENT_LENGTH"] = MAX_JSON
    files = joined_files(ASSETS)
    scripts, styles = (f"{settings.base_path}{file.path}" for file in files)
    app = Application(
        __name__,
        server=server,
        assets_folder=str(ASSETS),
        assets_ignore=JOINED,
        external_scripts=[scripts],
        external_stylesheets=[styles],
        title=TITLE,
        update_title="",
        index_string=INDEX,
        serve_locally=True,
        routes_pathname_prefix="/",
        requests_pathname_prefix=f"{settings.base_path}/",
        suppress_callback_exceptions=False,
        enable_mcp=False,
        add_log_handler=False,
        on_error=show_error,
    )
    install_base_path(server, settings.base_path)
    # A function, so that every load of the page sees the datasets of that moment.
    app.layout = build_layout
    callbacks.register(app, services)
    for build in (
        build_page_routes,
        build_map_routes,
        build_sprite_routes,
        build_dataset_routes,
        build_upload_routes,
        build_chunk_routes,
        build_preview_routes,
        build_file_routes,
        build_question_routes,
        build_run_routes,
        build_projection_routes,
        build_view_routes,
    ):
        server.register_blueprint(build(services))
    for build_linked in (build_bookmark_routes, build_bookmark_page_routes, build_story_routes):
        server.register_blueprint(build_linked(services, settings))
    server.register_blueprint(build_joined_routes(files))
    server.register_blueprint(build_health_route())
    install_compressing(server)
    install_error_answers(server)
    install_callback_check(app)
    # Last, when all inline scripts are known.
    install_security(server, settings, app.csp_hashes())
    return app


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    # NaN and infinity are the floats that differ from themselves when subtracted.
    return None if isinstance(value, float) and value - value != 0 else value
