"""Files packed with gzip: unpacked within bounds to a temporary file, then read as any other."""

from __future__ import annotations

import gzip
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from data.errors import LimitError, ReadError
from data.limits import Limits
from data.readers.bounds import check_readable, spell_bytes

SUFFIX = ".gz"
BLOCK_BYTES = 4 * 1024**2
# Text of numbers packs to a third, zeros to a thousandth: what unpacks to more than this many
# times its size, and is large, is made to fill a disk.
MAX_RATIO = 300
FREE_BYTES = 64 * 1024**2


@contextmanager
def unpacked(path: Path, name: str, limits: Limits) -> Iterator[tuple[Path, str]]:
    """Give the file without its packing, and the name without .gz; others as they are.

    Raises
    ------
    ReadError
        If it is damaged or cut off.
    LimitError
        If it unpacks to more than the limit.
    """
    if not name.lower().endswith(SUFFIX):
        yield path, name
        return
    size = check_readable(path, name)
    most = min(limits.upload_bytes, max(FREE_BYTES, MAX_RATIO * size))
    with tempfile.NamedTemporaryFile() as copy:
        try:
            with gzip.open(path) as file:
                _copy(file, copy, most)
        except (OSError, EOFError, zlib.error) as error:
            raise ReadError(
                f"{name} is damaged or cut off: it cannot be unpacked to its end.",
                hint="Send it again, or pack it again with gzip.",
            ) from error
        except _TooLargeError:
            limit = f"upload_bytes is {limits.upload_bytes:,}"
            if most < limits.upload_bytes:
                limit = f"at most {MAX_RATIO} times its size is unpacked"
            raise LimitError(
                f"{name} unpacks to more than {spell_bytes(most)}: {limit}.",
                hint="Unpack it first, or save it as .npy.",
            ) from None
        copy.flush()
        yield Path(copy.name), name[: -len(SUFFIX)]


class _TooLargeError(Exception):
    """More was unpacked than is allowed."""


def _copy(source: IO[bytes] | gzip.GzipFile, target: IO[bytes], most: int) -> None:
    written = 0
    while block := source.read(BLOCK_BYTES):
        written += len(block)
        if written > most:
            raise _TooLargeError
        target.write(block)
