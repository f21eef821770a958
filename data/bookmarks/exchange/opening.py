"""A file of bookmarks becomes bookmarks: ours, or the predecessor's."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from data.bookmarks.bookmark import Bookmark, Story
from data.bookmarks.exchange.format import (
    FORMAT,
    MAX_BOOKMARKS,
    NO_BOOKMARKS,
    VERSION,
    Draft,
    read_json,
)
from data.bookmarks.exchange.ours import draft_of
from data.bookmarks.exchange.tensorboard import read_state
from data.bookmarks.exchange.tensorboard_shape import shape_of_state
from data.bookmarks.pictures import kept_picture
from data.dataset import DatasetRecord
from data.errors import LimitError, NotFoundError, ParameterError, ProjectorError, ReadError
from data.projection import FINISHED
from data.services import Services
from data.stores.kept_coordinates import keep_coordinates
from data.view_state import ViewState, check_rows

MAX_NOTES = 50


@dataclass(frozen=True)
class Opened:
    """What became of a file.

    Attributes
    ----------
    story : the one that the file tells, or None
    notes : what was left out, or has no counterpart
    """

    bookmarks: tuple[Bookmark, ...]
    story: Story | None = None
    notes: tuple[str, ...] = ()


def open_file(
    services: Services,
    content: bytes,
    name: str,
    dataset_id: str | None = None,
    *,
    once: bool = False,
) -> Opened:
    """Keep the bookmarks of a file.

    Parameters
    ----------
    name : of the file, as people know it
    dataset_id : the dataset that is meant where the file names none; None looks for one that fits
    once : leave out what was opened from such a file before

    Raises
    ------
    ReadError, LimitError
        If it is no file of bookmarks.
    NotFoundError
        If none of its bookmarks fits a dataset of this server.
    """
    opener = _Opener(services, name, services.datasets.record(dataset_id) if dataset_id else None)
    items, drafts, story = opener.drafts(read_json(content, name))
    if len(items) > MAX_BOOKMARKS:
        raise LimitError(f"{name} has {len(items):,} bookmarks; {MAX_BOOKMARKS:,} are opened.")
    ready = [opener.ready(item, draft, dataset) for item, draft, dataset in drafts()]
    given = [fields for fields in ready if fields is not None]
    if items and not given:
        raise NotFoundError(" ".join(opener.notes[:3]), hint="Add the dataset first.")
    if once:
        unique = {fields["id"]: fields for fields in given}
        new = [fields for i, fields in unique.items() if not services.bookmarks.knows(i)]
    else:
        new = [{**fields, "id": None} for fields in given]
    kept = services.bookmarks.add_all(new) if new else []
    for bookmark, fields in zip(kept, new, strict=True):
        if fields.get("thumbnail"):
            services.bookmarks.set_thumbnail(bookmark.id, fields["thumbnail"])
    told = None
    if story and kept:
        told = services.stories.add({**story, "steps": [bookmark.id for bookmark in kept]})
    return Opened(tuple(kept), told, tuple(opener.notes[:MAX_NOTES]))


Drafts = Callable[[], Iterator[tuple[Any, Draft, DatasetRecord]]]


class _Opener:
    """One file on its way in; collects what is to be said about it."""

    def __init__(self, services: Services, name: str, dataset: DatasetRecord | None) -> None:
        self.services = services
        self.name = name
        self.dataset = dataset
        self.notes: list[str] = []

    def drafts(self, content: Any) -> tuple[list[Any], Drafts, dict[str, Any] | None]:
        """Return the items of a file, their drafts, and the fields of its story."""
        if isinstance(content, list) and content:
            return content, lambda: self._of_states(content), None
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise ReadError(
                f"{self.name} is no file of bookmarks.",
                hint=NO_BOOKMARKS,
            )
        version, items = content.get("version"), content.get("bookmarks")
        if type(version) is not int or version > VERSION:
            raise ReadError(
                f"{self.name} was written by a newer version.", hint="Update this server."
            )
        if not isinstance(items, list):
            raise ReadError(f"{self.name} holds no list of bookmarks.", hint=NO_BOOKMARKS)
        story = content.get("story")
        fields = Story.checked(story) if isinstance(story, dict) else None
        datasets = content.get("datasets")
        known = datasets if isinstance(datasets, dict) else {}
        return items, lambda: self._of_ours(items, known), fields

    def ready(self, item: Any, draft: Draft, dataset: DatasetRecord) -> dict[str, Any] | None:
        """Return the fields of a bookmark; None, and a note, when they are not legal."""
        try:
            view = {**draft.view, "dataset_id": dataset.id}
            state = check_rows(ViewState.from_json(view), dataset.n_points)
            fields = {"name": draft.name, "note": draft.note, "author": draft.author}
            projection, view["projection_id"] = self._projection(draft, state)
            fields |= Bookmark.checked({**fields, "view": view})
            picture = kept_picture(draft.thumbnail) if draft.thumbnail else None
        except ProjectorError as error:
            self._note(draft.name, error.message)
            return None
        for note in draft.notes:
            self._note(draft.name, note)
        digest = hashlib.sha256(json.dumps([dataset.id, item], sort_keys=True).encode()).digest()
        # The same content has the same id: what was opened once is known again.
        bookmark_id = "b" + base64.b32encode(digest[:15]).decode().lower()
        return {**fields, "projection_id": projection, "thumbnail": picture, "id": bookmark_id}

    def _projection(self, draft: Draft, view: ViewState) -> tuple[str, str | None]:
        """Return the projection that is shown, and what the view calls it (None: the default).

        Raises ParameterError.
        """
        projections = self.services.projections
        for known in filter(None, (view.projection_id, draft.projection_id)):
            try:
                record = projections.current(known)
                if record.dataset == view.dataset_id and record.state in FINISHED:
                    return record.id, view.projection_id and record.id
            except NotFoundError:
                pass
        if draft.coordinates is not None:
            kept = keep_coordinates(
                projections, view.dataset_id, draft.coordinates, view.rows, draft.origin
            )
            return kept.id, kept.id
        parameters = draft.origin.get("parameters") or {}
        if draft.origin.get("method", "pca") != "pca":
            draft.notes.append("its coordinates are not in the file and not here; PCA is shown")
            parameters = {}
        computed = projections.request(view.dataset_id, "pca", parameters, view.rows).id
        return computed, computed if parameters and view.projection_id else None

    def _of_states(self, states: list[Any]) -> Iterator[tuple[Any, Draft, DatasetRecord]]:
        for number, state in enumerate(states, 1):
            shape = shape_of_state(state)
            if shape is None:
                self.notes.append(f"{self.name}: state {number} is damaged and was left out.")
                continue
            dataset = self._fitting(shape.fits)
            if dataset is None:
                here = f"not for “{self.dataset.name}”" if self.dataset else "no dataset here fits"
                self.notes.append(f"{self.name}: state {number} is for {shape}; {here}.")
                continue
            yield state, read_state(state, dataset, number), dataset

    def _of_ours(self, items: list[Any], known: dict[str, Any]) -> Iterator[Any]:
        for number, item in enumerate(items, 1):
            try:
                draft, dataset_id = draft_of(item)
            except ParameterError as error:
                self.notes.append(f"{self.name}: bookmark {number}: {error.message}")
                continue
            dataset = self._named(dataset_id, known.get(dataset_id), draft)
            if dataset is None:
                self.notes.append(
                    f"{self.name}: the dataset of “{draft.name}” is not on this server."
                )
                continue
            yield item, draft, dataset

    def _named(self, dataset_id: str, shape: Any, draft: Draft) -> DatasetRecord | None:
        """Return the dataset of this id, or one of the same shape, which is said."""
        try:
            return self.services.datasets.record(dataset_id)
        except NotFoundError:
            if not isinstance(shape, dict):
                return None
        wanted = (shape.get("n_points"), shape.get("n_dims"))
        found = self._fitting(lambda record: (record.n_points, record.n_dims) == wanted)
        if found is not None:
            draft.notes.append(
                f"it was saved for {str(shape.get('name'))[:100]!r}, which is not here; it opens "
                f"on “{found.name}”, which has the same shape"
            )
        return found

    def _fitting(self, fits: Callable[[DatasetRecord], bool]) -> DatasetRecord | None:
        if self.dataset is not None:
            return self.dataset if fits(self.dataset) else None
        return next(filter(fits, self.services.datasets.list()), None)

    def _note(self, bookmark: str, text: str) -> None:
        self.notes.append(f"“{bookmark}”: {text.rstrip('.')}.")
