"""One pass over a tensor of any size: what is finite, what is remarkable, the file, its hash.

A file that is mapped into memory is read, checked, hashed and written a block at a time, and no
more of it is ever in memory than a few blocks.
"""

from __future__ import annotations

import io
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO

import numpy as np

from data.readers.fingerprint import Digest, new_digest
from data.readers.mapped import let_go
from data.readers.remarks import Remarks

# It stays in the cache of a core until all is done with it.
BLOCK_BYTES = 512 * 1024
# Blocks that may wait to be hashed.
MOST_WAITING = 4
# What is kept is flushed in the end; most of it then is on the disk already.
SYNC_BYTES = 64 * 1024**2
# What single precision loses of shorter values is nothing beside a square of this size.
SMALLEST_SURE = 1e-30


@dataclass(frozen=True)
class PassedTensor:
    """What was found on the way.

    Attributes
    ----------
    finite : mask of shape (n_rows,): rows of which every value is finite as float32
    too_large : mask of shape (n_rows,): rows with a finite value that float32 cannot hold
    remarks : about the rows that were written
    digest : of the bytes that were written
    """

    finite: np.ndarray
    too_large: np.ndarray
    remarks: Remarks
    digest: Digest


def pass_through(tensor: np.ndarray, file: IO[bytes], rows: np.ndarray | None) -> PassedTensor:
    """Write a tensor as a float32 .npy file.

    Parameters
    ----------
    tensor : ndarray of shape (n_rows, n_dims), real numbers of any type and order
    file : empty, open for writing
    rows : the rows to write; None for all, as long as all are finite: after the first that is
        not, rows are only checked
    """
    n_rows, n_dims = tensor.shape
    n_points = n_rows if rows is None else len(rows)
    finite, too_large = np.ones(n_points, bool), np.zeros(n_points, bool)
    remarks, digest = Remarks(n_points), new_digest()
    header = _header((n_points, n_dims))
    file.write(header)
    digest.update(header)
    is_written = True
    with _Behind(file, digest) as behind:
        for first, values in _blocks(tensor, rows):
            part = slice(first, first + len(values))
            with np.errstate(over="ignore"):
                block = np.ascontiguousarray(values, np.float32)
            squares = _squared_lengths(block)
            # One is finite where its row is.
            finite[part] = np.isfinite(squares)
            if not finite[part].all():
                too_large[part] = (np.isinf(block) & np.isfinite(values)).any(axis=1)
                is_written = False
            if is_written:
                behind.follow(block.view(np.uint8).data)
                remarks.add(block, squares)
    file.flush()
    return PassedTensor(finite, too_large, remarks, digest)


class _Behind:
    """Writes blocks, and hashes and flushes them in threads that stay a little behind.

    Both take as long as all the rest, and let go of Python's lock.
    """

    def __init__(self, file: IO[bytes], digest: Digest) -> None:
        self._file, self._digest = file, digest
        self._hashing, self._syncing = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
        self._waiting: deque[Future[None]] = deque()
        self._unsynced = 0

    def __enter__(self) -> _Behind:
        return self

    def __exit__(self, *_: object) -> None:
        self._hashing.shutdown()
        self._syncing.shutdown()

    def follow(self, raw: memoryview) -> None:
        """Write some bytes."""
        if len(self._waiting) == MOST_WAITING:
            self._waiting.popleft().result()
        self._waiting.append(self._hashing.submit(self._digest.update, raw))
        self._file.write(raw)
        self._unsynced += raw.nbytes
        if self._unsynced > SYNC_BYTES:
            self._unsynced = 0
            self._file.flush()
            self._syncing.submit(os.fdatasync, self._file.fileno())


def _blocks(tensor: np.ndarray, rows: np.ndarray | None) -> Iterator[tuple[int, np.ndarray]]:
    """Yield parts of a tensor and where they begin among the rows that are asked for."""
    step = max(1, BLOCK_BYTES // (4 * tensor.shape[1]))
    for first in range(0, len(tensor) if rows is None else len(rows), step):
        part = slice(first, first + step)
        yield first, tensor[part] if rows is None else tensor[rows[part]]
        let_go(tensor)


def _squared_lengths(block: np.ndarray) -> np.ndarray:
    """Return the squared length of each row as float64, infinite only where a value is."""
    with np.errstate(over="ignore", invalid="ignore"):
        squares: np.ndarray = np.vecdot(block, block).astype(np.float64)
    # Squares of 3e38 and of 1e-30 do not fit float32, in which most are found much faster.
    unsure = ~((squares > SMALLEST_SURE) & np.isfinite(squares))
    if unsure.any():
        rows = block[unsure]
        squares[unsure] = np.einsum("ij,ij->i", rows, rows, dtype=np.float64)
    return squares


def _header(shape: tuple[int, int]) -> bytes:
    """Return the first bytes of a float32 .npy file, as numpy.save writes them."""
    header = io.BytesIO()
    fields = {"descr": "<f4", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(header, fields)
    return header.getvalue()
