"""What the panel of bookmarks asks beside the public API: pictures, order, undo, stories."""

from __future__ import annotations

import base64
from typing import Any

from flask import Blueprint, Response, jsonify, request

from dashboard.routes.api_bookmarks import (
    bookmark_json,
    edited_version,
    file_answer,
    opened_json,
)
from dashboard.routes.arguments import json_object
from dashboard.routes.links import shared_url
from dashboard.settings import Settings
from data.bookmarks.bookmark import MAX_STEPS, Bookmark, Story
from data.bookmarks.bookmarking import openable
from data.bookmarks.exchange.offered import offered_file, open_offered
from data.errors import NotFoundError, ParameterError
from data.services import Services

FOREVER = "private, max-age=31536000, immutable"
STORY_FIELDS = ("name", "note", "author", "bookmarks")


def build_bookmark_page_routes(services: Services, settings: Settings) -> Blueprint:
    """Return the routes of /page/bookmarks."""
    routes = Blueprint("page_bookmarks", __name__, url_prefix="/page/bookmarks")
    bookmarks = services.bookmarks

    @routes.get("")
    def panel() -> Response:
        """All that the panel shows of a dataset; only `changed` when nothing has since `after`."""
        if damage := bookmarks.records.damage():
            return jsonify({"changed": -1, "bookmarks": [], "stories": [], "damage": damage})
        changed = bookmarks.records.n_changes
        if request.args.get("after") == str(changed):
            return jsonify({"changed": changed})
        return jsonify({"changed": changed, **panel_content(services, settings)})

    @routes.get("/<bookmark_id>/thumbnail")
    def thumbnail(bookmark_id: str) -> Response:
        picture = bookmarks.thumbnail(bookmark_id)
        if picture is None:
            raise NotFoundError("This bookmark has no picture.")
        answer = Response(base64.b64decode(picture), mimetype="image/webp")
        # The address holds the version.
        answer.headers["Cache-Control"] = FOREVER
        return answer

    @routes.post("/<bookmark_id>/restore")
    def restore(bookmark_id: str) -> Response:
        return jsonify(bookmark_json(bookmarks.restore(bookmark_id), settings))

    @routes.post("/order")
    def order() -> Response:
        bookmarks.order(_ids(json_object(known=["ids"]), "ids"))
        return jsonify({})

    @routes.post("/recover")
    def recover() -> Response:
        return jsonify({"n": bookmarks.records.restore()})

    @routes.get("/offered")
    def offered() -> Response:
        file = offered_file(services, request.args.get("dataset", ""))
        return jsonify({"file": file.name if file else None})

    @routes.post("/offered")
    def take_offered() -> Response:
        body = json_object(known=["dataset"])
        return jsonify(opened_json(open_offered(services, str(body.get("dataset"))), settings))

    return routes


def build_view_routes(services: Services) -> Blueprint:
    """Return the routes of /page/views: views that are too long for their link."""
    routes = Blueprint("page_views", __name__, url_prefix="/page/views")

    @routes.post("/<view_id>/keep")
    def keep(view_id: str) -> Response:
        services.views.keep(view_id)
        return jsonify({})

    return routes


def build_story_routes(services: Services, settings: Settings) -> Blueprint:
    """Return the routes of /page/stories."""
    routes = Blueprint("page_stories", __name__, url_prefix="/page/stories")
    stories = services.stories

    @routes.post("")
    def add() -> tuple[Response, int]:
        story = stories.add(_story_fields(services, json_object(known=STORY_FIELDS)))
        return jsonify(story_json(story, settings)), 201

    @routes.get("/<story_id>")
    def show(story_id: str) -> Response:
        story = stories.record(story_id)
        pictured = services.bookmarks.with_thumbnail()
        steps = [step_json(services, settings, i, i in pictured) for i in story.steps]
        return jsonify({**story_json(story, settings), "steps": steps})

    @routes.patch("/<story_id>")
    def change(story_id: str) -> Response:
        body = json_object(known=(*STORY_FIELDS, "version"))
        version = edited_version(body)
        story = stories.update(story_id, _story_fields(services, body), version)
        return jsonify(story_json(story, settings))

    @routes.delete("/<story_id>")
    def delete(story_id: str) -> Response:
        return jsonify({"id": stories.delete(story_id).id})

    @routes.post("/<story_id>/restore")
    def restore(story_id: str) -> Response:
        return jsonify(story_json(stories.restore(story_id), settings))

    @routes.get("/<story_id>/file")
    def file(story_id: str) -> Response:
        story = stories.record(story_id)
        steps = [services.bookmarks.record(step) for step in story.steps]
        return file_answer(services, steps, story)

    return routes


def panel_content(services: Services, settings: Settings) -> dict[str, Any]:
    """Return all bookmarks without their views, which may be large, and all stories."""
    found, pictured = services.bookmarks.all(), services.bookmarks.with_thumbnail()
    return {
        "address": shared_url(settings, ""),
        "bookmarks": [summary(bookmark, settings, bookmark.id in pictured) for bookmark in found],
        "stories": [story_json(story, settings) for story in services.stories.all()],
    }


def summary(bookmark: Bookmark, settings: Settings, has_picture: bool) -> dict[str, Any]:
    """Return what a line of the list shows, and which projection the bookmark needs."""
    plain = bookmark_json(bookmark, settings)
    del plain["view"]
    address = f"page/bookmarks/{bookmark.id}/thumbnail?v={bookmark.version}"
    picture = address if has_picture else None
    return {**plain, "thumbnail": picture, "projection_id": bookmark.projection_id}


def story_json(story: Story, settings: Settings) -> dict[str, Any]:
    """Return a story; its steps are ids of bookmarks."""
    plain = story.to_json()
    del plain["place"]
    steps = plain.pop("steps")
    return {**plain, "bookmarks": steps, "url": shared_url(settings, f"story={story.id}")}


def step_json(
    services: Services, settings: Settings, bookmark_id: str, has_picture: bool
) -> dict[str, Any]:
    """Return one step of a story; of one that is gone, why."""
    try:
        return summary(openable(services, bookmark_id), settings, has_picture)
    except NotFoundError as error:
        return {"id": bookmark_id, "gone": error.message}


def _story_fields(services: Services, body: dict[str, Any]) -> dict[str, Any]:
    fields = {name: value for name, value in body.items() if name != "bookmarks"}
    if "bookmarks" in body:
        # A story must begin with what is there; what is deleted later is said when it is walked.
        fields["steps"] = [services.bookmarks.record(i).id for i in _ids(body, "bookmarks")]
    return fields


def _ids(body: dict[str, Any], name: str) -> list[str]:
    ids = body.get(name)
    if not isinstance(ids, list) or not all(isinstance(i, str) for i in ids):
        raise ParameterError(f"{name} must be a list of ids.")
    if len(ids) > MAX_STEPS * 20:
        raise ParameterError(f"{name} has too many ids.")
    return ids
