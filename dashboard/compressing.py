"""Texts go out compressed to whoever takes them so: the page is a quarter of its size then."""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Flask, Response, request

# Arrays and pictures are not among them: they hardly get smaller.
TEXTS = {"text/html", "text/css", "text/javascript", "application/javascript", "application/json"}
# Less fits into one packet as it is.
SMALLEST = 1_400
# The page's files are the same for everybody, so they are compressed once, and well.
FILES = ("/page/scripts.js", "/page/styles.css", "/_dash-component-suites/")
MAX_FILES = 64
FILE_LEVEL, ANSWER_LEVEL = 6, 1


def install_compressing(server: Flask) -> None:
    """Compress texts by gzip, the one way that browsers take without encryption too."""
    # By content: an address may have another one tomorrow.
    kept = lru_cache(maxsize=MAX_FILES)(_compressed)

    @server.after_request
    def compress(response: Response) -> Response:
        if response.mimetype not in TEXTS:
            return response
        response.vary.add("Accept-Encoding")
        if response.status_code != 200 or not request.accept_encodings.quality("gzip"):
            return response
        # A file that is sent as it lies would not be read.
        response.direct_passthrough = False
        text = response.get_data()
        if len(text) < SMALLEST:
            return response
        etag, _ = response.get_etag()
        if etag:
            # The same text, but not the same bytes; Dash knows only the tag of those.
            response.set_etag(etag, weak=True)
            if response.make_conditional(request).status_code != 200:
                return response
        is_file = request.path.startswith(FILES)
        response.set_data(kept(text, FILE_LEVEL) if is_file else _compressed(text, ANSWER_LEVEL))
        response.headers["Content-Encoding"] = "gzip"
        return response


def _compressed(text: bytes, level: int) -> bytes:
    return gzip.compress(text, level, mtime=0)
