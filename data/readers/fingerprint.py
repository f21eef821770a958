"""The id of a dataset: a hash of tensor, metadata and sprite as they are first stored."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow.parquet as pq


class Digest(Protocol):
    """A SHA-256 that still goes on."""

    def update(self, data: bytes | memoryview, /) -> None:
        """Add bytes."""

    def digest(self) -> bytes:
        """Return the hash of all bytes so far."""


def new_digest() -> Digest:
    """Return the hash of nothing yet."""
    return hashlib.sha256()


def content_id(tensor: Digest, directory: Path) -> str:
    """Return the id of staged files.

    Parameters
    ----------
    tensor : of the bytes of tensor.npy; it ends here
    directory : where metadata.parquet and sprite.png lie, as far as there are any
    """
    # Values, not the parquet file: its bytes depend on the version of the writer.
    metadata = directory / "metadata.parquet"
    if metadata.is_file():
        table = pq.read_table(metadata)
        for name in table.column_names:
            tensor.update(f"column {name!r}".encode())
            for chunk in table.column(name).chunks:
                missing = chunk.is_null().to_numpy(zero_copy_only=False)
                tensor.update(np.packbits(missing).tobytes())
                tensor.update("\0".join(text or "" for text in chunk.to_pylist()).encode())
    sprite = directory / "sprite.png"
    if sprite.is_file():
        tensor.update(sprite.read_bytes())
    return base64.b32encode(tensor.digest()).decode().lower()[:26]
