"""Runs of a log directory: the tensors of one folder, and the files that belong to each."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


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
class Attachments:
    """What a config says beside where the values are.

    Attributes
    ----------
    thumbnail : width and height in pixels
    """

    metadata: FoundFile | None = None
    sprite: FoundFile | None = None
    bookmarks: FoundFile | None = None
    thumbnail: tuple[int, int] | None = None


@dataclass(frozen=True)
class RunTensor:
    """One tensor at one step.

    Attributes
    ----------
    shape : points and dimensions; None when only opening it can tell
    dtype : stored type
    n_dims : row length of a raw file
    warnings : what is missing or was refused
    reads_as : name whose extension says how the file is read
    key : of the variable in a checkpoint
    data : the data files of a checkpoint by their numbers, as far as they are there
    """

    name: str
    step: int | None
    file: FoundFile
    reads_as: str
    shape: tuple[int, int] | None = None
    dtype: str | None = None
    n_dims: int | None = None
    attached: Attachments = Attachments()
    warnings: tuple[str, ...] = ()
    key: str | None = None
    data: Mapping[int, FoundFile] = field(default_factory=dict)

    def is_called(self, name: str) -> bool:
        """Whether a person means it: by its name, or by its key in the checkpoint."""
        return name == self.name or (self.key is not None and name in (self.key, f"{self.key}:0"))

    @property
    def stamp(self) -> tuple[object, ...]:
        """What changes when something else would be opened."""
        attached = self.attached
        files = (self.file, attached.metadata, attached.sprite, *self.data.values())
        stamps = tuple(file and file.stamp for file in files)
        return (*stamps, self.key, self.n_dims, attached.thumbnail)

    def to_json(self) -> dict[str, Any]:
        """Return what the API answers."""
        attached = self.attached
        return {
            "name": self.name,
            "step": self.step,
            "shape": list(self.shape) if self.shape else None,
            "dtype": self.dtype,
            "metadata": attached.metadata.text if attached.metadata else None,
            "sprite": attached.sprite.text if attached.sprite else None,
        }


@dataclass(frozen=True)
class Run:
    """A folder with a config or checkpoints; `run` is its name among all of them.

    Attributes
    ----------
    folded : slots of optimizers and bookkeeping, which open by name but are not listed
    """

    run: str
    root: Path
    tensors: tuple[RunTensor, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    folded: tuple[RunTensor, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return what the API answers."""
        return {
            "run": self.run,
            "tensors": [tensor.to_json() for tensor in self.tensors],
            "warnings": list(self.warnings),
            "notes": list(self.notes),
        }
