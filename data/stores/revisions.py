"""Revisions of the metadata of a dataset: one file each; the first and the last 50 stay."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data.stores.files import sync_directory, sync_file

# Edits as old as these can still be taken back.
KEPT = 50


def metadata_name(revision: int) -> str:
    """Return the name of the file of a revision of the metadata."""
    return f"metadata-{revision}.parquet" if revision else "metadata.parquet"


def read_revision(folder: Path, revision: int) -> pa.Table:
    """Return the table of a revision; points without metadata have none."""
    path = folder / metadata_name(revision)
    return pq.read_table(path) if path.is_file() else pa.table({})


def keep_revision(folder: Path, staged: Path, revision: int) -> None:
    """Give a finished file its place in the folder of a dataset; it counts once the record says."""
    sync_file(staged)
    staged.rename(folder / metadata_name(revision))
    sync_directory(folder)


def is_kept(revision: int, newest: int) -> bool:
    """Tell whether the values of a revision are still there."""
    return revision == 0 or revision > newest - KEPT


def prune_revisions(folder: Path, newest: int) -> None:
    """Remove the files of revisions that no edit is taken back to; what was first stored stays."""
    # Each revision removes the one that it makes too old, so that one name is enough.
    old = newest - KEPT
    if old > 0:
        (folder / metadata_name(old)).unlink(missing_ok=True)
