"""Log directories of training runs: which tensors lie there now, and their files for reading."""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import IO, Generic, TypeVar

from data.errors import NotFoundError, ProjectorError, ReadError
from data.inside import find_inside, open_inside
from data.limits import Limits
from data.parsing import ParseRequest, ReadOptions, Source
from data.readers.glance import Glance, TooLongError, glance
from data.readers.projector_config import MAX_BYTES, ProjectorConfig, is_config_name, read_config
from data.readers.unique_names import unique_names
from data.runs import FoundFile, Run, RunBuilder, RunTensor
from data.stores.files import storage_errors

Value = TypeVar("Value")
OpenFile = Callable[[Path, Path], IO[bytes]]

# What lies deeper, or beyond so many folders, is not looked for: someone gave the wrong folder.
MAX_DEPTH = 20
MAX_FOLDERS = 100_000
# Large tables are counted in later calls, so that the first one is answered.
COUNT_SECONDS = 5
# Two changes within one tick of a file system's clock have the same time.
SETTLED_NS = 2_000_000_000
SHOWN_NAMES = 20


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


class Remembered(Generic[Value]):
    """Values that follow from a file or folder, until it changes.

    What one round of asking did not use is forgotten with the next.
    """

    def __init__(self) -> None:
        self._values: dict[object, tuple[tuple[int, ...], Value]] = {}
        self._before: dict[object, tuple[tuple[int, ...], Value]] = {}

    def begin_round(self) -> None:
        """Begin a new round."""
        self._before, self._values = self._values, {}

    def get(self, key: object, status: os.stat_result, compute: Callable[[], Value]) -> Value:
        """Return the value of a key; `compute` is called when it is new or has changed."""
        stamp = (status.st_ino, status.st_mtime_ns, status.st_size)
        kept = self._values.get(key) or self._before.get(key)
        if kept is None or kept[0] != stamp:
            is_settled = status.st_mtime_ns < time.time_ns() - SETTLED_NS
            kept = (stamp, compute())
            if not is_settled:
                return kept[1]
        self._values[key] = kept
        return kept[1]


@dataclass(frozen=True)
class _Folder:
    """Names in a folder."""

    configs: tuple[str, ...]
    folders: tuple[str, ...]


