"""Saving and changing bookmarks: the view is checked, and its coordinates are named for good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from data.bookmarks.bookmark import Bookmark
from data.bookmarks.pictures import kept_picture
from data.errors import ConflictError, NotFoundError, ParameterError, StorageError
from data.projection import FINISHED, ProjectionRecord
from data.projections.methods import METHODS
from data.rows import decode_rows
from data.services import Services
from data.stores.kept_coordinates import keep_coordinates
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
        projection = services.projections.current(view.projection_id)
        if projection.dataset != view.dataset_id:
            raise ParameterError("The view names a projection of another dataset.")
        projection = _settled(services, projection)
        view = replace(view, projection_id=projection.id)
    # From now until the bookmark is on the disk, nothing but this keeps it from being evicted.
    services.projections.finished.note_use(projection.id)
    return {**fields, "view": view, "projection_id": projection.id}


def openable(services: Services, bookmark_id: str) -> Bookmark:
    """Return a bookmark that can be opened.

    Raises
    ------
    NotFoundError
        If it is not here, or its dataset is not.
    """
    bookmark = services.bookmarks.record(bookmark_id)
    try:
        services.datasets.record(bookmark.view.dataset_id)
    except NotFoundError:
        raise NotFoundError(
            f"The dataset of the bookmark “{bookmark.name}” was deleted.",
            hint="Restore it from the trash, or choose another one; the newest is shown.",
        ) from None
    return bookmark


def dependent_bookmarks(services: Services, dataset_id: str) -> list[Bookmark]:
    """Return the bookmarks that do not open without a dataset; none when they cannot be read.

    A damaged store of bookmarks keeps nobody from deleting a dataset.
    """
    try:
        return services.bookmarks.of_dataset(dataset_id)
    except StorageError:
        return []


def _settled(services: Services, record: ProjectionRecord) -> ProjectionRecord:
    """Return the projection if it is finished, else its newest layout, kept as one of its own.

    A run goes on changing, or is stopped and has another id then; a bookmark shows what was seen.
    """
    if record.state in FINISHED:
        return record
    frame = services.projections.frame(record.id)
    if frame is None:
        raise ConflictError(
            f"This projection is {record.state}; there is nothing to keep yet.",
            hint="Save the bookmark when its first points are shown.",
        )
    when = f"iteration {frame.iteration:,}"
    origin = {"method": record.method, **record.parameters, "iteration": frame.iteration}
    return keep_coordinates(
        services.projections,
        record.dataset,
        np.frombuffer(frame.values, "<f4").reshape(-1, frame.n_dims),
        None if record.rows is None else decode_rows(record.rows),
        origin,
        name=f"{METHODS[record.method].label} at {when}",
        message=f"Kept at {when} of {record.n_iterations:,}, when a bookmark was saved.",
    )
