"""Saving and changing bookmarks: the view is checked, and its coordinates are named for good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.bookmarks.bookmark import Bookmark
from data.bookmarks.pictures import kept_picture
from data.errors import ParameterError, StorageError
from data.services import Services
from data.view_state import ViewState, check_rows


def save_bookmark(services: Services, given: Mapping[str, Any]) -> Bookmark:
    """Keep a new bookmark.

    Parameters
    ----------
    given : name, view, and perhaps note, author and thumbnail; nothing in it is trusted

    Raises
    ------
    ParameterError, NotFoundError
        If a value is not legal, or the view names what is not on this server.
    StorageError
        If it could not be written.
    """
    if given.get("view") is None:
        raise ParameterError("A bookmark needs a view.", hint="Send view: {dataset_id, ...}.")
    picture = _picture(given)
    bookmark = services.bookmarks.add(_named(services, given))
    if picture:
        services.bookmarks.set_thumbnail(bookmark.id, picture)
    return bookmark


def change_bookmark(
    services: Services, bookmark_id: str, given: Mapping[str, Any], version: int | None
) -> Bookmark:
    """Change a bookmark: name, note, author, or the view that it shows; see `Shelf.update`."""
    picture = _picture(given)
    fields = _named(services, given)
    # Together: a browser keeps the picture of a version for good.
    with services.bookmarks.records.changing():
        changed = services.bookmarks.update(bookmark_id, fields, version)
        if picture:
            services.bookmarks.set_thumbnail(bookmark_id, picture)
    return changed


def _picture(given: Mapping[str, Any]) -> str | None:
    picture = given.get("thumbnail")
    return None if picture is None else kept_picture(picture)


def _named(services: Services, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields with the view checked and the id of its projection beside it."""
    fields = {name: value for name, value in given.items() if name != "thumbnail"}
    if given.get("view") is None:
        return fields
    view = ViewState.from_json(given["view"])
    check_rows(view, services.datasets.record(view.dataset_id).n_points)
    if view.projection_id is None:
        projection = services.projections.request(view.dataset_id, "pca", {}, view.rows)
    else:
        projection = services.projections.record(view.projection_id)
        if projection.dataset != view.dataset_id:
            raise ParameterError("The view names a projection of another dataset.")
    # From now until the bookmark is on the disk, nothing but this keeps it from being evicted.
    services.projections.finished.note_use(projection.id)
    return {**fields, "view": view, "projection_id": projection.id}


def dependent_bookmarks(services: Services, dataset_id: str) -> list[Bookmark]:
    """Return the bookmarks that do not open without a dataset; none when they cannot be read.

    A damaged store of bookmarks keeps nobody from deleting a dataset.
    """
    try:
        return services.bookmarks.of_dataset(dataset_id)
    except StorageError:
        return []
