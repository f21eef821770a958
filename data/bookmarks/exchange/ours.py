"""One bookmark of a file that was downloaded here, read; `writing` writes it."""

from __future__ import annotations

import json
from typing import Any

from data.bookmarks.bookmark import Bookmark
from data.bookmarks.exchange.format import Draft, read_coordinates
from data.errors import ParameterError
from data.view_state import ViewState


def draft_of(item: Any) -> tuple[Draft, str]:
    """Read one bookmark of a file of ours; raises ParameterError."""
    if not isinstance(item, dict) or not isinstance(item.get("view"), dict):
        raise ParameterError("it has no view.")
    view = ViewState.from_json(item["view"])
    fields = Bookmark.checked({"note": "", "author": "", **item, "view": view})
    if "name" not in fields:
        raise ParameterError("it has no name.")
    draft = Draft(fields["name"], fields["note"], fields["author"], view.to_json())
    projection = item.get("projection")
    if isinstance(projection, dict):
        method, parameters = projection.get("method"), projection.get("parameters")
        draft.origin = {
            "method": method[:40] if isinstance(method, str) else "",
            "parameters": parameters if _is_small(parameters) else {},
        }
        if isinstance(projection.get("id"), str):
            draft.projection_id = projection["id"]
        if "coordinates" in projection:
            draft.coordinates = read_coordinates(projection["coordinates"])
    if isinstance(item.get("thumbnail"), str):
        draft.thumbnail = item["thumbnail"]
    return draft, view.dataset_id


def _is_small(parameters: Any) -> bool:
    """Tell whether parameters may be kept as what is said of coordinates."""
    return isinstance(parameters, dict) and len(json.dumps(parameters)) < 4_000
