"""A piece of an upload: what is said of it before it comes, and receiving it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import IO, Protocol

from data.errors import ConflictError, ParameterError

BLOCK = 1024**2


class DamagedError(ParameterError):
    """What arrived is not what was sent; sending it again helps."""

    code = "damaged"


class Body(Protocol):
    """Bytes as they come from a connection."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none when no more will come."""


@dataclass(frozen=True)
class Upload:
    """A file that is arriving.

    Attributes
    ----------
    name : what the user calls it; a label only
    size, offset : bytes of the whole file, and how many of them are safe on the disk
    sha256 : of the whole file, lower case hex; None when the sender did not say
    complete : all is there and was checked; it may be used
    """

    id: str
    name: str
    size: int
    sha256: str | None = None
    offset: int = 0
    complete: bool = False


@dataclass(frozen=True)
class Chunk:
    """What is said of a piece before its bytes come; `sha256` is lower case hex, or not said."""

    offset: int
    length: int
    sha256: str | None

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.offset + self.length


def check_place(upload: Upload, chunk: Chunk) -> None:
    """Refuse a piece that is not the next one, or does not fit.

    Raises
    ------
    ConflictError
        If it is not the next one; the message has the offset of the next one.
    ParameterError
        If it is longer than what is missing.
    """
    if upload.complete:
        raise ConflictError(f"The upload of {upload.name} is complete; nothing can be added.")
    if chunk.offset != upload.offset:
        raise ConflictError(
            f"The next piece of {upload.name} starts at offset {upload.offset:,}, "
            f"not {chunk.offset:,}.",
            hint=f"Go on from offset {upload.offset:,}.",
        )
    if chunk.end > upload.size:
        raise ParameterError(
            f"The piece ends at byte {chunk.end:,}, but {upload.name} has {upload.size:,} bytes."
        )


def receive(chunk: Chunk, body: Body, file: IO[bytes]) -> None:
    """Write a piece to a file in blocks, so that it is never in memory as a whole.

    Raises
    ------
    DamagedError
        If bytes are missing, or others than were sent.
    """
    digest = hashlib.sha256()
    missing = chunk.length
    while missing and (block := body.read(min(BLOCK, missing))):
        digest.update(block)
        file.write(block)
        missing -= len(block)
    if missing:
        raise DamagedError(
            f"The piece was cut off: {missing:,} of {chunk.length:,} bytes are missing.",
            hint="Send it again.",
        )
    if chunk.sha256 is not None and digest.hexdigest() != chunk.sha256:
        raise DamagedError(
            "The piece was damaged on the way (SHA-256 differs).", hint="Send it again."
        )