class LogDirectories:
    """All runs below some folders; every call sees the disk as it is.

    A folder whose time has not changed is not listed again, a file not read again.

    Parameters
    ----------
    directories : as they were given; links to them are followed
    open_file : opens a file inside a root, both without links
    """

    def __init__(
        self, directories: Sequence[Path], limits: Limits, open_file: OpenFile = open_inside
    ) -> None:
        self.limits = limits
        self.directories = tuple(directories)
        self._open = open_file
        # What was opened before: stamps of the files -> id of the dataset and its warnings.
        self.opened: dict[object, tuple[str, tuple[str, ...]]] = {}
        self._folders: Remembered[_Folder] = Remembered()
        self._configs: Remembered[ProjectorConfig | ProjectorError] = Remembered()
        self._glances: Remembered[Glance | ReadError] = Remembered()
        self._lock = Lock()

    def runs(self) -> list[Run]:
        """Return all runs, by name within each directory."""
        deadline = time.monotonic() + COUNT_SECONDS
        with self._lock:
            for remembered in (self._folders, self._configs, self._glances):
                remembered.begin_round()
            return [
                run
                for directory, prefix in zip(self.directories, self._prefixes(), strict=True)
                for run in self._runs_of(directory, prefix, deadline)
            ]

    def find(self, run: str, tensor: str, step: int | None = None) -> tuple[Run, RunTensor]:
        """Return a tensor of a run; without a step, the one without, or else the last one.

        Raises
        ------
        NotFoundError
            If there is none; the message or hint names what there is.
        """
        runs = self.runs()
        found = next((item for item in runs if item.run == run), None)
        if found is None:
            names = [item.run for item in runs]
            hint = f"The runs are: {_listed(names)}." if names else "There are no runs."
            if not self.directories:
                hint = "Start the server with --logdir to see the runs of a log directory."
            raise NotFoundError(f"There is no run {run[:100]!r}.", hint)
        tensors = {item.step: item for item in found.tensors if item.name == tensor}
        if not tensors:
            names = list(dict.fromkeys(item.name for item in found.tensors))
            raise NotFoundError(
                f"The run {run!r} has no tensor {tensor[:100]!r}.",
                f"Its tensors are: {_listed(names)}." if names else "It has no tensors.",
            )
        if step is None:
            step = None if None in tensors else max(s for s in tensors if s is not None)
        if step not in tensors:
            steps = [str(s) for s in tensors if s is not None]
            raise NotFoundError(
                f"The tensor {tensor!r} of the run {run!r} has no step {step}.",
                f"Its steps are: {_listed(steps)}." if steps else "It has no steps.",
            )
        return found, tensors[step]

    def fetch(self, found: Run, tensor: RunTensor, folder: Path) -> Located:
        """Copy the files of a tensor into `folder`, for reading in peace.

        A training job may write them again meanwhile, and a link may take their place.

        Raises
        ------
        ReadError
            If one is no longer there, or keeps changing.
        StorageError
            If the disk is full.
        """
        located = self._located(found, tensor)
        request = located.request
        with storage_errors():
            return Located(
                ParseRequest(
                    tensor=_copied(request.tensor, found.root, folder / "tensor"),
                    metadata=request.metadata
                    and _copied(request.metadata, found.root, folder / "metadata"),
                    sprite=request.sprite
                    and _copied(request.sprite, found.root, folder / "sprite"),
                    thumbnail=request.thumbnail,
                    options=request.options,
                ),
                located.name,
                located.source,
                located.warnings,
            )

    def source_of(self, found: Run, tensor: RunTensor) -> str:
        """Return what a dataset that is made of a tensor has as its source."""
        step = [] if tensor.step is None else [str(tensor.step)]
        return " ".join((found.run, tensor.name, *step))

    def read(self, found: Run, file: FoundFile, most: int) -> bytes:
        """Return the first `most` bytes of a file of a run; raises ReadError."""
        with self._open(found.root, file.path) as opened:
            return opened.read(most)

    def _located(self, found: Run, tensor: RunTensor) -> Located:
        step = [] if tensor.step is None else [str(tensor.step)]
        run = found.root.name or found.run if found.run == "." else found.run
        request = ParseRequest(
            tensor=Source(tensor.file.path, tensor.reads_as),
            metadata=_source(tensor.metadata),
            sprite=_source(tensor.sprite),
            thumbnail=tensor.thumbnail,
            options=ReadOptions(n_dims=tensor.n_dims),
        )
        name = " / ".join((run, tensor.name, *step))
        plain = "".join(letter if letter.isprintable() else " " for letter in name)
        return Located(request, plain[-200:], self.source_of(found, tensor), tensor.warnings)

    def _prefixes(self) -> list[str]:
        if len(self.directories) < 2:
            return [""] * len(self.directories)
        names = [Path(os.path.abspath(path)).name or "root" for path in self.directories]  # noqa: PTH100
        return unique_names(names)[0]

    def _runs_of(self, directory: Path, prefix: str, deadline: float) -> list[Run]:
        root = Path(os.path.realpath(directory))
        warnings: list[str] = []
        runs = {}
        for folder, names in self._walk(root, warnings):
            relative = PurePosixPath(prefix, folder.relative_to(root).as_posix())
            runs[str(relative)] = self._run(str(relative), root, folder, names, deadline)
        if warnings:
            top = str(PurePosixPath(prefix))
            run = runs.get(top, Run(top, root))
            runs[top] = Run(top, root, run.tensors, (*run.warnings, *warnings), run.notes)
        return [runs[name] for name in sorted(runs)]

    def _walk(self, root: Path, warnings: list[str]) -> Iterator[tuple[Path, tuple[str, ...]]]:
        """Yield the folders with configs; no link is followed."""
        waiting, n_folders = [(root, 0)], 0
        while waiting:
            path, depth = waiting.pop()
            n_folders += 1
            try:
                status = path.lstat()
                if not stat.S_ISDIR(status.st_mode):
                    continue
                folder = self._folders.get(path, status, partial(_list, path))
            except OSError:
                if path == root:
                    warnings.append("The log directory cannot be read.")
                continue
            if folder.configs:
                yield path, folder.configs
            if folder.folders and depth >= MAX_DEPTH:
                warnings.append(f"Folders more than {MAX_DEPTH} deep are not looked into.")
                continue
            waiting.extend((path / name, depth + 1) for name in reversed(folder.folders))
            if n_folders >= MAX_FOLDERS and waiting:
                warnings.append(
                    f"There are more than {MAX_FOLDERS:,} folders; the rest is left out."
                )
                return

    def _run(
        self, run: str, root: Path, folder: Path, names: tuple[str, ...], deadline: float
    ) -> Run:
        uncounted = 0

        def look(file: FoundFile, n_dims: int | None) -> Glance:
            nonlocal uncounted
            try:
                return self._look(root, file, n_dims, deadline)
            except TooLongError:
                uncounted += 1
                return Glance(file.path.name)

        builder = RunBuilder(root, folder, look)
        for name in names:
            config = self._config(root, folder, name)
            if isinstance(config, ProjectorError):
                builder.warnings.append(config.message)
            else:
                builder.add(config, name)
        if uncounted:
            builder.notes.append(
                f"The points of {uncounted} large tensor files are not counted yet; they will be "
                "when the list is asked for again."
            )
        return builder.build(run)

    def _config(self, root: Path, folder: Path, name: str) -> ProjectorConfig | ProjectorError:
        def read() -> ProjectorConfig | ProjectorError:
            try:
                with self._open(root, path) as file:
                    return read_config(file.read(MAX_BYTES + 1), name)
            except OSError:
                return ReadError(f"{name} cannot be read.")
            except ProjectorError as error:
                return error

        try:
            path, status = find_inside(root, folder, name)
        except ReadError as error:
            return ReadError(f"{name} is not read: {error.message}.")
        return self._configs.get(path, status, read)

    def _look(self, root: Path, file: FoundFile, n_dims: int | None, deadline: float) -> Glance:
        def read() -> Glance | ReadError:
            try:
                with self._open(root, file.path) as content:
                    return glance(content, file.path.name, n_dims, deadline)
            except OSError:
                return ReadError(f"{file.path.name} cannot be read.")
            except ReadError as error:
                return error

        found = self._glances.get((file.path, n_dims), file.status, read)
        if isinstance(found, ReadError):
            raise found
        return found


def _list(path: Path) -> _Folder:
    configs, folders = [], []
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if not entry.name.startswith("."):
                    folders.append(entry.name)
            elif is_config_name(entry.name):
                configs.append(entry.name)
    return _Folder(tuple(sorted(configs)), tuple(sorted(folders)))


def _source(file: FoundFile | None) -> Source | None:
    return Source(file.path, file.path.name) if file else None


def _copied(source: Source, root: Path, target: Path) -> Source:
    for _ in range(3):
        with open_inside(root, source.path) as file, target.open("wb") as copy:
            before = os.fstat(file.fileno())
            shutil.copyfileobj(file, copy, 1 << 20)
            after = os.fstat(file.fileno())
        if (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size):
            return Source(target, source.name)
    raise ReadError(f"{source.name} is being written.", hint="Try again when it is finished.")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name[:100] for name in names[:SHOWN_NAMES])
    more = len(names) - SHOWN_NAMES
    return f"{shown} and {more} more" if more > 0 else shown
