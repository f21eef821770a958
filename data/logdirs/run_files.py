"""One folder of a log directory becomes a run: its configs, tensor files and checkpoints."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from data.errors import ProjectorError, ReadError
from data.inside import find_inside, resolve_inside
from data.logdirs.checkpoints import CheckpointFiles, FoundCheckpoint, stem_of
from data.logdirs.remembered import Remembered
from data.logdirs.run_builder import RunBuilder
from data.logdirs.run_checkpoints import add_checkpoints
from data.logdirs.run_folders import INDEX, Folder, RunFolders
from data.logdirs.runs import FoundFile, Run
from data.readers.glance import Glance, TooLongError, glance
from data.readers.projector_config import MAX_BYTES, ProjectorConfig, read_config
from data.shown_names import shown

OpenFile = Callable[[Path, Path], IO[bytes]]


class RunFiles:
    """Reads the files of runs; one that has not changed is not read again.

    Parameters
    ----------
    folders : lists the folders
    open_file : opens a file inside a root, both without links
    """

    def __init__(self, folders: RunFolders, open_file: OpenFile) -> None:
        self._folders, self._open = folders, open_file
        self._configs: Remembered[ProjectorConfig | ProjectorError] = Remembered()
        self._glances: Remembered[Glance | ReadError] = Remembered()
        self._checkpoints = CheckpointFiles(open_file)

    def begin_round(self) -> None:
        """Forget what the last round did not ask for."""
        for remembered in (self._configs, self._glances, self._checkpoints):
            remembered.begin_round()

    def run(self, run: str, root: Path, path: Path, folder: Folder, deadline: float) -> Run:
        """Return the run of a folder under this name.

        Parameters
        ----------
        deadline : time.monotonic() from which large tables are not counted
        """
        uncounted = 0

        def look(file: FoundFile, n_dims: int | None) -> Glance:
            nonlocal uncounted
            try:
                return self._look(root, file, n_dims, deadline)
            except TooLongError:
                uncounted += 1
                return Glance(file.path.name)

        builder = RunBuilder(root, path, look)
        configs = []
        for name in folder.configs:
            config = self._config(root, path, name)
            if isinstance(config, ProjectorError):
                builder.warn([config.message])
            else:
                configs.append((name, config))
                builder.add(config, name)
        self._add_checkpoints(builder, folder, configs)
        if uncounted:
            builder.notes.append(
                f"The points of {uncounted:,} large tensor files are not counted yet; they will be "
                "when the list is asked for again."
            )
        return builder.build(run)

    def _add_checkpoints(
        self, builder: RunBuilder, folder: Folder, configs: Sequence[tuple[str, ProjectorConfig]]
    ) -> None:
        """Add the checkpoints of the folder, or of the one that a config names."""
        warnings: list[str] = []
        stem, named = None, None
        for name, config in configs:
            for field in ("model_checkpoint_path", "model_checkpoint_dir"):
                text = getattr(config, field)
                place = _named_place(builder, folder, name, field, text) if text else None
                if text and field == "model_checkpoint_path":
                    stem = stem_of(last_part(text))
                    named = place.parent if place else named
                elif place and named is None:
                    named = place
        found: list[FoundCheckpoint] = []
        parent = [builder.folder.parent] if builder.entries and not folder.checkpoints else []
        for place in [*([named] if named else []), builder.folder, *parent]:
            below = self._folders.folder(place) if place.is_relative_to(builder.root) else None
            if below and below.checkpoints and not found:
                found = self._checkpoints.find(builder.root, place, below.checkpoints, warnings)
        builder.warn(warnings)
        if found or not warnings:
            add_checkpoints(builder, found, stem)

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


def _named_place(
    builder: RunBuilder, folder: Folder, config: str, field: str, text: str
) -> Path | None:
    """Return the path that a config gives a checkpoint; paths of another machine lead nowhere."""
    reason = ""
    for ending in (INDEX, ""):
        try:
            return resolve_inside(builder.root, builder.folder, f"{text}{ending}")
        except ReadError as error:
            reason = error.message
    if "missing" not in reason:
        name = last_part(text)
        is_beside = any(item.name == f"{name}{INDEX}" for item in folder.checkpoints)
        beside = f" {name} beside the config was taken." if is_beside else ""
        builder.warn([f"{config}: {field} {shown(text)} is not read: {reason}.{beside}"])
    return None


def last_part(path: str) -> str:
    """Return the name at the end of a path of any system."""
    return re.split(r"[/\\]", path)[-1]
