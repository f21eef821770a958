"""Puts a run together from the configs of its folder and the checkpoints there."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from data.errors import ReadError
from data.inside import find_inside
from data.logdirs.runs import Attachments, FoundFile, Run, RunTensor
from data.readers.glance import Glance
from data.readers.projector_config import Entry, ProjectorConfig
from data.shown_names import shown, shown_names

# PyTorch writes tag:step with at least five digits; TensorFlow's ":0" is no part of the name.
TAG_AND_STEP = re.compile(r"(.+):([0-9]{5,15})", re.DOTALL)
OUTPUT = re.compile(r"(.+):0", re.DOTALL)
# A broken config of thousands of entries says the same thousands of times.
MAX_WARNINGS = 50


@dataclass(frozen=True)
class CheckpointEntry:
    """What a config says of a tensor in a checkpoint; without a name, of all other tensors."""

    config: str
    tensor_name: str
    tensor_shape: tuple[int, ...]
    attached: Attachments
    warnings: tuple[str, ...]


class RunBuilder:
    """Collects the tensors of a run under names of their own.

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
        self.folded: list[RunTensor] = []
        self.entries: list[CheckpointEntry] = []
        self.warnings: list[str] = []
        self.notes: list[str] = []

    def add(self, config: ProjectorConfig, name: str) -> None:
        """Add the tensor files that one config names; its other entries wait for checkpoints."""
        self.notes += config.notes
        repeated: list[str] = []
        for entry in config.entries:
            warnings: list[str] = []
            tensor = self._tensor(entry, name, warnings)
            self.warn(warnings)
            if tensor and not self.keep(tensor):
                repeated.append(tensor.name)
        if repeated:
            names = shown_names(repeated)
            self.notes.append(f"{name} names these several times; the last one counts: {names}.")

    def build(self, run: str) -> Run:
        """Return the run under this name."""
        more = len(self.warnings) - MAX_WARNINGS
        warnings = (*self.warnings[:MAX_WARNINGS], *([f"... and {more} more."] if more > 0 else []))
        tensors = tuple(self.tensors.values())
        return Run(run, self.root, tensors, warnings, tuple(self.notes), tuple(self.folded))

    def warn(self, warnings: Sequence[str]) -> None:
        """Take warnings that have not been given yet."""
        self.warnings += [text for text in warnings if text not in self.warnings]

    def keep(self, tensor: RunTensor) -> bool:
        """Keep a tensor under a name of its own; False when it replaces itself."""
        key, number = (tensor.name, tensor.step), 1
        while key in self.tensors:
            other = self.tensors[key]
            if (other.file.text, other.key) == (tensor.file.text, tensor.key):
                self.tensors[key] = tensor
                return False
            number += 1
            key = (f"{tensor.name} ({number})", tensor.step)
        self.tensors[key] = tensor if number == 1 else replace(tensor, name=key[0])
        return True

    def _tensor(self, entry: Entry, config: str, warnings: list[str]) -> RunTensor | None:
        name, step = _name_and_step(entry)
        attached = self._attachments(entry, name, config, warnings)
        if not entry.tensor_path:
            self.entries.append(
                CheckpointEntry(
                    config, entry.tensor_name, entry.tensor_shape, attached, tuple(warnings)
                )
            )
            return None
        file = self._find("tensor_path", entry.tensor_path, name, config, warnings)
        if file is None:
            return None
        n_dims = entry.tensor_shape[1] if len(entry.tensor_shape) == 2 else None
        if entry.tensor_shape and not n_dims:
            shape = " x ".join(map(str, entry.tensor_shape[:8]))
            warnings.append(
                f"{config}: tensor_shape {shape} of {shown(name)} is ignored: it must be points "
                "and dimensions."
            )
        where = f"{config}: {shown(name)}"
        found = self._look(file, n_dims, where, warnings)
        compare_shapes(entry.tensor_shape, found.shape, where, warnings)
        return RunTensor(
            name,
            step,
            file,
            found.name,
            found.shape,
            found.dtype,
            n_dims if found.name.endswith(".bytes") else None,
            attached,
            tuple(warnings),
        )

    def _attachments(
        self, entry: Entry, name: str, config: str, warnings: list[str]
    ) -> Attachments:
        metadata, bookmarks, sprite = (
            self._find(field, text, name, config, warnings)
            for field, text in (
                ("metadata_path", entry.metadata_path),
                ("bookmarks_path", entry.bookmarks_path),
                ("image_path", entry.image_path),
            )
        )
        thumbnail = _thumbnail(entry.single_image_dim) if sprite else None
        return Attachments(metadata, sprite, bookmarks, thumbnail)

    def _find(
        self, field: str, text: str, name: str, config: str, warnings: list[str]
    ) -> FoundFile | None:
        try:
            return FoundFile(text, *find_inside(self.root, self.folder, text)) if text else None
        except ReadError as error:
            warnings.append(
                f"{config}: {field} {shown(text)} of {shown(name)} is not read: "
                f"{error.message}.{self._offer(field, text)}"
            )
            return None

    def _look(self, file: FoundFile, n_dims: int | None, where: str, warnings: list[str]) -> Glance:
        try:
            found = self.look(file, n_dims)
        except ReadError as error:
            warnings.append(f"{where}: {error.message}")
            return Glance(file.path.name)
        if found.name.endswith(".bytes") and not n_dims:
            warnings.append(f"{where} is a raw file and needs a tensor_shape.")
        return found

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


def compare_shapes(
    said: tuple[int, ...], is_there: tuple[int, int] | None, where: str, warnings: list[str]
) -> None:
    """Warn when a config and a file disagree about points and dimensions."""
    if len(said) == 2 and is_there and is_there != said:
        in_config, in_file = (" x ".join(map(str, shape)) for shape in (said, is_there))
        warnings.append(f"{where} has tensor_shape {in_config}, but the file holds {in_file}.")


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
