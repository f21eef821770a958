"""A tiny writer of TensorFlow checkpoints, for tests: both versions, shards, slices, snappy.

Written from the descriptions of the format, on purpose without any code of the reader.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import google_crc32c
import numpy as np
import pyarrow as pa

TYPES = {
    "float32": 1,
    "float64": 2,
    "int32": 3,
    "uint8": 4,
    "int16": 5,
    "int8": 6,
    "int64": 9,
    "bool": 10,
    "bfloat16": 14,
    "uint16": 17,
    "float16": 19,
    "uint32": 22,
    "uint64": 23,
}
V1_FIELDS = {"float32": 5, "float64": 6, "float16": 13, "bfloat16": 13, "int64": 10, "bool": 11}
V1_FIELDS |= {"uint32": 16, "uint64": 17}
Part = tuple[slice, slice]


def masked(content: bytes) -> int:
    crc = google_crc32c.value(content)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def varint(value: int) -> bytes:
    value &= 2**64 - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def field(number: int, value: int | bytes, wire: int | None = None) -> bytes:
    if isinstance(value, bytes):
        return varint(number << 3 | 2) + varint(len(value)) + value
    if wire == 5:
        return varint(number << 3 | 5) + struct.pack("<I", value)
    return varint(number << 3) + varint(value)


def table(
    entries: Mapping[bytes, bytes],
    snappy: bool = False,
    block_size: int = 4096,
    restart: int = 16,
    damage: Callable[[bytes], bytes] = bytes,
) -> bytes:
    """Return the bytes of a LevelDB table; `damage` is done to blocks below their checksums."""
    content, handles, block, last = b"", {}, {}, b""
    for key, value in [*sorted(entries.items()), (None, b"")]:
        if block and (key is None or sum(map(len, block.values())) >= block_size):
            handle, content = _stored(content, damage(_block(block, restart)), snappy)
            handles[last + b"\0"] = handle
            block = {}
        if key is not None:
            block[key], last = value, key
    meta, content = _stored(content, _block({}, restart), False)
    index, content = _stored(content, damage(_block(handles, 1)), snappy)
    footer = (meta + index).ljust(40, b"\0") + struct.pack("<Q", 0xDB4775248B80FB57)
    return content + footer


def _block(entries: Mapping[bytes, bytes], restart: int) -> bytes:
    out, restarts, before = bytearray(), [], b""
    for number, (key, value) in enumerate(entries.items()):
        shared = 0
        if number % restart == 0:
            restarts.append(len(out))
        else:
            while shared < min(len(key), len(before)) and key[shared] == before[shared]:
                shared += 1
        out += varint(shared) + varint(len(key) - shared) + varint(len(value))
        out += key[shared:] + value
        before = key
    restarts = restarts or [0]
    return bytes(out) + struct.pack(f"<{len(restarts) + 1}I", *restarts, len(restarts))


def _stored(content: bytes, block: bytes, snappy: bool) -> tuple[bytes, bytes]:
    raw = pa.compress(block, codec="snappy", asbytes=True) if snappy else block
    kind = bytes([int(snappy)])
    handle = varint(len(content)) + varint(len(raw))
    return handle, content + raw + kind + struct.pack("<I", masked(raw + kind))


def shape_message(shape: Sequence[int]) -> bytes:
    return b"".join(field(2, field(1, size)) for size in shape)


def slice_message(part: Part, shape: Sequence[int]) -> bytes:
    out = b""
    for axis, size in zip(part, shape, strict=True):
        is_all = (axis.start, axis.stop) == (0, size)
        extent = field(1, axis.start) + field(2, axis.stop - axis.start)
        out += field(1, b"" if is_all else extent)
    return out


def slice_key(name: str, part: Part, shape: Sequence[int]) -> bytes:
    out = b"\0" + name.encode().replace(b"\0", b"\0\xff") + b"\0\x01" + bytes([1, len(shape)])
    for axis, size in zip(part, shape, strict=True):
        is_all = (axis.start, axis.stop) == (0, size)
        numbers = (0, -1) if is_all else (axis.start, axis.stop - axis.start)
        out += b"".join(map(signed_number, numbers))
    return out


def signed_number(value: int) -> bytes:
    """OrderedCode: as many leading ones as bytes, inverted for negative numbers."""
    if -64 <= value < 64:
        return bytes([0x80 ^ (value & 0xFF)])
    if -(2**13) <= value < 2**13:
        return struct.pack(">H", 0xC000 ^ (value & 0xFFFF))
    assert 0 <= value < 2**20
    return (0xE00000 ^ value).to_bytes(3, "big")


def stored_bytes(array: np.ndarray, kind: str, order: str) -> bytes:
    if kind == "bfloat16":
        array = (array.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)
    return array.astype(array.dtype.newbyteorder(order)).tobytes()


def write_checkpoint(
    prefix: Path,
    arrays: Mapping[str, np.ndarray],
    kinds: Mapping[str, str] | None = None,
    slices: Mapping[str, Sequence[Part]] | None = None,
    n_shards: int = 1,
    big_endian: bool = False,
    **options: int,
) -> None:
    """Write an index and data files.

    Parameters
    ----------
    kinds : TensorFlow's type where it is not the array's
    slices : parts as which some arrays are stored
    """
    kinds, slices = kinds or {}, slices or {}
    header = field(1, n_shards) + field(2, int(big_endian)) + field(3, field(1, 1))
    entries, data, turn = {b"": header}, [bytearray() for _ in range(n_shards)], 0
    for name, array in arrays.items():
        kind = kinds.get(name, array.dtype.name)
        about = field(1, TYPES[kind])
        parts = slices.get(name)
        pieces = [(name.encode(), array)]
        if parts:
            whole = about + field(2, shape_message(array.shape))
            whole += b"".join(field(7, slice_message(part, array.shape)) for part in parts)
            entries[name.encode()] = whole
            pieces = [(slice_key(name, part, array.shape), array[part]) for part in parts]
        for key, piece in pieces:
            shard, turn = turn % n_shards, turn + 1
            raw = stored_bytes(piece, kind, ">" if big_endian else "<")
            entry = about + field(2, shape_message(piece.shape)) + field(3, shard)
            entry += field(4, len(data[shard])) + field(5, len(raw))
            entries[key] = entry + field(6, masked(raw), wire=5)
            data[shard] += raw
    prefix.with_name(f"{prefix.name}.index").write_bytes(table(entries, **options))
    for number, content in enumerate(data):
        name = f"{prefix.name}.data-{number:05d}-of-{n_shards:05d}"
        prefix.with_name(name).write_bytes(content)


def write_first_version(
    path: Path,
    arrays: Mapping[str, np.ndarray],
    kinds: Mapping[str, str] | None = None,
    slices: Mapping[str, Sequence[Part]] | None = None,
    **options: int,
) -> None:
    """Write one file of a checkpoint of version 1; `slices` of an array may leave parts out."""
    kinds, slices = kinds or {}, slices or {}
    meta, entries = b"", {}
    for name, array in arrays.items():
        kind = kinds.get(name, array.dtype.name)
        parts = slices.get(name) or [tuple(slice(0, size) for size in array.shape)]
        about = b"".join(field(4, slice_message(part, array.shape)) for part in parts)
        shape = field(2, shape_message(array.shape))
        meta += field(1, field(1, name.encode()) + shape + field(3, TYPES[kind]) + about)
        for part in parts:
            values = field(1, TYPES[kind]) + _packed(array[part], kind)
            saved = field(1, name.encode()) + field(2, slice_message(part, array.shape))
            key = slice_key(name, part, array.shape)
            entries[key] = field(2, saved + field(3, values))
    entries[b""] = field(1, meta)
    path.write_bytes(table(entries, **options))


def _packed(array: np.ndarray, kind: str) -> bytes:
    number = V1_FIELDS.get(kind, 7)
    if number in (5, 6):
        return field(number, stored_bytes(array, kind, "<"))
    if kind == "float16":
        array = array.view(np.uint16)
    if kind == "bfloat16":
        array = array.astype(np.float32).view(np.uint32) >> 16
    return field(number, b"".join(map(varint, _integers(array))))


def _integers(array: np.ndarray) -> Iterable[int]:
    return (int(value) for value in array.ravel())
