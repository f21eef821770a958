"""The files of a run's tensor, for reading in peace while a training job writes.

Small ones are copied; those of the tensor are borrowed, since copying takes as long as reading.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from data.borrowed_files import BorrowedFile, unchanged
from data.inside import open_inside
from data.logdirs.runs import FoundFile, Run, RunTensor
from data.parsing import ParseRequest, ReadOptions, Source
from data.readers import checkpoint_v1
from data.readers.checkpoint import SUFFIX, parse_bundle, shard_name
from data.readers.checkpoint_variable import choose
from data.stores.files import storage_errors

# Open at once for one tensor: a process may have some thousand.
MOST_BORROWED = 64


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


@contextmanager
def fetched(run: Run, tensor: RunTensor, folder: Path) -> Iterator[Located]:
    """Give the files of a tensor names in `folder`; they are borrowed until the block ends.

    A training job may write them again meanwhile, and a link may take their place.

    Raises
    ------
    ReadError
        If one is no longer there.
    FileChangedError
        If one was written while it was copied.
    StorageError
        If the disk is full.
    """
    attached = tensor.attached
    with ExitStack() as stack:
        with storage_errors():
            place = _Place(run.root, folder, stack, [])
            request = ParseRequest(
                tensor=place.tensor(tensor),
                metadata=place.copied(attached.metadata, "metadata"),
                sprite=place.copied(attached.sprite, "sprite"),
                thumbnail=attached.thumbnail,
                options=ReadOptions(n_dims=tensor.n_dims, tensor=tensor.key),
                borrowed=tuple(place.borrowed),
            )
        yield Located(request, _name(run, tensor), source_of(run, tensor), tensor.warnings)


def _name(run: Run, tensor: RunTensor) -> str:
    step = [] if tensor.step is None else [str(tensor.step)]
    run_name = run.root.name or run.run if run.run == "." else run.run
    name = " / ".join((run_name, tensor.name, *step))
    return "".join(letter if letter.isprintable() else " " for letter in name)[-200:]


def source_of(run: Run, tensor: RunTensor) -> str:
    """Return what a dataset that is made of a tensor has as its source."""
    step = [] if tensor.step is None else [str(tensor.step)]
    return " ".join((run.run, tensor.name, *step))


@dataclass(frozen=True)
class _Place:
    """A folder where the files of a tensor get the names that its reader expects.

    Attributes
    ----------
    root : what no file may lie outside of
    stack : closes what is borrowed
    """

    root: Path
    folder: Path
    stack: ExitStack
    borrowed: list[BorrowedFile]

    def tensor(self, tensor: RunTensor) -> Source:
        """Borrow what a tensor is read from."""
        if tensor.key is not None and tensor.reads_as.endswith(SUFFIX):
            return Source(self._variable(tensor), tensor.reads_as)
        shard = checkpoint_v1.SHARD.search(tensor.reads_as) if tensor.key is not None else None
        if shard is None:
            return Source(self._borrow(tensor.file, "tensor"), tensor.reads_as)
        for number, file in tensor.data.items():
            self._borrow(file, f"tensor-{number:05d}-of-{shard[2]}")
        return Source(self.folder / f"tensor-00000-of-{shard[2]}", tensor.reads_as)

    def copied(self, file: FoundFile | None, name: str) -> Source | None:
        """Copy a small file, if there is one."""
        return Source(self._copy(file, name), PurePosixPath(file.text).name) if file else None

    def _variable(self, tensor: RunTensor) -> Path:
        """Copy an index, and borrow the data files that hold one variable."""
        index = self._copy(tensor.file, f"tensor{SUFFIX}")
        bundle = parse_bundle(index.read_bytes(), tensor.reads_as)
        variable = choose(bundle.variables, tensor.key, tensor.reads_as)
        for number in {piece.shard for piece in variable.pieces}:
            # One that is missing or too short is for the reader to name.
            if file := tensor.data.get(number):
                self._borrow(file, shard_name(index.name, number, bundle.n_shards))
        return index

    def _borrow(self, file: FoundFile, name: str) -> Path:
        if len(self.borrowed) == MOST_BORROWED:
            return self._copy(file, name)
        opened = self.stack.enter_context(open_inside(self.root, file.path))
        self.borrowed.append(BorrowedFile.of(opened, PurePosixPath(file.text).name))
        return self.borrowed[-1].link(self.folder / name)

    def _copy(self, file: FoundFile, name: str) -> Path:
        target = self.folder / name
        with (
            open_inside(self.root, file.path) as source,
            unchanged([BorrowedFile.of(source, PurePosixPath(file.text).name)]),
            target.open("wb") as written,
        ):
            shutil.copyfileobj(source, written, 1 << 20)
        return target
