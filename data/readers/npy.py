"""NumPy arrays: the header is checked against the bytes before anything is allocated."""

from __future__ import annotations

import ast
import struct
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import IO, Literal

import numpy as np

from data.errors import LimitError, ReadError
from data.limits import Limits
from data.readers.bounds import (
    ASK_FOR_MORE,
    check_readable,
    check_shape,
    lengths,
    spell_bytes,
)
from data.readers.contract import Choice, FoundTensor, Option, ReadOptions

MAGIC = b"\x93NUMPY"
# The header of a plain array is some 120 bytes; numpy itself stops at 10,000.
MAX_HEADER = 10_000
BLOCK_BYTES = 8 * 1024**2
# Row lengths of well-known embeddings, which are suggested for a file that does not say.
USUAL_DIMS = (2, 3, 4, 8, 16, 32, 50, 64, 100, 128, 200, 256, 300, 384, 512, 768, 784, 1024, 1536)
KNOWN_MAGIC = {
    b"\x89PNG": "a PNG image",
    b"PK\x03\x04": "a zip archive (.npz?)",
    b"\x1f\x8b": "gzip",
    b"\x80\x02": "a pickle",
    b"\x80\x03": "a pickle",
    b"\x80\x04": "a pickle",
    b"\x80\x05": "a pickle",
    b"\x89HDF": "HDF5",
    b"PAR1": "Parquet",
}


@dataclass(frozen=True)
class NpyHeader:
    """Shape, stored type, order, and the offset of the first value in bytes."""

    shape: tuple[int, ...]
    dtype: np.dtype
    fortran_order: bool
    offset: int

    @property
    def n_bytes(self) -> int:
        """Bytes that the values take, in Python's unbounded integers."""
        return prod(self.shape) * self.dtype.itemsize


def read_npy(path: Path, name: str, options: ReadOptions, limits: Limits) -> FoundTensor:
    """Read one array file."""
    size = check_readable(path, name)
    with path.open("rb") as file:
        header = read_header(file, name)
    check_matrix(header, size - header.offset, name, limits)
    surplus = size - header.offset - header.n_bytes
    return FoundTensor(
        map_matrix(path, header),
        warnings=(f"{surplus:,} bytes after the array were ignored.",) if surplus else (),
        format="NumPy array",
        dtype=header.dtype.name,
    )


def map_matrix(path: Path, header: NpyHeader) -> np.ndarray:
    """Return the values where they lie in the file."""
    order: Literal["F", "C"] = "F" if header.fortran_order else "C"
    return np.memmap(path, header.dtype, "r", header.offset, header.shape, order)


