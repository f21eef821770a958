"""What the application is given: the stores of one data directory, and the limits."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from data.errors import StorageError
from data.limits import Limits
from data.logdirs.directories import LogDirectories
from data.measuring import Measuring
from data.projecting import Projections
from data.stores.axes import AxisStore
from data.stores.bookmarks import BookmarkStore, StoryStore
from data.stores.dataset_metadata import DatasetMetadata
from data.stores.datasets import DatasetStore
from data.stores.durable_records import RESERVE_BYTES, DurableRecords
from data.stores.metadata_edits import MetadataEdits
from data.stores.previews import PreviewStore
from data.stores.uploads import UploadStore
from data.stores.views import ViewStore

FOLDERS = ("datasets", "projections", "graphs", "jobs", "views", "uploads", "trash")


@dataclass(frozen=True)
class Services:
    """The stores that routes and callbacks work with."""

    data_dir: Path
    limits: Limits
    datasets: DatasetStore
    metadata: DatasetMetadata
    edits: MetadataEdits
    projections: Projections
    measuring: Measuring
    axes: AxisStore
    views: ViewStore
    bookmarks: BookmarkStore
    stories: StoryStore
    uploads: UploadStore
    previews: PreviewStore
    logdirs: LogDirectories

    @classmethod
    def open(
        cls,
        data_dir: Path,
        limits: Limits | None = None,
        logdirs: Sequence[Path] = (),
        reserve_bytes: int = RESERVE_BYTES,
    ) -> Self:
        """Open a data directory, creating it (mode 0700) when it is missing.

        Parameters
        ----------
        logdirs : log directories of training runs; they are read when asked for
        reserve_bytes : kept for the bookmarks, so that they can be deleted on a full disk

        Raises
        ------
        StorageError
            If it cannot be created or written.
        """
        limits = limits or Limits()
        try:
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in FOLDERS:
                (data_dir / folder).mkdir(mode=0o700, exist_ok=True)
            writable = os.access(data_dir, os.W_OK | os.X_OK)
        except OSError:
            writable = False
        if not writable:
            raise StorageError(
                f"The data directory {data_dir} cannot be written.",
                hint="Choose another one with --data-dir.",
            )
        datasets = DatasetStore(data_dir, limits)
        projections = Projections(data_dir, datasets, limits)
        metadata = DatasetMetadata(datasets)
        uploads = UploadStore(data_dir, limits)
        uploads.remove_stale()
        datasets.empty_trash()
        records = DurableRecords(data_dir, "bookmarks", reserve_bytes=reserve_bytes)
        return cls(
            data_dir=data_dir,
            limits=limits,
            datasets=datasets,
            metadata=metadata,
            edits=MetadataEdits(datasets),
            projections=projections,
            measuring=Measuring(data_dir, projections, limits),
            axes=AxisStore(datasets),
            views=ViewStore(data_dir / "views"),
            bookmarks=BookmarkStore(records),
            stories=StoryStore(records),
            uploads=uploads,
            previews=PreviewStore(uploads, datasets, metadata),
            logdirs=LogDirectories(logdirs, limits),
        )
