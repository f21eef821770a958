"""Bookmarks, or a story of them, as the content of a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from data.bookmarks.bookmark import Bookmark, Story
from data.bookmarks.exchange.format import FORMAT, VERSION, coordinates_text
from data.bookmarks.exchange.tensorboard import write_state
from data.errors import NotFoundError, ProjectorError
from data.projection import ProjectionRecord
from data.services import Services


def write_file(
    services: Services,
    bookmarks: Sequence[Bookmark],
    story: Story | None,
    kind: str,
    *,
    coordinates: bool = False,
) -> Any:
    """Return the JSON of a file.

    Parameters
    ----------
    story : the one that these bookmarks tell, or None
    kind : "ours", or "tensorboard", which always has the coordinates
    coordinates : put them into the file, so that it opens the same where nothing was computed

    Raises
    ------
    NotFoundError
        If a dataset or projection that the file needs is gone.
    """
    if kind == "tensorboard":
        return [_tensorboard_state(services, mark, i == 0) for i, mark in enumerate(bookmarks)]
    written: dict[str, Any] = {"format": FORMAT, "version": VERSION}
    if story is not None:
        written["story"] = {"name": story.name, "note": story.note, "author": story.author}
    written["datasets"] = _datasets(services, bookmarks)
    written["bookmarks"] = [_written(services, mark, coordinates) for mark in bookmarks]
    return written


def _datasets(services: Services, bookmarks: Sequence[Bookmark]) -> dict[str, Any]:
    """Return name and shape of each dataset: where its id is not known, they may help."""
    found = {}
    for dataset_id in dict.fromkeys(mark.view.dataset_id for mark in bookmarks):
        try:
            record = services.datasets.record(dataset_id)
        except NotFoundError:
            continue
        found[dataset_id] = {
            "name": record.name,
            "n_points": record.n_points,
            "n_dims": record.n_dims,
        }
    return found


def _written(services: Services, bookmark: Bookmark, coordinates: bool) -> dict[str, Any]:
    plain = bookmark.to_json()
    kept = ("name", "note", "author", "created_at", "view")
    written: dict[str, Any] = {name: plain[name] for name in kept}
    if thumbnail := services.bookmarks.thumbnail(bookmark.id):
        written["thumbnail"] = thumbnail
    try:
        record = services.projections.record(bookmark.projection_id)
    except ProjectorError:
        if coordinates:
            raise
        return written
    written["projection"] = {
        "id": record.id,
        "method": record.method,
        "parameters": record.parameters,
    }
    if coordinates:
        array = services.projections.coordinates(record.id)
        written["projection"]["coordinates"] = coordinates_text(array)
    return written


def _tensorboard_state(services: Services, bookmark: Bookmark, is_first: bool) -> dict[str, Any]:
    dataset = services.datasets.record(bookmark.view.dataset_id)
    record: ProjectionRecord = services.projections.record(bookmark.projection_id)
    array: np.ndarray = services.projections.coordinates(record.id)
    return write_state(bookmark, dataset, record, array, is_first)
