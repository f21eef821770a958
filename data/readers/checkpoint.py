"""TensorFlow checkpoints of version 2: an index file, and data files of raw values beside it.

The index is a table: under the empty key a BundleHeaderProto, under each variable's key a
BundleEntryProto (tensorflow/core/protobuf/tensor_bundle.proto).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

from data.errors import LimitError, ReadError
from data.limits import Limits
from data.readers.bounds import check_readable
from data.readers.checkpoint_types import stored_type
from data.readers.checkpoint_variable import Variable, check_variable, choose
from data.readers.checksum import masked_crc32c
from data.readers.contract import FoundTensor, ReadOptions
from data.readers.level_table import LevelTable
from data.readers.npy import store
from data.readers.slice_keys import box, parse_shape, parse_slice, slice_key
from data.readers.wire import Message, WireError, chunk, chunks, number, parse_message, signed

SUFFIX = ".index"
MAX_INDEX_BYTES = 64 * 1024**2
BLOCK_VALUES = 2**21
MAX_SLICES = 10_000


@dataclass(frozen=True)
class Piece:
    """A part of a variable, or all of it, and where its bytes lie."""

    place: tuple[slice, ...]
    shard: int
    offset: int
    size: int
    crc32c: int


@dataclass(frozen=True)
class StoredVariable(Variable):
    """A variable with the pieces that make it up."""

    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class Bundle:
    """What an index says; without reading any data file."""

    n_shards: int
    big_endian: bool
    variables: tuple[StoredVariable, ...]


def shard_name(index_name: str, shard: int, n_shards: int) -> str:
    """Return the name of a data file from that of the index."""
    return f"{index_name.removesuffix(SUFFIX)}.data-{shard:05d}-of-{n_shards:05d}"


def parse_bundle(content: bytes, name: str) -> Bundle:
    """Read an index.

    Raises
    ------
    ReadError
        If it is damaged; the message names the file.
    LimitError
        If it is too large.
    """
    if len(content) > MAX_INDEX_BYTES:
        raise LimitError(f"{name} is larger than {MAX_INDEX_BYTES:,} bytes.")
    entries = dict(LevelTable(content, name).items())
    try:
        header = parse_message(entries.pop(b"", b""))
        n_shards, big_endian = number(header, 1), number(header, 2) == 1
        # Keys of slices begin with a zero byte; their variable names them.
        variables = tuple(
            _variable(key.decode(), parse_message(value), n_shards, entries)
            for key, value in entries.items()
            if not key.startswith(b"\0")
        )
    except (WireError, UnicodeDecodeError) as error:
        raise ReadError(
            f"{name} is damaged: it describes {error}."
            if isinstance(error, WireError)
            else f"{name} is damaged: a key is no text.",
            hint="Copy the file again, or open another step.",
        ) from None
    return Bundle(n_shards, big_endian, variables)


def _variable(
    key: str, entry: Message, n_shards: int, entries: dict[bytes, memoryview]
) -> StoredVariable:
    kind, shape = stored_type(number(entry, 1)), parse_shape(parse_message(chunk(entry, 2)))
    parts = [parse_slice(parse_message(part)) for part in chunks(entry, 7)]
    if len(parts) > MAX_SLICES:
        raise WireError(f"{len(parts):,} slices of {key[:120]!r}")
    if not parts:
        whole = tuple(slice(0, size) for size in shape)
        return StoredVariable(key, shape, kind, (_piece(whole, key, entry, n_shards),))
    pieces = []
    for part in parts:
        stored = entries.get(slice_key(key, part))
        if stored is None:
            raise WireError(f"a slice of {key[:120]!r} that is not there")
        pieces.append(_piece(box(part, shape), key, parse_message(stored), n_shards))
    return StoredVariable(key, shape, kind, tuple(pieces))


def _piece(place: tuple[slice, ...], key: str, entry: Message, n_shards: int) -> Piece:
    shard, offset, size = number(entry, 3), signed(entry, 4), signed(entry, 5)
    if shard >= n_shards or offset < 0 or size < 0:
        raise WireError(f"an impossible place of {key[:120]!r}")
    return Piece(place, shard, offset, size, number(entry, 6))


def read_checkpoint(path: Path, name: str, options: ReadOptions, limits: Limits) -> FoundTensor:
    """Read one variable; the data files lie beside the index and are memory mapped."""
    check_readable(path, name)
    with path.open("rb") as file:
        bundle = parse_bundle(file.read(MAX_INDEX_BYTES + 1), name)
    variable = choose(bundle.variables, options.tensor, name)
    check_variable(variable, name, limits)
    check_pieces(variable, name)
    return _Values(path, name, bundle, variable).read()


def check_pieces(variable: StoredVariable, name: str) -> None:
    """Refuse sizes that do not fit the shape, before anything is allocated."""
    count = 0
    for piece in variable.pieces:
        n_values = prod(place.stop - place.start for place in piece.place)
        count += n_values
        if piece.size != n_values * variable.type.itemsize:
            raise ReadError(
                f'{name} is damaged: {n_values:,} values of "{variable.key[:120]}" '
                f"({variable.type.name}) cannot take {piece.size:,} bytes.",
                hint="Copy the file again, or open another tensor or step.",
            )
    if count != prod(variable.shape):
        raise ReadError(
            f'{name} is damaged: the slices of "{variable.key[:120]}" do not fill it.',
            hint="Copy the file again, or open another tensor or step.",
        )


@dataclass(frozen=True)
class _Values:
    """The values of one variable."""

    path: Path
    name: str
    bundle: Bundle
    variable: StoredVariable

    def read(self) -> FoundTensor:
        kind, pieces = self.variable.type, self.variable.pieces
        mapped = [self._mapped(piece) for piece in pieces]
        is_native = kind.name == "float32" and mapped[0].dtype.isnative
        if is_native and len(pieces) == 1:
            # Nothing is copied until a row is left out.
            return FoundTensor(mapped[0])
        # Slices that overlap leave places that no slice fills: missing values.
        tensor = np.full(self.variable.shape, np.nan, np.float32)
        too_large: set[int] = set()
        for piece, stored in zip(pieces, mapped, strict=True):
            rows, columns = piece.place
            step = max(1, BLOCK_VALUES // max(1, stored.shape[1]))
            for first in range(0, len(stored), step):
                block = stored[first : first + step]
                begin = rows.start + first
                target = tensor[begin : begin + len(block), columns]
                too_large.update((store(target, kind.values(block))[0] + begin).tolist())
        return FoundTensor(tensor, too_large=tuple(sorted(too_large)))

    def _mapped(self, piece: Piece) -> np.ndarray:
        """Return the values of a piece where they lie in its file, after checking their sum."""
        n_shards = self.bundle.n_shards
        shard = shard_name(self.name, piece.shard, n_shards)
        path = self.path.with_name(shard_name(self.path.name, piece.shard, n_shards))
        check_shard(path, shard, piece, self.variable)
        shape = tuple(place.stop - place.start for place in piece.place)
        if not piece.size:
            return np.empty(shape, self.variable.type.layout)
        layout = np.dtype(self.variable.type.layout).newbyteorder(
            ">" if self.bundle.big_endian else "<"
        )
        raw = np.memmap(path, np.uint8, "c", piece.offset, (piece.size,))
        if masked_crc32c(raw) != piece.crc32c:
            raise ReadError(
                f'The checksum (crc32c) of "{self.variable.key[:120]}" in {shard} is wrong: the '
                "file is damaged.",
                hint="Copy the file again, or open another tensor or step.",
            )
        return np.asarray(raw).view(layout).reshape(shape)


def check_shard(path: Path, name: str, piece: Piece, variable: Variable) -> None:
    """Refuse a data file that is missing or too short for a piece."""
    if not path.is_file():
        raise ReadError(
            f"The data file {name} is missing.",
            hint="A checkpoint is several files: put them together into one folder of a log "
            "directory (--logdir).",
        )
    size = path.stat().st_size
    if piece.offset + piece.size > size:
        raise ReadError(
            f'"{variable.key[:120]}" runs past the end of {name}, which is cut off: '
            f"{size:,} bytes, and {piece.offset + piece.size:,} are needed.",
            hint="Copy the file again, or open another tensor or step.",
        )
