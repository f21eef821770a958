"""How a diskcache keeps values that must last: as JSON with a checksum, never as a pickle."""

from __future__ import annotations

import json
import zlib
from typing import Any

from diskcache import UNKNOWN, Disk

# diskcache's number for a value that stands in the table as it is.
MODE_RAW = 1
CHECKSUM = 8
# What stands for a key that was not written here; no record has it.
FOREIGN = ""


class UnreadableValueError(ValueError):
    """A value was damaged, or not written by us; it is never unpacked to find out."""


class JsonDisk(Disk):  # type: ignore[misc]  # diskcache has no types
    """Keys are texts, values JSON; both ways, anything else is refused."""

    def put(self, key: Any) -> tuple[str, bool]:
        """Return a key as the table holds it."""
        if type(key) is not str:
            raise TypeError("A key must be a text.")
        return key, True

    def get(self, key: Any, raw: bool) -> str:
        """Return a key of the table; one that was planted there is not unpacked."""
        return key if raw and type(key) is str else FOREIGN

    def store(self, value: Any, read: bool, key: Any = UNKNOWN) -> tuple[int, int, None, str]:
        """Return a value as the table holds it: its checksum and its JSON."""
        text = json.dumps(value, allow_nan=False, separators=(",", ":"))
        return 0, MODE_RAW, None, checksum(text) + text

    def fetch(self, mode: int, filename: str | None, value: Any, read: bool) -> Any:
        """Return a value of the table; raises UnreadableValueError."""
        if mode != MODE_RAW or filename is not None or type(value) is not str:
            raise UnreadableValueError("not written by this store")
        if value[:CHECKSUM] != checksum(value[CHECKSUM:]):
            raise UnreadableValueError("damaged")
        return json.loads(value[CHECKSUM:])


def checksum(text: str) -> str:
    """Return eight hexadecimal digits."""
    return f"{zlib.crc32(text.encode()):0{CHECKSUM}x}"
