"""Why SQLite refused: no room, others that write, or a damaged file."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from diskcache import Timeout

# How long a save waits for the others that save.
WAIT_SECONDS = 30


def check_file(path: Path) -> None:
    """Raise sqlite3.DatabaseError if a database is damaged; none there is fine."""
    if not path.exists():
        return
    if path.stat().st_size == 0:
        raise sqlite3.DatabaseError("file is empty")
    connection = sqlite3.connect(path, timeout=WAIT_SECONDS)
    try:
        answer = connection.execute("PRAGMA quick_check(1)").fetchone()
        if answer != ("ok",):
            raise sqlite3.DatabaseError(f"damaged: {answer[0]}")
        connection.execute("SELECT count(*) FROM Cache").fetchone()
    finally:
        connection.close()


def is_full(error: BaseException) -> bool:
    """Tell whether a failure, or one that it came from, is for want of room."""
    return "is full" in _texts(error) or any(
        isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT)
        for cause in _causes(error)
    )


def is_busy(error: BaseException) -> bool:
    """Tell whether others held the file for too long."""
    return isinstance(error, Timeout) or "locked" in _texts(error)


def is_damage(error: BaseException) -> bool:
    """Tell whether the file is no sound database; asked after the two above."""
    return isinstance(error, sqlite3.DatabaseError) and "readonly" not in _texts(error)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _texts(error: BaseException) -> str:
    return " ".join(str(cause) for cause in _causes(error)).lower()
