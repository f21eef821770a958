"""The shape of a tensor file from a glance at it, for lists; nothing is parsed."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO

from data.readers.npy import read_header
from data.readers.number_spelling import Decimal, has_decimal_comma, is_missing, is_number

TEXTS = (".tsv", ".csv", ".txt")
# Their readers know them by the extension.
OTHERS = (
    *(
        ".npz",
        ".safetensors",
        ".parquet",
        ".feather",
        ".arrow",
        ".arrows",
        ".json",
        ".jsonl",
        ".gz",
    ),
    *(".vec", ".h5", ".hdf5", ".h5ad", ".gz"),
    *(".pt", ".pth", ".pkl", ".pickle", ".joblib"),
)
HEAD_BYTES = 1024**2
BLOCK_BYTES = 4 * 1024**2
TAIL_BYTES = 4_096


@dataclass(frozen=True)
class Glance:
    """What a tensor file seems to hold.

    Attributes
    ----------
    name : the file's name, with the extension by which it is to be read
    shape : points and dimensions; None when only reading the file can tell
    dtype : stored type
    """

    name: str
    shape: tuple[int, int] | None = None
    dtype: str | None = None


class TooLongError(Exception):
    """Counting was not finished at the deadline."""


def glance(file: IO[bytes], name: str, n_dims: int | None, deadline: float) -> Glance:
    """Look at a file as TensorBoard does: a table of text, or else raw float32 values.

    Parameters
    ----------
    n_dims : row length of a raw file, when the config says it
    deadline : time.monotonic() at which to give up

    Raises
    ------
    ReadError
        If it is damaged.
    TooLongError
        If its lines could not be counted until the deadline.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix == ".npy":
        header = read_header(file, name)
        shape = header.shape if len(header.shape) == 2 else None
        return Glance(name, shape, header.dtype.name)
    if suffix in OTHERS:
        return Glance(name)
    head = file.read(HEAD_BYTES)
    if suffix == ".bytes" or (n_dims and not _is_utf8(head)):
        raw_name = name if suffix == ".bytes" else f"{name}.bytes"
        return Glance(raw_name, _raw_shape(file, n_dims), "float32")
    table_name = name if suffix in TEXTS else f"{name}.tsv"
    return Glance(table_name, _table_shape(file, head, deadline), "float32")


def _is_utf8(head: bytes) -> bool:
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # The sample may have cut the last letter; its bytes are at most 3.
        return len(head) == HEAD_BYTES and error.start > HEAD_BYTES - 4
    return b"\0" not in head


def _raw_shape(file: IO[bytes], n_dims: int | None) -> tuple[int, int] | None:
    size = os.fstat(file.fileno()).st_size
    if not n_dims or size % (4 * n_dims):
        return None
    return size // (4 * n_dims), n_dims


def _table_shape(file: IO[bytes], head: bytes, deadline: float) -> tuple[int, int] | None:
    line_end = b"\n" if b"\n" in head or b"\r" not in head else b"\r"
    lines = [line.decode("utf-8", "replace") for line in head.split(line_end, 2)[:2]]
    if not _is_utf8(head) or not lines[0].strip():
        return None
    second = lines[1] if len(lines) == 2 and lines[1].strip() else lines[0]
    delimiter = _delimiter(second)
    first, below = (line.rstrip("\r\n").split(delimiter) for line in (lines[0], second))
    decimal: Decimal = "," if delimiter != "," and any(map(has_decimal_comma, below)) else "."
    numbers = [is_number(cell, decimal) or is_missing(cell) for cell in below]
    has_header = any(
        is_number_below and not is_number(cell, decimal) and not is_missing(cell)
        for cell, is_number_below in zip(first, numbers, strict=False)
    )
    n_lines = _count_lines(file, head, line_end, deadline)
    return n_lines - has_header, sum(numbers)


def _delimiter(line: str) -> str:
    if "\t" not in line and any(map(has_decimal_comma, line.split(";")[1:])):
        return ";"
    for delimiter in ",; ":
        if "\t" not in line and any(map(is_number, line.split(delimiter)[1:])):
            return delimiter
    return "\t"


def _count_lines(file: IO[bytes], head: bytes, line_end: bytes, deadline: float) -> int:
    """Count the lines up to the last one that is not blank."""
    block, tail, count = head, b"", 0
    while block:
        count += block.count(line_end)
        tail = (tail + block)[-TAIL_BYTES:]
        if time.monotonic() > deadline:
            raise TooLongError
        block = file.read(BLOCK_BYTES)
    blank = tail[len(tail.rstrip()) :]
    return count - blank.count(line_end) + 1
