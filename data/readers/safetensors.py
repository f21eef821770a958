"""Safetensors files: a header of names, types and places, then the values.

Read by ourselves because the library's own reader knows no bfloat16 or float8 for NumPy. The
layout is that of https://huggingface.co/docs/safetensors (format, version 0.4).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from data.errors import ReadError
from data.limits import Limits
from data.readers.array_texts import array_texts
from data.readers.bounds import check_readable, check_shape, lengths, spell_bytes
from data.readers.contract import FoundTensor, ReadOptions
from data.readers.named_arrays import NamedArray, choose_array, rows_notes, which_array

MAX_HEADER = 100 * 1024**2
MAX_TENSORS = 100_000
BLOCK_VALUES = 2**20
HINT = "Save it again with safetensors, or as .npy."
PLAIN = {
    **{"F64": "<f8", "F32": "<f4", "F16": "<f2", "BOOL": "?"},
    **{f"{kind}{8 * size}": f"<{kind.lower()}{size}" for kind in "IU" for size in (1, 2, 4, 8)},
}


@dataclass(frozen=True)
class Packed:
    """Numbers of a type that NumPy does not have.

    Attributes
    ----------
    stored : the unsigned integers that hold them
    unpack : those integers -> floats
    """

    name: str
    stored: str
    unpack: Callable[[np.ndarray], np.ndarray]


def _bfloat16(codes: np.ndarray) -> np.ndarray:
    return (codes.astype(np.uint32) << 16).view(np.float32)


def _float8_e5m2(codes: np.ndarray) -> np.ndarray:
    return (codes.astype(np.uint16) << 8).view(np.float16)


def _float8_e4m3(codes: np.ndarray) -> np.ndarray:
    """Four bits of exponent, three of fraction, no infinity (OCP 8-bit floating point, E4M3)."""
    code = np.arange(256)
    exponent, fraction = code >> 3 & 15, code & 7
    small = fraction / 8 * 2.0**-6
    value = np.where(exponent == 0, small, (1 + fraction / 8) * 2.0 ** (exponent - 7.0))
    value[(code & 127) == 127] = np.nan
    table: np.ndarray = np.where(code < 128, value, -value).astype(np.float32)
    unpacked: np.ndarray = table[codes]
    return unpacked


PACKED = {
    "BF16": Packed("bfloat16", "<u2", _bfloat16),
    "F8_E5M2": Packed("float8_e5m2", "u1", _float8_e5m2),
    "F8_E4M3": Packed("float8_e4m3", "u1", _float8_e4m3),
}


@dataclass(frozen=True)
class Place:
    """One tensor of the file: its type there, and its bytes, counted from the end of the header."""

    array: NamedArray
    kind: str
    start: int
    end: int


def read_safetensors(path: Path, name: str, options: ReadOptions, limits: Limits) -> FoundTensor:
    """Read one tensor; those with one value per point describe the points."""
    size = check_readable(path, name)
    places, offset = _header(path, size, name)
    arrays = [place.array for place in places]
    picked = choose_array(arrays, name, options.tensor)
    chosen = places[arrays.index(picked)]
    label = f"{picked.key} in {name}"
    if not picked.is_number:
        raise ReadError(f"{label} holds {picked.dtype} values, which are not read.", hint=HINT)
    check_shape(picked.shape, label, limits)
    values = _mapped(path, chosen, offset).reshape(picked.shape)
    if chosen.kind in PACKED:
        tensor = np.empty(picked.shape, np.float32)
        step = max(1, BLOCK_VALUES // picked.shape[1])
        for first in range(0, len(tensor), step):
            rows = slice(first, first + step)
            tensor[rows] = _unpacked(values[rows], chosen.kind)
    else:
        tensor = values
    beside = [p for p in places if p.array.shape == (len(tensor),) and p.array.is_number]
    beside = beside[: limits.metadata_columns]
    texts = {p.array.key: array_texts(_unpacked(_mapped(path, p, offset), p.kind)) for p in beside}
    others = [array.key for array in arrays if array is not picked and array.key not in texts]
    return FoundTensor(
        tensor,
        metadata=pa.table(texts) if texts else None,
        notes=rows_notes(list(texts), others),
        format="safetensors",
        dtype=picked.dtype,
        choices=which_array(arrays, picked),
    )


def _header(path: Path, size: int, name: str) -> tuple[list[Place], int]:
    """Return what the header says, checked against the size of the file, and where it ends."""
    with path.open("rb") as file:
        n_bytes = int.from_bytes(file.read(8), "little")
        if size < 8 or n_bytes > min(size - 8, MAX_HEADER):
            raise ReadError(
                f"{name} is no safetensors file: it has {spell_bytes(size)} and says that its "
                f"header has {n_bytes:,} bytes.",
                hint=HINT,
            )
        text = file.read(n_bytes)
    try:
        header = json.loads(text)
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict) or len(header) > MAX_TENSORS:
        raise ReadError(f"{name} is damaged: its header cannot be read.", hint=HINT)
    header.pop("__metadata__", None)
    present = size - 8 - n_bytes
    return [_place(key, entry, present, name) for key, entry in header.items()], 8 + n_bytes


def _place(key: str, entry: Any, present: int, name: str) -> Place:
    try:
        kind, shape, (start, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
        numbers = [*shape, start, end]
    except (TypeError, KeyError, ValueError):
        numbers, kind, shape = [None], "", []
    is_sound = isinstance(kind, str) and all(type(n) is int and n >= 0 for n in numbers)
    if not is_sound:
        raise ReadError(f"{name} is damaged: its header does not say what {key!r} is.", hint=HINT)
    if not start <= end <= present:
        raise ReadError(
            f"{name} is cut off: {key!r} ends at byte {end:,} of {present:,}.", hint=HINT
        )
    is_number = kind in PLAIN or kind in PACKED
    if is_number and end - start != math.prod(shape) * _stored(kind).itemsize:
        raise ReadError(
            f"{name} is damaged: {key!r} is {lengths(shape)} {_dtype(kind)}, which cannot be "
            f"{end - start:,} bytes.",
            hint=HINT,
        )
    return Place(NamedArray(key, tuple(shape), _dtype(kind), is_number), kind, start, end)


def _stored(kind: str) -> np.dtype[Any]:
    return np.dtype(PACKED[kind].stored if kind in PACKED else PLAIN[kind])


def _dtype(kind: str) -> str:
    if kind in PACKED:
        return PACKED[kind].name
    return np.dtype(PLAIN[kind]).name if kind in PLAIN else kind[:20]


def _mapped(path: Path, place: Place, offset: int) -> np.ndarray:
    """Map the values into memory; an empty tensor has none."""
    kind = _stored(place.kind)
    count = (place.end - place.start) // kind.itemsize
    if not count:
        return np.empty(0, kind)
    return np.memmap(path, kind, "r", offset + place.start, (count,))


def _unpacked(values: np.ndarray, kind: str) -> np.ndarray:
    return PACKED[kind].unpack(values) if kind in PACKED else np.asarray(values)
