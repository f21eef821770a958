"""Copies of the files of a run's tensor, for reading in peace while a training job writes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from data.errors import ReadError
from data.inside import open_inside
from data.logdirs.runs import FoundFile, Run, RunTensor
from data.parsing import ParseRequest, ReadOptions, Source
from data.readers import checkpoint_v1
from data.readers.checkpoint import SUFFIX, Piece, parse_bundle, shard_name
from data.readers.checkpoint_variable import choose
from data.stores.files import storage_errors

COPY_BYTES = 2**26


@dataclass(frozen=True)
class Located:
    """A tensor of a run, as `DatasetStore.add` wants it.

    Attributes
    ----------
    name : for people: run / tensor / step
    source : where it comes from: run tensor step
    warnings : what is missing or was refused
    """

    request: ParseRequest
    name: str
    source: str
    warnings: tuple[str, ...]


def fetch(run: Run, tensor: RunTensor, folder: Path) -> Located:
    """Copy the files of a tensor into `folder`.

    A training job may write them again meanwhile, and a link may take their place.

    Raises
    ------
    ReadError
        If one is no longer there, or keeps changing.
    StorageError
        If the disk is full.
    """
    attached = tensor.attached
    with storage_errors():
        request = ParseRequest(
            tensor=_tensor(run.root, tensor, folder),
            metadata=_copied(attached.metadata, run.root, folder / "metadata"),
            sprite=_copied(attached.sprite, run.root, folder / "sprite"),
            thumbnail=attached.thumbnail,
            options=ReadOptions(n_dims=tensor.n_dims, tensor=tensor.key),
        )
    return Located(request, _name(run, tensor), source_of(run, tensor), tensor.warnings)


def _name(run: Run, tensor: RunTensor) -> str:
    step = [] if tensor.step is None else [str(tensor.step)]
    run_name = run.root.name or run.run if run.run == "." else run.run
    name = " / ".join((run_name, tensor.name, *step))
    return "".join(letter if letter.isprintable() else " " for letter in name)[-200:]


def source_of(run: Run, tensor: RunTensor) -> str:
    """Return what a dataset that is made of a tensor has as its source."""
    step = [] if tensor.step is None else [str(tensor.step)]
    return " ".join((run.run, tensor.name, *step))


def _tensor(root: Path, tensor: RunTensor, folder: Path) -> Source:
    if tensor.key is None:
        return Source(_copy(tensor.file, root, folder / "tensor"), tensor.reads_as)
    if tensor.reads_as.endswith(SUFFIX):
        return _variable(root, tensor, folder)
    shard = checkpoint_v1.SHARD.search(tensor.reads_as)
    if shard is None:
        return Source(_copy(tensor.file, root, folder / "tensor"), tensor.reads_as)
    for number, file in tensor.data.items():
        _copy(file, root, folder / f"tensor-{number:05d}-of-{shard[2]}")
    return Source(folder / f"tensor-00000-of-{shard[2]}", tensor.reads_as)


def _variable(root: Path, tensor: RunTensor, folder: Path) -> Source:
    """Copy an index, and of the data files what one variable needs, to the same places."""
    index = _copy(tensor.file, root, folder / f"tensor{SUFFIX}")
    bundle = parse_bundle(index.read_bytes(), tensor.reads_as)
    pieces: dict[int, list[Piece]] = {}
    for piece in choose(bundle.variables, tensor.key, tensor.reads_as).pieces:
        pieces.setdefault(piece.shard, []).append(piece)
    for number, parts in pieces.items():
        # One that is missing or too short is for the reader to name.
        if file := tensor.data.get(number):
            target = folder / shard_name(index.name, number, bundle.n_shards)
            _copy(file, root, target, partial(_copy_pieces, parts))
    return Source(index, tensor.reads_as)


def _copied(file: FoundFile | None, root: Path, target: Path) -> Source | None:
    return Source(_copy(file, root, target), PurePosixPath(file.text).name) if file else None


def _copy_all(source: IO[bytes], target: IO[bytes]) -> None:
    shutil.copyfileobj(source, target, 1 << 20)


def _copy_pieces(pieces: Iterable[Piece], source: IO[bytes], target: IO[bytes]) -> None:
    """Copy some ranges; between them the copy has holes, which take no space."""
    for piece in pieces:
        at, end = piece.offset, piece.offset + piece.size
        target.seek(at)
        while at < end:
            sent = os.sendfile(target.fileno(), source.fileno(), at, min(COPY_BYTES, end - at))
            if not sent:
                break  # the file is cut off
            at += sent


def _copy(
    file: FoundFile,
    root: Path,
    target: Path,
    copy: Callable[[IO[bytes], IO[bytes]], None] = _copy_all,
) -> Path:
    for _ in range(3):
        with open_inside(root, file.path) as source, target.open("wb") as written:
            before = os.fstat(source.fileno())
            copy(source, written)
            after = os.fstat(source.fileno())
        if (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size):
            return target
    name = PurePosixPath(file.text).name
    raise ReadError(f"{name} is being written.", hint="Try again when it is finished.")
