"""Runs of a log directory: what one folder's configs name, checked against the files there."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from data.errors import ReadError
from data.inside import find_inside, resolve_inside
from data.readers.glance import Glance
from data.readers.projector_config import Entry, ProjectorConfig

# PyTorch writes tag:step with at least five digits; TensorFlow's ":0" is no part of the name.
TAG_AND_STEP = re.compile(r"(.+):([0-9]{5,15})", re.DOTALL)
OUTPUT = re.compile(r"(.+):0", re.DOTALL)
SHOWN_TEXT = 120
SHOWN_NAMES = 5
# A broken config of thousands of entries says the same thousands of times.
MAX_WARNINGS = 50


@dataclass(frozen=True)
class FoundFile:
    """A file inside a log directory.

    Attributes
    ----------
    text : how the config names it
    path : without links
    """

    text: str
    path: Path
    status: os.stat_result

    @property
    def stamp(self) -> tuple[str, int, int, int]:
        """What changes when the file does."""
        status = self.status
        return str(self.path), status.st_ino, status.st_mtime_ns, status.st_size


@dataclass(frozen=True)
class RunTensor:
    """One tensor at one step.

    Attributes
    ----------
    shape : points and dimensions; None when only opening it can tell
    dtype : stored type
    n_dims : row length of a raw file
    thumbnail : width and height in pixels
    warnings : what is missing or was refused
    reads_as : name whose extension says how the file is read
    """

    name: str
    step: int | None
    file: FoundFile
    reads_as: str
    shape: tuple[int, int] | None = None
    dtype: str | None = None
    n_dims: int | None = None
    metadata: FoundFile | None = None
    sprite: FoundFile | None = None
    bookmarks: FoundFile | None = None
    thumbnail: tuple[int, int] | None = None
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return what the API answers."""
        return {
            "name": self.name,
            "step": self.step,
            "shape": list(self.shape) if self.shape else None,
            "dtype": self.dtype,
            "metadata": self.metadata.text if self.metadata else None,
            "sprite": self.sprite.text if self.sprite else None,
        }


