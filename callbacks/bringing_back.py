"""A link to what was deleted: the notice says so, and brings it back while it can be."""

from __future__ import annotations

from typing import Any

from callbacks.arguments import content
from callbacks.saved_views import query_of
from data.errors import ProjectorError
from data.links import view_of_link
from data.services import Services


def way_back(services: Services, address: str) -> dict[str, str]:
    """Return what the button of the notice brings back: a kind, its id, the address to open then.

    Empty when nothing that the address names was deleted, or it is gone for good.
    """
    query = query_of(address)
    try:
        for kind, shelf in (("bookmark", services.bookmarks), ("story", services.stories)):
            if shelf.can_be_restored(query.get(kind, "")):
                return {"undo": query[kind], "kind_of_undo": kind, "address": address}
        dataset_id = _dataset_of(services, query)
    except ProjectorError:
        return {}
    if not services.datasets.is_in_trash(dataset_id):
        return {}
    return {"undo": dataset_id, "kind_of_undo": "dataset", "address": address}


def _dataset_of(services: Services, query: dict[str, str]) -> str:
    if "story" in query:
        steps = services.stories.record(query["story"]).steps
        known = (b for b in services.bookmarks.all() if b.id in steps)
        return next((b.view.dataset_id for b in known), "")
    if "bookmark" in query:
        return services.bookmarks.record(query["bookmark"]).view.dataset_id
    if "view" in query:
        return view_of_link(query["view"]).dataset_id
    return services.views.load(query.get("saved", "")).dataset_id


def bring_back(services: Services, notice: Any) -> dict[str, str]:
    """Bring back what a notice is about; returns what the page opens then.

    Raises
    ------
    NotFoundError
        If it is gone for good meanwhile.
    """
    told = content(notice)
    deleted, address = str(told.get("undo")), told.get("address")
    if told.get("kind_of_undo") == "bookmark":
        services.bookmarks.restore(deleted)
    elif told.get("kind_of_undo") == "story":
        services.stories.restore(deleted)
    else:
        services.datasets.restore(deleted)
    return {"address": address} if isinstance(address, str) else {"id": deleted}
