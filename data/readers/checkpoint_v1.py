"""TensorFlow checkpoints of version 1: tables that hold the values themselves, one file per shard.

Under the empty key stand the names, shapes and slices, under the key of each slice its values
(tensorflow/core/util/saved_tensor_slice.proto).
"""

from __future__ import annotations

import mmap
import re
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

from data.errors import ReadError
from data.limits import Limits
from data.readers.bounds import check_readable
from data.readers.checkpoint_types import StoredType, stored_type
from data.readers.checkpoint_variable import Variable, check_variable, choose
from data.readers.contract import FoundTensor, ReadOptions
from data.readers.level_table import LevelTable, is_table
from data.readers.npy import store
from data.readers.slice_keys import Slice, box, parse_shape, parse_slice, slice_key
from data.readers.wire import Message, WireError, chunk, chunks, number, parse_message, text

SUFFIX = ".ckpt"
SHARD = re.compile(r"-([0-9]{5})-of-([0-9]{5})(?=\.ckpt$|$)")
MAX_SHARDS = 1_000
# Variables by reference have the number of their type plus this.
REFERENCE = 100
# Fields of TensorProto by the layouts of what they pack.
PACKED_FLOATS = {"float32": 5, "float64": 6}
PACKED_NUMBERS = {
    "float16": 13,
    "bfloat16": 13,
    "int64": 10,
    "bool": 11,
    "uint32": 16,
    "uint64": 17,
}
PACKED_SMALL_NUMBERS = 7


@dataclass(frozen=True)
class SlicedVariable(Variable):
    """A variable and the slices of it that one file holds."""

    slices: tuple[Slice, ...] = ()


def read_checkpoint_v1(path: Path, name: str, options: ReadOptions, limits: Limits) -> FoundTensor:
    """Read one variable from a file, and from the other shards beside it."""
    check_readable(path, name)
    tables = [_opened(shard, shard_name) for shard, shard_name in _shards(path, name)]
    found = [parse_names(table) for table in tables]
    # A sliced variable stands in several files.
    variables = {item.key: item for items in found for item in items}
    variable = choose(list(variables.values()), options.tensor, name)
    check_variable(variable, name, limits)
    parts = [
        (table, part)
        for table, items in zip(tables, found, strict=True)
        for item in items
        if item.key == variable.key
        for part in item.slices
    ]
    try:
        return _read(variable, parts, name)
    except WireError as error:
        raise _damaged(name, f'"{variable.key[:120]}" has {error}') from None


def parse_names(table: LevelTable) -> list[SlicedVariable]:
    """Return the variables that a file says it holds.

    Raises
    ------
    ReadError
        If it is damaged.
    """
    try:
        meta = parse_message(chunk(parse_message(table.get(b"") or b""), 1))
        return [_variable(parse_message(item)) for item in chunks(meta, 1)]
    except WireError as error:
        raise _damaged(table.name, f"its names have {error}") from None


