"""The folders of a log directory that hold configs or checkpoints."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from data.logdirs.remembered import Remembered
from data.readers.projector_config import is_config_name

# What lies deeper, or beyond so many folders, is not looked for: someone gave the wrong folder.
MAX_DEPTH = 20
MAX_FOLDERS = 100_000
INDEX = ".index"
DATA_FILE = re.compile(r"(.+)\.data-[0-9]{5}-of-[0-9]{5}", re.DOTALL)
# Checkpoints of TensorFlow's first version are one file each, or shards that are numbered alike.
FIRST_VERSION = re.compile(
    r"(?P<prefix>.+?\.ckpt(?:-[0-9]+)?|.+?-[0-9]+)(?:-(?P<shard>[0-9]{5})-of-[0-9]{5})?", re.DOTALL
)
EXTENSION = re.compile(r"\.ckpt(-[0-9]+)?$")
SAVED_MODEL = "saved_model.pb"
SAVED_VARIABLES = "variables"


@dataclass(frozen=True)
class Candidate:
    """A file that looks like a checkpoint by its name.

    Attributes
    ----------
    name : relative to the folder
    is_sure : another file beside it says so, too
    """

    name: str
    is_sure: bool


@dataclass(frozen=True)
class Folder:
    """Names in a folder."""

    configs: tuple[str, ...]
    folders: tuple[str, ...]
    checkpoints: tuple[Candidate, ...]


class RunFolders:
    """Lists folders; one whose time has not changed is not listed again."""

    def __init__(self) -> None:
        self._folders: Remembered[Folder] = Remembered()

    def begin_round(self) -> None:
        """Forget what the last round did not ask for."""
        self._folders.begin_round()

    def folder(self, path: Path) -> Folder | None:
        """Return the names in a folder, or None when it is none; a link is not followed."""
        try:
            status = path.lstat()
            if not stat.S_ISDIR(status.st_mode):
                return None
            return self._folders.get(path, status, partial(_list, path))
        except OSError:
            return None

    def walk(self, root: Path, warnings: list[str]) -> Iterator[tuple[Path, Folder]]:
        """Yield the folders in which something is to be read; no link is followed."""
        waiting, n_folders = [(root, 0)], 0
        while waiting:
            path, depth = waiting.pop()
            n_folders += 1
            folder = self.folder(path)
            if folder is None:
                if path == root:
                    warnings.append("The log directory cannot be read.")
                continue
            if folder.configs or folder.checkpoints:
                yield path, folder
            if folder.folders and depth >= MAX_DEPTH:
                warnings.append(f"Folders more than {MAX_DEPTH} deep are not looked into.")
                continue
            waiting.extend((path / name, depth + 1) for name in reversed(folder.folders))
            if n_folders >= MAX_FOLDERS and waiting:
                warnings.append(
                    f"There are more than {MAX_FOLDERS:,} folders; the rest is left out."
                )
                return


def _list(path: Path) -> Folder:
    files, folders = set(), set()
    with os.scandir(path) as entries:
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                files.add(entry.name)
            elif not entry.name.startswith("."):
                folders.add(entry.name)
    checkpoints = [*_second_version(files), *_first_version(files)]
    if SAVED_MODEL in files and SAVED_VARIABLES in folders:
        # The variables of a saved model are a checkpoint; the model is the run.
        folders.discard(SAVED_VARIABLES)
        checkpoints.append(Candidate(f"{SAVED_VARIABLES}/{SAVED_VARIABLES}{INDEX}", is_sure=True))
    configs = [name for name in files if is_config_name(name)]
    return Folder(tuple(sorted(configs)), tuple(sorted(folders)), tuple(checkpoints))


def _second_version(files: set[str]) -> Iterator[Candidate]:
    data = {match[1] for match in map(DATA_FILE.fullmatch, files) if match}
    for name in sorted(files):
        if name.endswith(INDEX) and name != INDEX:
            yield Candidate(name, is_sure=name.removesuffix(INDEX) in data)


def _first_version(files: set[str]) -> Iterator[Candidate]:
    for name in sorted(files):
        match = FIRST_VERSION.fullmatch(name)
        if not match or match["shard"] not in (None, "00000"):
            continue
        prefix = match["prefix"]
        has_graph = f"{prefix}.meta" in files and f"{prefix}{INDEX}" not in files
        if has_graph or EXTENSION.search(prefix):
            yield Candidate(name, is_sure=has_graph)
