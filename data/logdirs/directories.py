"""Log directories of training runs: which tensors lie there now."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from threading import Lock

from data.errors import NotFoundError
from data.inside import open_inside
from data.limits import Limits
from data.logdirs.run_files import OpenFile, RunFiles
from data.logdirs.run_folders import RunFolders
from data.logdirs.runs import FoundFile, Run, RunTensor
from data.readers.unique_names import unique_names

# Large tables are counted in later calls, so that the first one is answered.
COUNT_SECONDS = 5
SHOWN_NAMES = 20


class LogDirectories:
    """All runs below some folders; every call sees the disk as it is.

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
        # What was opened before: stamps of the files -> id of the dataset and its warnings.
        self.opened: dict[object, tuple[str, tuple[str, ...]]] = {}
        self._open = open_file
        self._folders = RunFolders()
        self._files = RunFiles(self._folders, open_file)
        self._lock = Lock()

    def runs(self) -> list[Run]:
        """Return all runs, by name within each directory."""
        deadline = time.monotonic() + COUNT_SECONDS
        with self._lock:
            self._folders.begin_round()
            self._files.begin_round()
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
        found = self._find_run(run)
        named = [item for item in found.tensors if item.name == tensor] or [
            item for item in (*found.tensors, *found.folded) if item.is_called(tensor)
        ]
        tensors = {item.step: item for item in named}
        if not tensors:
            names = list(dict.fromkeys(item.name for item in found.tensors))
            why = next(iter(found.warnings), "It has no tensors.")
            raise NotFoundError(
                f"The run {run!r} has no tensor {tensor[:100]!r}.",
                f"Its tensors are: {_listed(names)}." if names else why,
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

    def read(self, found: Run, file: FoundFile, most: int) -> bytes:
        """Return the first `most` bytes of a file of a run; raises ReadError."""
        with self._open(found.root, file.path) as opened:
            return opened.read(most)

    def _find_run(self, run: str) -> Run:
        runs = self.runs()
        found = next((item for item in runs if item.run == run), None)
        if found is None:
            names = [item.run for item in runs]
            hint = f"The runs are: {_listed(names)}." if names else "There are no runs."
            if not self.directories:
                hint = "Start the server with --logdir to see the runs of a log directory."
            raise NotFoundError(f"There is no run {run[:100]!r}.", hint)
        return found

    def _prefixes(self) -> list[str]:
        if len(self.directories) < 2:
            return [""] * len(self.directories)
        names = [Path(os.path.abspath(path)).name or "root" for path in self.directories]  # noqa: PTH100
        return unique_names(names)[0]

    def _runs_of(self, directory: Path, prefix: str, deadline: float) -> list[Run]:
        root = Path(os.path.realpath(directory))
        warnings: list[str] = []
        runs = {}
        for path, folder in self._folders.walk(root, warnings):
            name = str(PurePosixPath(prefix, path.relative_to(root).as_posix()))
            run = self._files.run(name, root, path, folder, deadline)
            # Another program's file may only look like a checkpoint by its name.
            if folder.configs or run.tensors or run.warnings or run.notes:
                runs[name] = run
        if warnings:
            top = str(PurePosixPath(prefix))
            run = runs.get(top, Run(top, root))
            runs[top] = Run(
                top, root, run.tensors, (*run.warnings, *warnings), run.notes, run.folded
            )
        return [runs[name] for name in sorted(runs)]


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name[:100] for name in names[:SHOWN_NAMES])
    more = len(names) - SHOWN_NAMES
    return f"{shown} and {more} more" if more > 0 else shown