def read_header(file: IO[bytes], name: str) -> NpyHeader:
    """Read the header as data, never as code."""
    start = file.read(8)
    if not start.startswith(MAGIC):
        looks = next((what for magic, what in KNOWN_MAGIC.items() if start.startswith(magic)), "")
        raise ReadError(
            f"{name} is not an npy file{f': it looks like {looks}' if looks else ''}.",
            hint="Save the array with numpy.save.",
        )
    width = 2 if start[6:7] == b"\x01" else 4
    try:
        (length,) = struct.unpack("<H" if width == 2 else "<I", file.read(width))
        text = file.read(length) if length <= MAX_HEADER else b""
        fields = ast.literal_eval(text.decode("latin-1").strip())
        shape, descr = fields["shape"], fields["descr"]
        fortran_order = fields["fortran_order"]
        if set(fields) != {"shape", "descr", "fortran_order"} or not isinstance(shape, tuple):
            raise ValueError("not the three fields of an npy header")
        if not all(type(axis) is int for axis in shape) or not isinstance(descr, str):
            raise ValueError("a structured array, or a shape that is no numbers")
        dtype = np.dtype(descr)
    except (struct.error, SyntaxError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise ReadError(
            f"{name} is damaged: its header is not that of a plain array.",
            hint="Save the array again with numpy.save.",
        ) from error
    if any(length < 0 for length in shape):
        raise ReadError(
            f"{name} is damaged: its shape {lengths(shape)} has a negative length.",
            hint="Save the array again with numpy.save.",
        )
    return NpyHeader(shape, dtype, bool(fortran_order), 8 + width + length)


def check_numbers(dtype: np.dtype, name: str) -> None:
    """Refuse types that are no real numbers; object arrays are pickles and stay closed."""
    if dtype.hasobject:
        raise ReadError(
            f"{name} holds Python objects, that is a pickle: not opened.",
            hint="Convert it: numpy.save(path, numpy.asarray(array.tolist(), numpy.float32)).",
        )
    if dtype.kind not in "fiub":
        raise ReadError(
            f"{name} holds values of type {dtype}, not real numbers.",
            hint="Convert it first: array.astype(numpy.float32).",
        )


def check_matrix(header: NpyHeader, present: int, name: str, limits: Limits) -> None:
    """Refuse what is no numeric matrix, is too large, or promises more bytes than there are."""
    check_numbers(header.dtype, name)
    check_present(header, present, name)
    check_shape(header.shape, name, limits)


def check_present(header: NpyHeader, present: int, name: str) -> None:
    """Compare the bytes that the header promises with those in the file."""
    missing = header.n_bytes - present
    if missing > 0:
        raise ReadError(
            f"{name} is cut off: {lengths(header.shape)} {header.dtype.name} need "
            f"{header.n_bytes:,} bytes, {missing:,} are missing.",
            hint="Copy the file again, or save the array again.",
        )


def stream_matrix(
    file: IO[bytes], header: NpyHeader, name: str
) -> tuple[np.ndarray, tuple[int, ...]]:
    """Read a matrix as float32 block by block.

    Returns
    -------
    tensor : ndarray of shape header.shape, float32, C order
    too_large : rows with a finite value that float32 cannot hold
    """
    tensor = np.empty(header.shape, np.float32)
    # In Fortran order the file holds the transposed matrix row by row.
    target = tensor.T if header.fortran_order else tensor
    length, width = target.shape
    step = max(1, BLOCK_BYTES // (width * header.dtype.itemsize))
    too_large: set[int] = set()
    for first in range(0, length, step):
        block = target[first : first + step]
        n_bytes = block.size * header.dtype.itemsize
        raw = file.read(n_bytes)
        if len(raw) != n_bytes:
            raise ReadError(
                f"{name} is cut off: {n_bytes - len(raw):,} bytes are missing.",
                hint="Copy the file again, or save the array again.",
            )
        overflow = store(block, np.frombuffer(raw, header.dtype).reshape(block.shape))
        rows = overflow[1] if header.fortran_order else overflow[0] + first
        too_large.update(rows.tolist())
    return tensor, tuple(sorted(too_large))


def store(target: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Write values as float32; return the places of finite ones that do not fit."""
    with np.errstate(over="ignore"):
        target[...] = values
    if values.dtype.kind != "f" or values.dtype.itemsize <= 4:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    rows, columns = np.nonzero(np.isinf(target) & np.isfinite(values))
    return rows, columns


def read_raw(path: Path, name: str, options: ReadOptions, limits: Limits) -> FoundTensor:
    """Read little-endian float32 values without a header."""
    size = check_readable(path, name)
    n_dims = options.n_dims
    choice = _row_length(size // 4, n_dims)
    if size % 4:
        raise ReadError(
            f"{name} is no raw float32 file: {size:,} bytes are no whole number of 4-byte values.",
            hint="A .bytes file holds float32 values and nothing else; save others as .npy.",
        )
    if n_dims is None:
        raise ReadError(
            f"{name} holds {size // 4:,} float32 values and does not say how many make a point.",
            hint="Give the number of dimensions (n_dims).",
            choices_left=(choice,),
        )
    if n_dims < 1 or n_dims > limits.max_dims:
        raise LimitError(f"{n_dims:,} dimensions were given; max_dims is {limits.max_dims:,}.")
    if (size // 4) % n_dims:
        raise ReadError(
            f"{name} holds {size // 4:,} values, which is no whole number of points of "
            f"{n_dims:,} dimensions.",
            hint="Give another number of dimensions (n_dims).",
            choices_left=(choice,),
        )
    header = NpyHeader((size // 4 // n_dims, n_dims), np.dtype("<f4"), False, 0)
    check_shape(header.shape, name, limits)
    return FoundTensor(map_matrix(path, header), format="Raw values", choices=(choice,))


def _row_length(n_values: int, n_dims: int | None) -> Choice:
    """Return the question how many values make a point, with usual answers that divide them."""
    usual = [n for n in USUAL_DIMS if n_values % n == 0 and n_values > n]
    options = tuple(Option(str(n), f"{n_values // n:,} points") for n in usual)
    help = f"Numbers per point; the file holds {n_values:,} of them."
    return Choice("n_dims", "Dimensions", "number", n_dims, options, help)


def check_unpacked(size: int, name: str, limits: Limits) -> None:
    """Refuse an archive by the size it says it unpacks to."""
    if size > limits.upload_bytes:
        raise LimitError(
            f"{name} unpacks to {spell_bytes(size)}; "
            f"upload_bytes is {limits.upload_bytes:,} ({spell_bytes(limits.upload_bytes)}).",
            hint=f"Save what is to be seen in a file of its own, or {ASK_FOR_MORE}.",
        )
