"""Checkpoints in a folder of a log directory: their steps, their variables, and what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from data.errors import ProjectorError, ReadError
from data.inside import find_inside
from data.logdirs.remembered import Remembered
from data.logdirs.run_folders import Candidate
from data.logdirs.runs import FoundFile
from data.readers import checkpoint_v1
from data.readers.checkpoint import (
    MAX_INDEX_BYTES,
    SUFFIX,
    Piece,
    StoredVariable,
    parse_bundle,
    shard_name,
)
from data.readers.checkpoint_variable import Variable
from data.readers.level_table import FileContent, LevelTable, is_table

STEP = re.compile(r"(.+)-([0-9]{1,15})", re.DOTALL)


@dataclass(frozen=True)
class CheckpointContent:
    """What the index of a checkpoint says; `n_shards` is 0 where values stand with the names."""

    variables: tuple[Variable, ...]
    n_shards: int = 0


@dataclass(frozen=True)
class FoundCheckpoint:
    """One checkpoint.

    Attributes
    ----------
    prefix : what programs call it, such as model.ckpt-200
    file : the index, or the first file of a checkpoint of version 1
    reads_as : name whose extension says how it is read
    data : the other files by number, as far as they are there
    missing : reasons why the others are not, by number
    """

    prefix: str
    file: FoundFile
    reads_as: str
    content: CheckpointContent
    data: Mapping[int, FoundFile] = field(default_factory=dict)
    missing: Mapping[int, str] = field(default_factory=dict)

    @property
    def stem(self) -> str:
        """The prefix without the step: checkpoints of one saver have the same."""
        return stem_of(self.prefix)

    @property
    def step(self) -> int | None:
        """The number at the end of the prefix."""
        match = STEP.fullmatch(self.prefix)
        return int(match[2]) if match else None

    def complaint(self, variable: Variable) -> str:
        """Return why a variable cannot be read, as far as sizes and names tell; else nothing."""
        if not isinstance(variable, StoredVariable):
            return next(iter(self.missing.values()), "")
        return next(filter(None, (self._lacks(variable, piece) for piece in variable.pieces)), "")

    def _lacks(self, variable: Variable, piece: Piece) -> str:
        if piece.shard not in self.data:
            return self.missing.get(piece.shard, "")
        shard = self.data[piece.shard]
        if piece.offset + piece.size <= shard.status.st_size:
            return ""
        return (
            f'"{variable.key[:120]}" runs past the end of {PurePosixPath(shard.text).name}, which '
            f"is cut off at {shard.status.st_size:,} bytes."
        )


def stem_of(prefix: str) -> str:
    """Return a prefix without its step: model.ckpt-5 and model.ckpt-50 are of one saver."""
    match = STEP.fullmatch(prefix)
    return match[1] if match else prefix


class CheckpointFiles:
    """Reads the indexes of checkpoints; one that has not changed is not read again.

    Parameters
    ----------
    open_file : opens a file inside a root, both without links
    """

    def __init__(self, open_file: Callable[[Path, Path], IO[bytes]]) -> None:
        self._open = open_file
        self._contents: Remembered[CheckpointContent | ReadError | None] = Remembered()

    def begin_round(self) -> None:
        """Forget what the last round did not ask for."""
        self._contents.begin_round()

    def find(
        self, root: Path, folder: Path, candidates: Sequence[Candidate], warnings: list[str]
    ) -> list[FoundCheckpoint]:
        """Return the checkpoints of a folder, by prefix and step."""
        found = []
        for candidate in candidates:
            try:
                checkpoint = self._checkpoint(root, folder, candidate)
            except ReadError as error:
                warnings.append(error.message)
                continue
            if checkpoint:
                found.append(checkpoint)
        return sorted(found, key=lambda item: (item.stem, item.step or 0, item.prefix))

    def _checkpoint(self, root: Path, folder: Path, candidate: Candidate) -> FoundCheckpoint | None:
        try:
            file = FoundFile(candidate.name, *find_inside(root, folder, candidate.name))
        except ReadError as error:
            raise ReadError(f"{candidate.name} is not read: {error.message}.") from None
        content = self._contents.get(
            (file.path, candidate), file.status, lambda: self._read(root, file, candidate.is_sure)
        )
        if content is None:
            return None
        if isinstance(content, ReadError):
            raise content
        name = PurePosixPath(file.text).name
        is_first_version = not name.endswith(SUFFIX)
        others = _shards(name) if is_first_version else _data_files(file.text, content)
        data, missing = {}, {}
        for number, other in others:
            try:
                data[number] = FoundFile(other, *find_inside(root, folder, other))
            except ReadError as error:
                missing[number] = (
                    f"The data file {PurePosixPath(other).name} is not read: {error.message}."
                )
        prefix = checkpoint_v1.SHARD.sub("", name) if is_first_version else name[: -len(SUFFIX)]
        reads_as = name if name.endswith((SUFFIX, checkpoint_v1.SUFFIX)) else f"{name}.ckpt"
        return FoundCheckpoint(prefix, file, reads_as, content, data, missing)

    def _read(
        self, root: Path, file: FoundFile, is_sure: bool
    ) -> CheckpointContent | ReadError | None:
        name = PurePosixPath(file.text).name
        try:
            with self._open(root, file.path) as opened:
                whole = FileContent(opened)
                if not is_sure and not is_table(whole):
                    return None  # another program's file of a similar name
                if not name.endswith(SUFFIX):
                    return CheckpointContent(
                        tuple(checkpoint_v1.parse_names(LevelTable(whole, name)))
                    )
                bundle = parse_bundle(opened.read(MAX_INDEX_BYTES + 1), name)
                return CheckpointContent(bundle.variables, bundle.n_shards)
        except OSError:
            return ReadError(f"{name} cannot be read.")
        except ProjectorError as error:
            return ReadError(f"{error.message} {error.hint}".strip())


def _data_files(index: str, content: CheckpointContent) -> Iterable[tuple[int, str]]:
    """Yield the data files that matrices need; the number in the index may be any."""
    needed = {
        piece.shard
        for variable in content.variables
        if isinstance(variable, StoredVariable) and variable.is_matrix
        for piece in variable.pieces
    }
    return [(shard, shard_name(index, shard, content.n_shards)) for shard in sorted(needed)]


def _shards(name: str) -> Iterable[tuple[int, str]]:
    match = checkpoint_v1.SHARD.search(name)
    if match is None:
        return [(0, name)]
    count = min(int(match[2]), checkpoint_v1.MAX_SHARDS)
    return [
        (number, checkpoint_v1.SHARD.sub(f"-{number:05d}-of-{match[2]}", name))
        for number in range(count)
    ]