@dataclass(frozen=True)
class Run:
    """A folder with a config; `run` is its name among all of them."""

    run: str
    root: Path
    tensors: tuple[RunTensor, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return what the API answers."""
        return {
            "run": self.run,
            "tensors": [tensor.to_json() for tensor in self.tensors],
            "warnings": list(self.warnings),
            "notes": list(self.notes),
        }


class RunBuilder:
    """Puts a run together from the configs of its folder.

    Parameters
    ----------
    root : the log directory, resolved
    folder : of the run, inside `root`, without links
    look : tells what a tensor file holds, given its row length where the config says it
    """

    def __init__(
        self, root: Path, folder: Path, look: Callable[[FoundFile, int | None], Glance]
    ) -> None:
        self.root, self.folder, self.look = root, folder, look
        self.tensors: dict[tuple[str, int | None], RunTensor] = {}
        self.warnings: list[str] = []
        self.notes: list[str] = []

    def add(self, config: ProjectorConfig, name: str) -> None:
        """Add what one config names."""
        self.notes += config.notes
        for field in ("model_checkpoint_path", "model_checkpoint_dir"):
            self._check_checkpoint(name, field, getattr(config, field))
        repeated: list[str] = []
        for entry in config.entries:
            warnings: list[str] = []
            tensor = self._tensor(entry, name, warnings)
            self.warnings += [text for text in warnings if text not in self.warnings]
            if tensor and not self._keep(tensor):
                repeated.append(tensor.name)
        if repeated:
            names = _shown_names(repeated)
            self.notes.append(f"{name} names these several times; the last one counts: {names}.")
        stored = [entry.tensor_name for entry in config.entries if not entry.tensor_path]
        if (
            stored
            or not config.entries
            or (name.endswith(".pbtxt") and config.model_checkpoint_path)
        ):
            which = f" ({_shown_names(stored)})" if stored else ""
            self.notes.append(
                f"{name}: tensors in checkpoints{which} are not read yet, only tensor files "
                "(tensor_path)."
            )

    def build(self, run: str) -> Run:
        """Return the run under this name."""
        more = len(self.warnings) - MAX_WARNINGS
        warnings = (*self.warnings[:MAX_WARNINGS], *([f"... and {more} more."] if more > 0 else []))
        tensors = tuple(self.tensors.values())
        return Run(run, self.root, tensors, warnings, tuple(self.notes))

    def _tensor(self, entry: Entry, config: str, warnings: list[str]) -> RunTensor | None:
        name, step = _name_and_step(entry)

        def find(field: str, text: str) -> FoundFile | None:
            try:
                return FoundFile(text, *find_inside(self.root, self.folder, text)) if text else None
            except ReadError as error:
                warnings.append(
                    f"{config}: {field} {_shown(text)} of {_shown(name)} is not read: "
                    f"{error.message}.{self._offer(field, text)}"
                )
                return None

        metadata = find("metadata_path", entry.metadata_path)
        bookmarks = find("bookmarks_path", entry.bookmarks_path)
        sprite = find("image_path", entry.image_path)
        file = find("tensor_path", entry.tensor_path)
        if file is None:
            return None
        n_dims = entry.tensor_shape[1] if len(entry.tensor_shape) == 2 else None
        if entry.tensor_shape and not n_dims:
            shape = " x ".join(map(str, entry.tensor_shape[:8]))
            warnings.append(
                f"{config}: tensor_shape {shape} of {_shown(name)} is ignored: it must be points "
                "and dimensions."
            )
        found = self._look(file, n_dims, f"{config}: {_shown(name)}", warnings)
        self._compare(entry, found, f"{config}: {_shown(name)}", warnings)
        return RunTensor(
            name,
            step,
            file,
            found.name,
            found.shape,
            found.dtype,
            n_dims if found.name.endswith(".bytes") else None,
            metadata,
            sprite,
            bookmarks,
            _thumbnail(entry.single_image_dim) if sprite else None,
            tuple(warnings),
        )

    def _look(self, file: FoundFile, n_dims: int | None, where: str, warnings: list[str]) -> Glance:
        try:
            found = self.look(file, n_dims)
        except ReadError as error:
            warnings.append(f"{where}: {error.message}")
            return Glance(file.path.name)
        if found.name.endswith(".bytes") and not n_dims:
            warnings.append(f"{where} is a raw file and needs a tensor_shape.")
        return found

    def _compare(self, entry: Entry, found: Glance, where: str, warnings: list[str]) -> None:
        if len(entry.tensor_shape) == 2 and found.shape and found.shape != entry.tensor_shape:
            said, is_there = (" x ".join(map(str, s)) for s in (entry.tensor_shape, found.shape))
            warnings.append(f"{where} has tensor_shape {said}, but the file holds {is_there}.")

    def _offer(self, field: str, text: str) -> str:
        """Old tutorials give paths relative to where the program was started."""
        name = PurePosixPath(text).name
        if name == text or not name:
            return ""
        try:
            find_inside(self.root, self.folder, name)
        except ReadError:
            return ""
        return f" There is a {name} beside the config; {field} is relative to it."

    def _check_checkpoint(self, config: str, field: str, text: str) -> None:
        try:
            if text:
                resolve_inside(self.root, self.folder, text)
        except ReadError as error:
            if "missing" not in error.message:
                self.warnings.append(
                    f"{config}: {field} {_shown(text)} is not read: {error.message}."
                )

    def _keep(self, tensor: RunTensor) -> bool:
        """Keep a tensor under a name of its own; False when it replaces itself."""
        key, number = (tensor.name, tensor.step), 1
        while key in self.tensors:
            if self.tensors[key].file.text == tensor.file.text:
                self.tensors[key] = tensor
                return False
            number += 1
            key = (f"{tensor.name} ({number})", tensor.step)
        self.tensors[key] = tensor if number == 1 else _renamed(tensor, key[0])
        return True


def _renamed(tensor: RunTensor, name: str) -> RunTensor:
    return replace(tensor, name=name)


def _name_and_step(entry: Entry) -> tuple[str, int | None]:
    name = entry.tensor_name or PurePosixPath(entry.tensor_path).name
    if match := TAG_AND_STEP.fullmatch(name):
        return match[1], int(match[2])
    match = OUTPUT.fullmatch(name)
    return (match[1] if match else name), None


def _thumbnail(single_image_dim: tuple[int, ...]) -> tuple[int, int] | None:
    if not single_image_dim or not all(single_image_dim):
        return None
    return single_image_dim[0], single_image_dim[-1]


def _shown(text: str) -> str:
    """Return a text from outside as it may stand in a sentence."""
    cut = text if len(text) <= SHOWN_TEXT else f"{text[:SHOWN_TEXT]}..."
    return f'"{cut}"' if cut.isprintable() else ascii(cut)


def _shown_names(names: list[str]) -> str:
    shown = ", ".join(_shown(name) if name else "without a name" for name in names[:SHOWN_NAMES])
    more = len(names) - SHOWN_NAMES
    return f"{shown} and {more} more" if more > 0 else shown
