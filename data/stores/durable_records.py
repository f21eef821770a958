"""Records that must last: a diskcache with durable settings, a reserve, and an export."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from diskcache import Cache, Timeout

from data.bookmarks.bookmark import now
from data.errors import DiskFullError, StorageError
from data.stores.export import Export
from data.stores.files import alone
from data.stores.json_disk import FOREIGN, JsonDisk, UnreadableValueError
from data.stores.reserve import Reserve
from data.stores.sqlite_failures import WAIT_SECONDS, check_file, is_busy, is_damage, is_full

log = logging.getLogger(__name__)

RESERVE_BYTES = 64 * 1024**2
EXPORT_SECONDS = 60.0
# Far above any bookmark: what diskcache writes into a file of its own is never fsynced.
INLINE_BYTES = 2**30
CHANGES = "changes"

OpenCache = Callable[[Path], Cache]


def open_cache(directory: Path) -> Cache:
    """Open a cache that keeps everything and syncs every change to the disk."""
    return Cache(
        str(directory),
        timeout=WAIT_SECONDS,
        disk=JsonDisk,
        disk_min_file_size=INLINE_BYTES,
        eviction_policy="none",
        cull_limit=0,
        sqlite_synchronous=2,
        # A truncated file would end the process where it is mapped.
        sqlite_mmap_size=0,
    )


class DurableRecords:
    """JSON records by key in `root`/`name`; a change is on the disk when a call returns.

    A damaged file is noticed when it is opened: every call then raises StorageError, until
    `restore` puts the last export in its place.

    Parameters
    ----------
    open_cache : where a test puts one that fails
    """

    def __init__(
        self,
        root: Path,
        name: str,
        *,
        reserve_bytes: int = RESERVE_BYTES,
        export_seconds: float = EXPORT_SECONDS,
        open_cache: OpenCache = open_cache,
    ) -> None:
        self.directory = root / name
        path = root / f"{name}-export.json"
        self.export = Export(path, export_seconds, self._exported)
        self.reserve = Reserve(root / f"{name}.reserve", reserve_bytes)
        self._open_cache = open_cache
        self._cache: Cache | None = None
        self._inode = 0
        self._lock = threading.Lock()
        try:
            self._opened()
        except StorageError as error:
            # Everything else goes on; the page says so too, and offers the export.
            log.error("%s %s", error.message, error.hint)

    def get(self, key: str) -> Any:
        """Return a record; None when there is none, or it is damaged."""
        with self._told() as cache:
            return _value(cache, key)

    def keys(self, prefix: str) -> list[str]:
        """Return all keys that begin so, without reading the records."""
        with self._told() as cache:
            return [key for key in cache.iterkeys() if key != FOREIGN and key.startswith(prefix)]

    def items(self, prefix: str) -> Iterator[tuple[str, Any]]:
        """Yield key and record of all whose key begins so; damaged ones are left out."""
        with self._told() as cache:
            for key in self.keys(prefix):
                value = _value(cache, key)
                if value is not None:
                    yield key, value

    @property
    def n_changes(self) -> int:
        """A number that grows with every change."""
        return int(self.get(CHANGES) or 0)

    @contextmanager
    def changing(self) -> Iterator[Cache]:
        """Give the cache for one change, all or nothing, which is on the disk afterwards.

        Raises
        ------
        DiskFullError, StorageError
            If it could not be written; what was there before is there still.
        """
        with self._told() as cache, cache.transact():
            yield cache
            cache.set(CHANGES, int(_value(cache, CHANGES) or 0) + 1)
        self.reserve.keep()
        self.export.renew()

    def damage(self) -> dict[str, Any] | None:
        """Return what people are told when the file is damaged; None when all is well."""
        try:
            self._opened()
        except StorageError as error:
            saved = self.export.read()
            return {
                "message": error.message,
                "hint": error.hint,
                "export": saved and {"written_at": saved["written_at"], "n": len(saved["records"])},
            }
        return None

    def restore(self) -> int:
        """Put the last export in the place of a damaged file, which is kept beside it.

        Returns
        -------
        The number of records that are back.
        """
        saved = self.export.read()
        if self.damage() is None or saved is None:
            raise StorageError("There is nothing to restore.", hint="Reload the page.")
        aside = self.directory.with_name(f"{self.directory.name}-damaged-{now()}".replace(":", ""))
        with alone(self.directory.parent, self.directory.name):
            self.directory.rename(aside)
        with self.changing() as cache:
            for key, value in saved["records"].items():
                cache.set(key, value)
        return len(saved["records"])

    def close(self) -> None:
        """Write the export if it is due, and let go of the file."""
        self.export.close()
        if self._cache is not None:
            self._cache.close()

    @contextmanager
    def _told(self) -> Iterator[Cache]:
        """Give the cache; what goes wrong with it becomes a sentence."""
        cache = self._opened()
        try:
            yield cache
        except (sqlite3.Error, Timeout, OSError) as error:
            # A commit that failed would keep this thread's connection inside its transaction.
            with suppress(sqlite3.Error):
                cache.close()
            raise self._reason(error) from error

    def _opened(self) -> Cache:
        """Return the cache, opened anew when another process has put a new file in its place."""
        with self._lock:
            inode = self._file_inode()
            if self._cache is None or inode != self._inode:
                self._cache = None
                try:
                    self._cache = self._open_checked()
                except (sqlite3.Error, OSError) as error:
                    raise self._reason(error) from error
                self._inode = self._file_inode()
            return self._cache

    def _open_checked(self) -> Cache:
        """Open the file if it is sound; a full disk gives back its reserve for that."""
        with alone(self.directory.parent, self.directory.name):
            check_file(self.directory / "cache.db")
            try:
                return self._open_cache(self.directory)
            except (sqlite3.Error, OSError) as error:
                if not is_full(error) or not self.reserve.release():
                    raise
                return self._open_cache(self.directory)

    def _file_inode(self) -> int:
        try:
            return (self.directory / "cache.db").stat().st_ino
        except OSError:
            return 0

    def _reason(self, error: BaseException) -> StorageError:
        if is_full(error):
            return DiskFullError(
                "The server's disk is full; nothing was changed.",
                hint="Ask who runs the server to make room, then try again.",
            )
        if is_busy(error):
            return StorageError("The server is too busy to save.", hint="Try again in a moment.")
        if is_damage(error):
            if self._cache is not None:
                log.error("%s is damaged: %s", self.directory, error)
            # Looked at again at the next call, which says the same or finds a new file.
            self._cache = None
            return StorageError(
                "The file of the bookmarks is damaged.",
                hint="The last export can be restored. Everything else goes on.",
            )
        return StorageError(
            "The server may not write its bookmarks; nothing was changed.",
            hint="Ask who runs the server to check its data directory.",
        )

    def _exported(self) -> dict[str, Any]:
        return {key: value for key, value in self.items("") if key != CHANGES}


def _value(cache: Cache, key: str) -> Any:
    try:
        return cache.get(key)
    except (UnreadableValueError, ValueError):
        log.warning("the record %s is damaged, or was not written here", key[:80])
        return None
