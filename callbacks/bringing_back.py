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
    bookmark_id = query.get("bookmark", "")
    try:
        if services.bookmarks.can_be_restored(bookmark_id):
            return {"undo": bookmark_id, "kind_of_undo": "bookmark", "address": address}
        if bookmark_id:
            dataset_id = services.bookmarks.record(bookmark_id).view.dataset_id
        elif "view" in query:
            dataset_id = view_of_link(query["view"]).dataset_id
        else:
            dataset_id = services.views.load(query.get("saved", "")).dataset_id
    except ProjectorError:
        return {}
    if not services.datasets.is_in_trash(dataset_id):
        return {}
    return {"undo": dataset_id, "kind_of_undo": "dataset", "address": address}


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
    else:
        services.datasets.restore(deleted)
    return {"address": address} if isinstance(address, str) else {"id": deleted}
