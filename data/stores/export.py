"""A JSON copy of durable records, for the day on which their file is damaged."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from data.bookmarks.bookmark import now
from data.errors import ProjectorError
from data.stores.files import alone, write_bytes

log = logging.getLogger(__name__)


class Export:
    """Renewed after changes, at most once in `seconds`.

    Parameters
    ----------
    records : returns all records by key
    """

    def __init__(self, path: Path, seconds: float, records: Callable[[], dict[str, Any]]) -> None:
        self.path = path
        self.seconds = seconds
        self._records = records
        self._lock = threading.Lock()
        self._is_due = False
        self._timer: threading.Timer | None = None

    def renew(self) -> None:
        """Write it now if the last one is old enough, else when it will be."""
        with self._lock:
            if self._is_due:
                return
            self._is_due = True
            age = time.time() - self._written_at()
            # A clock that was set back does not keep it from being written.
            wait = self.seconds - age if 0 <= age < self.seconds else 0.0
            self._timer = threading.Timer(wait, self._write)
            self._timer.daemon = True
            self._timer.start()

    def close(self) -> None:
        """Write it if it is due, and start nothing more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
        if self._is_due:
            self._write()

    def read(self) -> Any:
        """Return {written_at, records} as last written, or None."""
        try:
            saved = json.loads(self.path.read_bytes())
            return saved if isinstance(saved["records"], dict) else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _written_at(self) -> float:
        try:
            return self.path.stat().st_mtime
        except OSError:
            return 0.0

    def _write(self) -> None:
        # A change that comes while this is written is for the next one.
        self._is_due = False
        try:
            content = {"written_at": now(), "records": self._records()}
            with alone(self.path.parent, self.path.name):
                write_bytes(self.path, json.dumps(content, allow_nan=False).encode())
        except (ProjectorError, OSError) as error:
            log.warning("%s was not written: %s", self.path.name, error)
