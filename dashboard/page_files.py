"""Our scripts and styles as the page loads them: all in one file each, which browsers keep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request

FOREVER = "public, max-age=31536000, immutable"
# What Dash would otherwise ask browsers to load file by file: 80 requests before the first point.
JOINED = r"\.(js|css)$"
KINDS = {"scripts.js": "text/javascript", "styles.css": "text/css"}


@dataclass(frozen=True)
class JoinedFile:
    """Files of one kind, one after the other in the order of their names.

    Attributes
    ----------
    name : as it stands in the address
    """

    name: str
    text: str

    @property
    def version(self) -> str:
        """Return what changes with the text, for an address that always has the same content."""
        return sha256(self.text.encode()).hexdigest()[:16]

    @property
    def path(self) -> str:
        """Return the address, without what is before the first slash of the page's own."""
        return f"/page/{self.name}?m={self.version}"


def joined_files(folder: Path) -> tuple[JoinedFile, ...]:
    """Return the scripts and the styles of a folder."""
    return tuple(
        JoinedFile(name, "\n".join(_headed(path) for path in sorted(folder.glob(f"*.{ending}"))))
        for name, ending in ((name, name.rpartition(".")[2]) for name in KINDS)
    )


def build_joined_routes(files: Sequence[JoinedFile]) -> Blueprint:
    """Return the routes of the joined files."""
    routes = Blueprint("page_files", __name__, url_prefix="/page")
    for file in files:
        routes.add_url_rule(f"/{file.name}", file.name.partition(".")[0], _sent(file))
    return routes


def _sent(file: JoinedFile) -> Callable[[], Any]:
    def send() -> Any:
        answer = Response(file.text, mimetype=KINDS[file.name])
        answer.set_etag(file.version)
        # An address of an earlier server has the text of this one.
        is_known = request.args.get("m") == file.version
        answer.headers["Cache-Control"] = FOREVER if is_known else "no-cache"
        return answer.make_conditional(request)

    return send


def _headed(path: Path) -> str:
    return f"/* {path.name} */\n{path.read_text(encoding='utf-8')}"
