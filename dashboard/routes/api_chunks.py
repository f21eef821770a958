"""A file into the server in pieces that can be sent again: begin, chunks, complete, cancel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.exceptions import LengthRequired, TooManyRequests

from dashboard.routes.arguments import json_object, text_field
from dashboard.routes.uploads import label_of_file, limit_silence, stop_listening
from dashboard.values import read_whole_number
from data.errors import LimitError, ParameterError
from data.services import Services
from data.stores.chunks import Chunk, Upload

# What a sender should choose, and the most that it may.
CHUNK_BYTES = 8 * 1024**2
MAX_CHUNK_BYTES = 16 * 1024**2
# Chunks that one process receives at once: half of its threads by default, so that the page is
# answered however many senders stall.
MAX_AT_ONCE = 8


def build_chunk_routes(services: Services) -> Blueprint:
    """Return the routes of uploads in pieces."""
    routes = Blueprint("chunks", __name__, url_prefix="/api/v1/uploads")
    uploads = services.uploads
    places = BoundedSemaphore(MAX_AT_ONCE)

    @routes.post("")
    def begin() -> tuple[Response, int, dict[str, str]]:
        body = json_object(("name", "size", "sha256"))
        upload = uploads.begin(
            label_of_file(text_field(body, "name")), _size_of(body), _sha256_of(body)
        )
        return jsonify(_shown(upload)), 201, {"Location": url_for(".show", upload_id=upload.id)}

    @routes.get("/<upload_id>")
    def show(upload_id: str) -> Response:
        return jsonify(_shown(uploads.get(upload_id)))

    @routes.patch("/<upload_id>")
    def append(upload_id: str) -> Response:
        chunk = _sent_chunk()
        with _place(places):
            limit_silence()
            upload = uploads.append(upload_id, chunk, request.stream)
        return jsonify(_shown(upload))

    @routes.post("/<upload_id>/complete")
    def complete(upload_id: str) -> Response:
        return jsonify(_shown(uploads.complete(upload_id)))

    @routes.delete("/<upload_id>")
    def cancel(upload_id: str) -> tuple[str, int]:
        uploads.cancel(upload_id)
        return "", 204

    return routes


def _shown(upload: Upload) -> dict[str, Any]:
    return {
        "id": upload.id,
        "name": upload.name,
        "size": upload.size,
        "offset": upload.offset,
        "complete": upload.complete,
        "chunk_size": CHUNK_BYTES,
    }


def _size_of(body: dict[str, Any]) -> int:
    size = body.get("size")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise ParameterError(f"size must be a whole number of bytes, not {str(size)[:60]!r}.")
    return size


def _sha256_of(body: dict[str, Any]) -> str | None:
    if body.get("sha256") is None:
        return None
    text = text_field(body, "sha256")
    if not re.fullmatch("[0-9a-fA-F]{64}", text):
        raise ParameterError("sha256 must have 64 hexadecimal digits.")
    return text.lower()


def _sent_chunk() -> Chunk:
    """Return what the headers of this request say of its body, which is not read yet."""
    length = request.content_length
    if length is None:
        raise LengthRequired
    if length > MAX_CHUNK_BYTES:
        raise LimitError(
            f"A chunk has at most {MAX_CHUNK_BYTES:,} bytes, not {length:,}.",
            hint=f"Send chunks of {CHUNK_BYTES:,} bytes (chunk_size).",
        )
    # Else the limit of JSON bodies.
    request.max_content_length = MAX_CHUNK_BYTES
    offset = read_whole_number("Upload-Offset", request.headers.get("Upload-Offset", ""), 0, 2**53)
    # Optional: browsers compute no SHA-256 for a page that came over plain http from another host.
    given = request.headers.get("Upload-Checksum")
    if given is None:
        return Chunk(offset, length, None)
    checksum = re.fullmatch("sha256 ([0-9a-fA-F]{64})", given.strip())
    if checksum is None:
        raise ParameterError(
            "Upload-Checksum must be the word sha256, a space and 64 hexadecimal digits."
        )
    return Chunk(offset, length, checksum[1].lower())


@contextmanager
def _place(places: BoundedSemaphore) -> Iterator[None]:
    """Take one of the places of those who send a chunk now."""
    if not places.acquire(blocking=False):
        stop_listening()
        raise TooManyRequests
    try:
        yield
    finally:
        places.release()
