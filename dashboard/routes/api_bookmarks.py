"""Bookmarks over HTTP: list, save, change, delete; files of them in and out."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for

from dashboard.routes.arguments import json_object, one_of, switch
from dashboard.routes.links import shared_url
from dashboard.routes.uploads import received_form
from dashboard.settings import Settings
from data.bookmarks.bookmark import Bookmark
from data.bookmarks.bookmarking import change_bookmark, save_bookmark
from data.bookmarks.exchange.opening import Opened, open_file
from data.bookmarks.exchange.writing import write_file
from data.errors import ParameterError
from data.services import Services

FIELDS = ("name", "note", "author", "view", "thumbnail")
FILE_FORMATS = ("ours", "tensorboard")


def build_bookmark_routes(services: Services, settings: Settings) -> Blueprint:
    """Return the routes of /api/v1/bookmarks."""
    routes = Blueprint("bookmarks", __name__, url_prefix="/api/v1/bookmarks")
    bookmarks = services.bookmarks

    def told(bookmark: Bookmark) -> dict[str, Any]:
        return bookmark_json(bookmark, settings)

    @routes.get("")
    def list_bookmarks() -> Response:
        dataset = request.args.get("dataset")
        found = bookmarks.all() if dataset is None else bookmarks.of_dataset(dataset)
        return jsonify({"bookmarks": [told(bookmark) for bookmark in found]})

    @routes.post("")
    def save() -> tuple[Response, int, dict[str, str]]:
        bookmark = save_bookmark(services, json_object(known=FIELDS))
        address = url_for("bookmarks.show", bookmark_id=bookmark.id)
        return jsonify(told(bookmark)), 201, {"Location": address}

    @routes.get("/<bookmark_id>")
    def show(bookmark_id: str) -> Response:
        return jsonify(told(bookmarks.record(bookmark_id)))

    @routes.patch("/<bookmark_id>")
    def change(bookmark_id: str) -> Response:
        body = json_object(known=(*FIELDS, "version"))
        version = edited_version(body)
        return jsonify(told(change_bookmark(services, bookmark_id, body, version)))

    @routes.delete("/<bookmark_id>")
    def delete(bookmark_id: str) -> Response:
        return jsonify({"id": bookmarks.delete(bookmark_id).id})

    @routes.get("/<bookmark_id>/file")
    def file(bookmark_id: str) -> Response:
        return file_answer(services, [bookmarks.record(bookmark_id)])

    @routes.post("/import")
    def add_file() -> Response:
        if request.is_json:
            opened = open_file(
                services, request.get_data(), "The body", request.args.get("dataset")
            )
        else:
            with received_form(services.uploads, ("dataset",), ("file",)) as form:
                source = form.file("file")
                content = source.path.read_bytes()
                opened = open_file(services, content, source.name, form.text("dataset") or None)
        return jsonify(opened_json(opened, settings))

    return routes


def bookmark_json(bookmark: Bookmark, settings: Settings) -> dict[str, Any]:
    """Return a bookmark as the API answers it."""
    plain = bookmark.to_json()
    for own in ("place", "projection_id"):
        del plain[own]
    return {**plain, "url": shared_url(settings, f"bookmark={bookmark.id}")}


def opened_json(opened: Opened, settings: Settings) -> dict[str, Any]:
    """Return what became of a file."""
    return {
        "bookmarks": [bookmark_json(bookmark, settings) for bookmark in opened.bookmarks],
        "story": opened.story.id if opened.story else None,
        "notes": list(opened.notes),
    }


def edited_version(body: dict[str, Any]) -> int | None:
    """Take the version that an edit was made from out of a body; None when it names none."""
    version = body.pop("version", None)
    if version is not None and type(version) is not int:
        raise ParameterError("version must be the number of the version that was edited.")
    return version


def file_answer(services: Services, bookmarks: list[Bookmark], story: Any = None) -> Response:
    """Answer with bookmarks as a file, in our format or TensorBoard's."""
    kind = one_of("format", FILE_FORMATS, "ours")
    content = write_file(services, bookmarks, story, kind, coordinates=switch("coordinates"))
    name = story.name if story else bookmarks[0].name
    answer = Response(json.dumps(content, allow_nan=False), mimetype="application/json")
    answer.headers.set("Content-Disposition", "attachment", filename=_file_name(name, kind))
    return answer


def _file_name(name: str, kind: str) -> str:
    plain = "".join(letter if letter.isalnum() else "-" for letter in name)[:60].strip("-")
    return f"{plain or 'bookmark'}.{'txt' if kind == 'tensorboard' else 'json'}"
