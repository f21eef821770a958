"""Datasets on disk: one directory each, found by the hash of what was first stored."""

from __future__ import annotations

import errno
import json
import re
import shutil
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from data.dataset import Dataset, DatasetRecord
from data.errors import NotFoundError, ParameterError
from data.limits import Limits
from data.metadata import Metadata
from data.parsing import (
    Parsed,
    ParseRequest,
    parse,
)
from data.readers.progress import read_progress
from data.stores.files import (
    alone,
    publish,
    remove_leftovers,
    staging,
    storage_errors,
    sync_directory,
    write_json,
)
from data.stores.revisions import read_revision

ID = re.compile(r"[a-z2-7]{26}")
TRASH_DAYS = 7
# Opened datasets are memory maps and one table of texts; a few cover what a team looks at.
MAX_OPEN = 8
MAX_NAME = 200


class DatasetStore:
    """Datasets under `root`/datasets; deleted ones stay in `root`/trash for 7 days.

    Parameters
    ----------
    root : directory that exists and may be written
    limits : what is too large to be added
    """

    def __init__(self, root: Path, limits: Limits) -> None:
        self.limits = limits
        self.directory = root / "datasets"
        self.trash = root / "trash"
        self._open: OrderedDict[tuple[str, int], Dataset] = OrderedDict()
        self._lock = Lock()

    def list(self) -> list[DatasetRecord]:
        """Return all records, the newest first."""
        found = [self._read(path) for path in self.directory.glob("[!.]*/dataset.json")]
        return sorted(found, key=lambda record: (record.created_at, record.id), reverse=True)

    def record(self, dataset_id: str) -> DatasetRecord:
        """Return the record of one dataset.

        Raises
        ------
        NotFoundError
            If there is none of this id.
        """
        path = self.directory / dataset_id / "dataset.json"
        if not ID.fullmatch(dataset_id) or not path.is_file():
            raise NotFoundError(
                "This dataset is not on this server, or was deleted.",
                hint="Choose one of the datasets in the list.",
            )
        return self._read(path)

    def has(self, dataset_id: str) -> bool:
        """Tell whether a dataset is here, or can still come back from the trash."""
        return (self.directory / dataset_id).is_dir() or self.is_in_trash(dataset_id)

    def is_in_trash(self, dataset_id: str) -> bool:
        """Tell whether `restore` can bring a dataset back."""
        return bool(ID.fullmatch(dataset_id)) and (self.trash / dataset_id).is_dir()

    def open(self, dataset_id: str) -> Dataset:
        """Open a dataset for reading; the tensor is a memory map shared by all requests."""
        record = self.record(dataset_id)
        key = (dataset_id, record.metadata_revision)
        with self._lock:
            dataset = self._open.pop(key, None) or self._load(record)
            self._open[key] = dataset
            while len(self._open) > MAX_OPEN:
                self._open.popitem(last=False)
        # The name may have changed since; arrays and their caches may not.
        return dataset if dataset.record == record else dataset.renamed(record)

    def add(
        self,
        request: ParseRequest,
        name: str = "",
        source: str = "upload",
        warnings: tuple[str, ...] = (),
        tell: Callable[[dict[str, Any]], None] | None = None,
    ) -> DatasetRecord:
        """Read files and keep them as a dataset; the same content again is the same dataset.

        Parameters
        ----------
        warnings : kept beside those of the readers: what was wrong before the files were read
        tell : told now and then how far reading has come: done, total and what

        Raises
        ------
        ReadError, LimitError
            If a file cannot be opened or is too large; nothing is kept then.
        StorageError
            If the disk is full.
        """
        with staging(self.directory) as directory:

            def told() -> bool:
                if tell and (progress := read_progress(directory)):
                    tell(progress)
                return True

            parsed = parse(request, directory, self.limits, told)
            name = name or request.tensor.name
            return self.keep(directory, parsed, name, source, warnings)

    def keep(
        self,
        directory: Path,
        parsed: Parsed,
        name: str,
        source: str = "upload",
        warnings: tuple[str, ...] = (),
        label_by: str | None = None,
    ) -> DatasetRecord:
        """Make a dataset of what `parse` wrote into a directory of the same disk.

        What is there already keeps its name and label, which others see, too.

        The directory is moved away; it stays only when there is such a dataset already.
        """
        dataset_id = parsed.content_id
        final = self.directory / dataset_id
        if final.is_dir():
            return self.record(dataset_id)
        record = _new_record(dataset_id, parsed, name, source)
        record = replace(record, warnings=(*warnings, *record.warnings), label_by=label_by)
        (directory / "result.json").unlink(missing_ok=True)
        write_json(directory / "dataset.json", record.to_json())
        try:
            publish(directory, final)
        except OSError as error:
            # Somebody has just stored the same content.
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            return self.record(dataset_id)
        return record

    def rename(self, dataset_id: str, name: str) -> DatasetRecord:
        """Change the name that people see; it need not be unique."""
        with alone(self.directory, dataset_id):
            record = replace(self.record(dataset_id), name=_checked_name(name))
            write_json(self.directory / dataset_id / "dataset.json", record.to_json())
        return record

    def delete(self, dataset_id: str) -> DatasetRecord:
        """Move a dataset to the trash, from where `restore` brings it back for 7 days."""
        record = self.record(dataset_id)
        self.empty_trash()
        target = self.trash / dataset_id
        with storage_errors():
            shutil.rmtree(target, ignore_errors=True)
            (self.directory / dataset_id).rename(target)
            # A rename keeps the old time; the days in the trash count from now.
            target.touch()
            sync_directory(self.trash)
            sync_directory(self.directory)
        return record

    def restore(self, dataset_id: str) -> DatasetRecord:
        """Bring a dataset back from the trash."""
        if (self.directory / dataset_id).is_dir() and ID.fullmatch(dataset_id):
            return self.record(dataset_id)  # the same content was added again meanwhile
        if not ID.fullmatch(dataset_id) or not (self.trash / dataset_id).is_dir():
            raise NotFoundError("This dataset is not in the trash (any more).")
        with storage_errors():
            (self.trash / dataset_id).rename(self.directory / dataset_id)
            sync_directory(self.directory)
        return self.record(dataset_id)

    def empty_trash(self) -> None:
        """Remove what has been in the trash for more than 7 days, and unfinished leftovers."""
        now = time.time()
        stale = [p for p in self.trash.iterdir() if p.stat().st_mtime < now - TRASH_DAYS * 86_400]
        for path in stale:
            shutil.rmtree(path, ignore_errors=True)
        remove_leftovers(self.directory, now - 86_400)

    def tensor_path(self, dataset_id: str) -> Path:
        """Return the file of the tensor (float32 .npy)."""
        return self.directory / self.record(dataset_id).id / "tensor.npy"

    def sprite_path(self, dataset_id: str) -> Path:
        """Return the file of the sprite (PNG); raises NotFoundError when there is none."""
        record = self.record(dataset_id)
        if record.sprite is None:
            raise NotFoundError("This dataset has no thumbnails.")
        return self.directory / record.id / "sprite.png"

    def _read(self, path: Path) -> DatasetRecord:
        return DatasetRecord.from_json(json.loads(path.read_bytes()))

    def _load(self, record: DatasetRecord) -> Dataset:
        directory = self.directory / record.id
        tensor = np.load(directory / "tensor.npy", mmap_mode="r", allow_pickle=False)
        table = read_revision(directory, record.metadata_revision)
        return Dataset(record, tensor, Metadata(table))


def _new_record(dataset_id: str, parsed: Parsed, name: str, source: str) -> DatasetRecord:
    return DatasetRecord(
        id=dataset_id,
        name=_checked_name(name),
        n_points=parsed.n_points,
        n_dims=parsed.n_dims,
        columns=parsed.columns,
        sprite=parsed.sprite,
        source=source,
        created_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        warnings=parsed.warnings,
        notes=parsed.notes,
    )


def _checked_name(name: str) -> str:
    if not isinstance(name, str) or not name.strip() or len(name) > MAX_NAME:
        raise ParameterError(f"A name must have 1 to {MAX_NAME} characters.")
    return name.strip()
