"""Bookmarks and stories on disk: never evicted, never half written, changes told to each other."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Generic, TypeVar

from diskcache import Cache

from data.bookmarks.bookmark import Bookmark, Kept, Story, new_id, now
from data.errors import DiskFullError, EditConflictError, NotFoundError, ParameterError
from data.stores.durable_records import DurableRecords

DELETED_DAYS = 7
THUMBNAIL = "thumbnail:"

K = TypeVar("K", Bookmark, Story)


class Shelf(Generic[K]):
    """Records of one kind.

    Parameters
    ----------
    kind : the class of the records
    word : what people call one
    """

    def __init__(self, records: DurableRecords, kind: type[K], word: str) -> None:
        self.records = records
        self.kind: type[K] = kind
        self.word = word
        self._deleted = f"deleted:{word}:"

    def all(self) -> list[K]:
        """Return all, in the order that people gave them."""
        found = [self.kind.from_json(value) for _, value in self.records.items(f"{self.word}:")]
        return sorted(found, key=lambda record: (record.place, record.created_at, record.id))

    def record(self, record_id: str) -> K:
        """Return one; raises NotFoundError, which says when it was deleted."""
        value = self.records.get(f"{self.word}:{record_id}")
        if value is None:
            raise self._gone(record_id)
        return self.kind.from_json(value)

    def knows(self, record_id: str) -> bool:
        """Tell whether there is one of this id, or was one until it was deleted."""
        keys = (f"{self.word}:{record_id}", self._deleted + record_id)
        return any(self.records.get(key) is not None for key in keys)

    def can_be_restored(self, record_id: str) -> bool:
        """Tell whether there was one of this id, and `restore` can bring it back."""
        return self.records.get(self._deleted + record_id) is not None

    def add(self, given: Mapping[str, Any]) -> K:
        """Keep a new record; answered only when it is on the disk.

        Raises
        ------
        ParameterError
            If a field is not legal, or the name is missing.
        StorageError
            If it could not be written.
        """
        return self.add_all([given])[0]

    def add_all(self, given: Iterable[Mapping[str, Any]]) -> list[K]:
        """Keep several new records, all of them or none; one may come with an id of its own."""
        new = [self._new(fields, i) for i, fields in enumerate(given)]
        with self.records.changing() as cache:
            for record in new:
                self._write(cache, record)
        return new

    def update(self, record_id: str, given: Mapping[str, Any], version: int | None = None) -> K:
        """Change some fields.

        Parameters
        ----------
        version : the one that the change was made from; None changes whatever is there

        Raises
        ------
        EditConflictError
            If somebody has changed the record since that version; it holds the record as it is.
        """
        with self.records.changing() as cache:
            current = self.record(record_id)
            if version is not None and version != current.version:
                raise _edit_conflict(self.word, current)
            record = current.changed(given)
            self._write(cache, record)
        return record

    def order(self, ids: Iterable[str]) -> None:
        """List these records in this order, in the places that they have together."""
        with self.records.changing() as cache:
            wanted = [self.record(record_id) for record_id in dict.fromkeys(ids)]
            places = sorted(record.place for record in wanted)
            for record, place in zip(wanted, places, strict=True):
                self._write(cache, replace(record, place=place))

    def delete(self, record_id: str) -> K:
        """Remove a record; `restore` brings it back for 7 days.

        It also works on a full disk.
        """
        try:
            return self._delete(record_id)
        except DiskFullError:
            if not self.records.reserve.release():
                raise
            return self._delete(record_id)

    def restore(self, record_id: str) -> K:
        """Bring back what was deleted; what is there already is left as it is."""
        with self.records.changing() as cache:
            kept = self.records.get(self._deleted + record_id)
            if kept is None:
                return self.record(record_id)
            record = self.kind.from_json(kept["record"])
            self._write(cache, record)
            cache.delete(self._deleted + record_id)
        return record

    def forget_deleted(self) -> None:
        """Let go of what was deleted more than 7 days ago."""
        limit = time.time() - DELETED_DAYS * 86_400
        old = [key for key, kept in self.records.items(self._deleted) if kept["time"] < limit]
        if not old:
            return
        with self.records.changing() as cache:
            for key in old:
                cache.delete(key)
                cache.delete(THUMBNAIL + key.removeprefix(self._deleted))

    def _delete(self, record_id: str) -> K:
        with self.records.changing() as cache:
            record = self.record(record_id)
            cache.delete(f"{self.word}:{record_id}")
            kept = {"record": record.to_json(), "name": record.name, "at": now()}
            cache.set(self._deleted + record_id, {**kept, "time": time.time()})
        return record

    def _new(self, given: Mapping[str, Any], i: int) -> K:
        fields = self.kind.checked(given)
        if "name" not in fields:
            raise ParameterError(f"A {self.word} needs a name.")
        created = now()
        # Places only sort: a later one is a larger number.
        place = time.time() + i / 1000
        record_id = given.get("id") or new_id(self.word[0])
        known = {"id": record_id, "created_at": created, "changed_at": created}
        return self.kind(**{**known, "place": place, **fields})

    def _write(self, cache: Cache, record: K) -> None:
        cache.set(f"{self.word}:{record.id}", record.to_json())

    def _gone(self, record_id: str) -> NotFoundError:
        kept = self.records.get(self._deleted + record_id)
        if kept is not None:
            return NotFoundError(
                f"The {self.word} “{kept['name']}” was deleted on {kept['at'][:10]}.",
                hint=f"It can be brought back for {DELETED_DAYS} days.",
            )
        return NotFoundError(
            f"This {self.word} is not on this server.",
            hint="The bookmarks that are here are listed at the right.",
        )


class BookmarkStore(Shelf[Bookmark]):
    """Bookmarks, each with a small picture of its view."""

    def __init__(self, records: DurableRecords) -> None:
        super().__init__(records, Bookmark, "bookmark")

    def of_dataset(self, dataset_id: str) -> list[Bookmark]:
        """Return the bookmarks of a dataset, in the order that people gave them."""
        return [record for record in self.all() if record.view.dataset_id == dataset_id]

    def projections_named(self) -> set[str]:
        """Return the projections that must not be evicted: a bookmark shows them, or will again.

        Those of deleted bookmarks are among them as long as the bookmark can be brought back.
        """
        deleted = (kept["record"] for _, kept in self.records.items(self._deleted))
        named = {str(record.get("projection_id", "")) for record in deleted}
        return (named | {record.projection_id for record in self.all()}) - {""}

    def set_thumbnail(self, bookmark_id: str, picture: str) -> None:
        """Keep the picture of a bookmark (base64 of a checked image); it is no edit."""
        with self.records.changing() as cache:
            cache.set(THUMBNAIL + self.record(bookmark_id).id, picture)

    def with_thumbnail(self) -> set[str]:
        """Return the ids of the bookmarks that have a picture."""
        return {key.removeprefix(THUMBNAIL) for key in self.records.keys(THUMBNAIL)}

    def thumbnail(self, bookmark_id: str) -> str | None:
        """Return the picture of a bookmark as it was kept, or None."""
        kept = self.records.get(THUMBNAIL + bookmark_id)
        return kept if isinstance(kept, str) else None


class StoryStore(Shelf[Story]):
    """Stories: ordered lists of bookmarks."""

    def __init__(self, records: DurableRecords) -> None:
        super().__init__(records, Story, "story")


def _edit_conflict(word: str, current: Kept) -> EditConflictError:
    when = current.changed_at[:16].replace("T", " ")
    return EditConflictError(
        f"Somebody else has changed this {word} meanwhile ({when} UTC).",
        {"name": current.name, "note": current.note, "version": current.version},
        hint="Look at it as it is now; what you typed is still in your form.",
    )