def is_pickle(content: bytes | memoryview) -> bool:
    """Whether a file is what PyTorch saves under the same extension."""
    return bytes(content[:2]) in (b"PK", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


def _variable(meta: Message) -> SlicedVariable:
    slices = tuple(parse_slice(parse_message(part)) for part in chunks(meta, 4))
    kind = stored_type(number(meta, 3) % REFERENCE)
    return SlicedVariable(text(meta, 1), parse_shape(parse_message(chunk(meta, 2))), kind, slices)


def _shards(path: Path, name: str) -> list[tuple[Path, str]]:
    match = SHARD.search(name)
    if match is None or not 0 < int(match[2]) <= MAX_SHARDS:
        return [(path, name)]
    found = []
    for shard in range(int(match[2])):
        place = f"-{shard:05d}-of-{match[2]}"
        shard_path = path.with_name(SHARD.sub(place, path.name))
        shard_name = SHARD.sub(place, name)
        if not shard_path.is_file():
            raise ReadError(
                f"The file {shard_name.removesuffix(SUFFIX)} is missing.",
                hint="Keep the files of a checkpoint together in a log directory.",
            )
        found.append((shard_path, shard_name))
    return found


def _opened(path: Path, name: str) -> LevelTable:
    check_readable(path, name)
    with path.open("rb") as file:
        content = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    if not is_table(content) and is_pickle(content):
        raise ReadError(
            f"{name} is a PyTorch checkpoint, that is a pickle: not opened, because a pickle can "
            "run any program.",
            hint="Convert it where you trust it:\nstate = torch.load(path, weights_only=True)\n"
            "numpy.save('tensor.npy', state['state_dict']['embedding.weight'].numpy())",
        )
    return LevelTable(content, name)


def _read(
    variable: SlicedVariable, parts: list[tuple[LevelTable, Slice]], name: str
) -> FoundTensor:
    places = [box(part, variable.shape) for _, part in parts]
    counts = [prod(place.stop - place.start for place in axes) for axes in places]
    values = []
    for (table, part), count in zip(parts, counts, strict=True):
        saved = table.get(slice_key(variable.key, part))
        if saved is None:
            raise _damaged(table.name, f'a slice of "{variable.key[:120]}" is not there')
        data = chunk(parse_message(chunk(parse_message(saved), 2)), 3)
        values.append(_values(parse_message(data), variable.type, count))
    if sum(counts) != prod(variable.shape):
        raise _damaged(name, f'the slices of "{variable.key[:120]}" do not fill it')
    # Slices that overlap leave places that no slice fills: missing values.
    tensor = np.full(variable.shape, np.nan, np.float32)
    too_large: set[int] = set()
    for (rows, columns), stored in zip(places, values, strict=True):
        target = tensor[rows, columns]
        numbers = variable.type.values(stored).reshape(target.shape)
        too_large.update((store(target, numbers)[0] + rows.start).tolist())
    return FoundTensor(tensor, too_large=tuple(sorted(too_large)))


def _values(tensor: Message, kind: StoredType, count: int) -> np.ndarray:
    """Return the values of a TensorProto as `kind` lays them out."""
    layout = np.dtype(kind.layout)
    raw = chunk(tensor, 4)
    if len(raw):
        if len(raw) != count * layout.itemsize:
            raise WireError(f"{len(raw):,} bytes for {count:,} values")
        return np.frombuffer(raw, layout)
    if field := PACKED_FLOATS.get(kind.name):
        found = _joined(tensor, field, layout)
    else:
        field = PACKED_NUMBERS.get(kind.name, PACKED_SMALL_NUMBERS)
        numbers = [_numbers(part) for part in chunks(tensor, field)]
        found = np.concatenate([np.empty(0, np.uint64), *numbers])
        # The numbers of a float16 are its bits.
        found = found.astype("u2").view(layout) if layout.kind == "f" else found.astype(layout)
    if len(found) != count:
        raise WireError(f"{len(found):,} values instead of {count:,}")
    return found


def _joined(tensor: Message, field: int, layout: np.dtype) -> np.ndarray:
    parts = chunks(tensor, field)
    if any(len(part) % layout.itemsize for part in parts):
        raise WireError("a value that is cut")
    return np.concatenate([np.empty(0, layout), *(np.frombuffer(p, layout) for p in parts if p)])


def _numbers(packed: memoryview) -> np.ndarray:
    """Return packed numbers of 7 bits per byte, of which the last has its high bit clear."""
    if not packed:
        return np.empty(0, np.uint64)
    content = np.frombuffer(packed, np.uint8)
    ends = np.flatnonzero(content < 0x80)
    if not len(ends) or ends[-1] != len(content) - 1:
        raise WireError("a number without an end")
    starts = np.concatenate(([0], ends[:-1] + 1))
    if (ends - starts).max() > 9:
        raise WireError("a number of too many bytes")
    shift = (np.arange(len(content)) - np.repeat(starts, ends - starts + 1)) * 7
    bits = (content & 0x7F).astype(np.uint64) << shift.astype(np.uint64)
    return np.bitwise_or.reduceat(bits, starts)


def _damaged(name: str, what: str) -> ReadError:
    return ReadError(
        f"{name} is damaged: {what}.", hint="Copy the file again, or open another step."
    )
