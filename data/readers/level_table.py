"""Tables of sorted keys as LevelDB and TensorFlow write them: the index of a checkpoint.

A file is blocks of entries, a block of handles to them, and a footer of 48 bytes. Keys are stored
as what differs from the key before; see LevelDB's doc/table_format.md.
"""

from __future__ import annotations

import os
import struct
from bisect import bisect_left
from collections.abc import Iterator
from typing import IO

import pyarrow as pa

from data.errors import ReadError
from data.readers.checksum import masked_crc32c
from data.readers.wire import WireError, read_varint

MAGIC = 0xDB47_7524_8B80_FB57
FOOTER_BYTES = 48
# Behind each block: one byte for the compression, four for the checksum.
TRAILER = struct.Struct("<BI")
PLAIN, SNAPPY = 0, 1
# A copy of 64 bytes takes 2 to 3 bytes of snappy.
SNAPPY_RATIO = 64
MAX_KEY_BYTES = 65_536
# Keys and values that are looked at in one table; 64 MB hold some 500,000 variables.
MAX_ENTRY_BYTES = 64 * 1024**2

# What is read of a file at a time that is not mapped into memory.
MAX_BLOCK_BYTES = 256 * 1024**2

Handle = tuple[int, int]


class FileContent:
    """The bytes of a file, read when they are asked for; it may be cut meanwhile."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file.fileno()
        self._size = os.fstat(self._file).st_size

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice) -> bytes:
        start, stop, _ = part.indices(self._size)
        return os.pread(self._file, min(max(0, stop - start), MAX_BLOCK_BYTES), start)


Content = bytes | memoryview | FileContent


class LevelTable:
    """A table over the bytes of a file; blocks are read when they are asked for.

    Parameters
    ----------
    content : the whole file
    name : of the file, for messages

    Raises
    ------
    ReadError
        If it is no table, here and below if it is damaged.
    """

    def __init__(self, content: Content, name: str) -> None:
        self.content, self.name = content, name
        if not is_table(self.content):
            raise ReadError(
                f"{name} is no index of a checkpoint: it is cut off or of another kind.",
                hint="Copy the file again.",
            )
        self._budget = MAX_ENTRY_BYTES
        footer = self.content[-FOOTER_BYTES:]
        try:
            at = _handle(footer, 0)[1]
            index, _ = _handle(footer, at)
            blocks = [(key, _handle(value, 0)[0]) for key, value in self._entries(index)]
        except WireError:
            raise self._damaged("a handle cannot be read") from None
        self._last_keys = [key for key, _ in blocks]
        self._handles = [handle for _, handle in blocks]

    def items(self) -> Iterator[tuple[bytes, memoryview]]:
        """Yield all keys and values."""
        for handle in self._handles:
            yield from self._entries(handle)

    def get(self, key: bytes) -> memoryview | None:
        """Return the value of a key."""
        place = bisect_left(self._last_keys, key)
        if place == len(self._handles):
            return None
        return next((v for k, v in self._entries(self._handles[place]) if k == key), None)

    def _entries(self, handle: Handle) -> Iterator[tuple[bytes, memoryview]]:
        block, at, key = self._block(handle), 0, b""
        end = len(block)
        while at < end:
            try:
                shared, at = read_varint(block, at)
                added, at = read_varint(block, at)
                size, at = read_varint(block, at)
            except WireError:
                raise self._damaged("a length cannot be read") from None
            value_at = at + added
            if shared > len(key) or shared + added > MAX_KEY_BYTES or value_at + size > end:
                raise self._damaged("an entry runs past the end of its block")
            key = key[:shared] + bytes(block[at:value_at])
            at = value_at + size
            # A few bytes can repeat a long key many times.
            self._spend(len(key) + 1)
            yield key, block[value_at:at]

    def _block(self, handle: Handle) -> memoryview:
        """Return the entries of a block; of one that is too large to be read, the first ones."""
        offset, size = handle
        end = offset + size
        if size < 4 or end + TRAILER.size > len(self.content) - FOOTER_BYTES:
            raise self._damaged("a block runs past the end")
        stored = memoryview(self.content[offset : end + TRAILER.size])
        if len(stored) != size + TRAILER.size:
            if len(stored) == MAX_BLOCK_BYTES and self.content[end : end + 1] == bytes([PLAIN]):
                # A tensor of any size stands in the block of the names. Who opens it sees all of
                # the block, and whether its checksum is right.
                return stored
            raise self._damaged(f"a block is cut off, or larger than {MAX_BLOCK_BYTES:,} bytes")
        kind, crc = TRAILER.unpack_from(stored, size)
        if masked_crc32c(stored[: size + 1]) != crc:
            raise self._damaged("the checksum (crc32c) of a block is wrong")
        if kind not in (PLAIN, SNAPPY):
            raise self._damaged(f"a block is compressed in an unknown way ({kind})")
        block = stored[:size] if kind == PLAIN else self._unpacked(stored[:size])
        (n_restarts,) = struct.unpack_from("<I", block, len(block) - 4)
        length = len(block) - 4 - 4 * n_restarts
        if length < 0:
            raise self._damaged("a block promises more than it holds")
        return block[:length]

    def _unpacked(self, raw: memoryview) -> memoryview:
        try:
            size, _ = read_varint(raw, 0)
            if not 4 <= size <= len(raw) * SNAPPY_RATIO:
                raise WireError("a size that snappy cannot reach")
            self._spend(size)
            return memoryview(pa.decompress(raw, size, codec="snappy", asbytes=True))
        except (WireError, OSError, pa.ArrowException):
            raise self._damaged("a block cannot be unpacked") from None

    def _spend(self, n_bytes: int) -> None:
        self._budget -= n_bytes
        if self._budget < 0:
            raise self._damaged(f"its entries pass {MAX_ENTRY_BYTES:,} bytes")

    def _damaged(self, what: str) -> ReadError:
        return ReadError(
            f"{self.name} is damaged: {what}.", hint="Copy the file again, or open another step."
        )


def is_table(content: Content) -> bool:
    """Whether a file ends as a table does."""
    if len(content) < FOOTER_BYTES:
        return False
    return int.from_bytes(bytes(content[-8:]), "little") == MAGIC


def _handle(content: bytes | memoryview, at: int) -> tuple[Handle, int]:
    offset, at = read_varint(content, at)
    size, at = read_varint(content, at)
    return (offset, size), at
