"""Edits of metadata: who gave which points a value, and when; each can be taken back."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.dataset import DatasetRecord
from data.errors import ConflictError, LimitError, ParameterError
from data.rows import Rows
from data.stores.datasets import DatasetStore
from data.stores.files import alone, staging, storage_errors, write_json
from data.stores.revisions import is_kept, keep_revision, prune_revisions, read_revision
from data.tagging import described, tagged, untagged

EDITS = "edits.json"
MAX_COLUMN_NAME = 200
MAX_AUTHOR = 100
# Of older ones it is no longer told who made them.
MAX_EDITS = 1_000


@dataclass(frozen=True)
class MetadataEdit:
    """One edit.

    Attributes
    ----------
    revision : of the metadata, that the edit made
    value : an empty one took values away
    author : who said to have done it; may be empty
    undoes : the revision of the edit that this one took back
    """

    revision: int
    column: str
    value: str
    n_rows: int
    author: str
    at: str
    undoes: int | None = None


class MetadataEdits:
    """The edits of every dataset; values before and after the last 50 stay as revisions."""

    def __init__(self, datasets: DatasetStore) -> None:
        self._datasets = datasets

    def list(self, dataset_id: str) -> list[MetadataEdit]:
        """Return the edits of a dataset, the newest last."""
        record = self._datasets.record(dataset_id)
        path = self._datasets.directory / record.id / EDITS
        found = json.loads(path.read_bytes()) if path.is_file() else []
        # One that was written down and then not done, by a crash in between, has no revision.
        edits = (MetadataEdit(**edit) for edit in found)
        return [edit for edit in edits if edit.revision <= record.metadata_revision]

    def standing(self, dataset_id: str) -> tuple[MetadataEdit, ...]:
        """Return the edits that can be taken back, the newest first."""
        edits = self.list(dataset_id)
        newest = self._datasets.record(dataset_id).metadata_revision
        undone = {edit.undoes for edit in edits}
        return tuple(
            edit
            for edit in reversed(edits)
            if edit.undoes is None
            and edit.revision not in undone
            and _is_kept(edit.revision, newest)
        )

    def tag(
        self, dataset_id: str, column: str, rows: Rows, value: str, author: str = ""
    ) -> DatasetRecord:
        """Give points a value in a new column or one that is there; the revision counts up.

        Raises
        ------
        ParameterError
            If there are no such points, or a name is empty or too long.
        LimitError
            If the value is too long or the columns too many.
        """
        column, author = column.strip(), author.strip()
        self._check(self._datasets.record(dataset_id), column, rows, value, author)
        with alone(self._datasets.directory, dataset_id):
            record = self._datasets.record(dataset_id)
            table = self._table(record, record.metadata_revision)
            present = _column(table, column)
            if present is None:
                self._check_count(record)
            changed = tagged(present, np.array(rows, np.int64), value, record.n_points)
            edit = _edit(record, column, value, len(rows), author)
            return self._keep(record, _with_column(table, column, changed), edit)

    def undo(self, dataset_id: str, revision: int, author: str = "") -> DatasetRecord:
        """Take one edit back; what others have changed since stays.

        Raises
        ------
        ConflictError
            If there is no such edit, or it was taken back already.
        """
        with alone(self._datasets.directory, dataset_id):
            edits = {edit.revision: edit for edit in self.list(dataset_id)}
            edit = edits.get(revision)
            if edit is None or edit.undoes is not None:
                raise ConflictError("There is no such edit of this dataset's metadata.")
            if any(other.undoes == revision for other in edits.values()):
                raise ConflictError("This edit was taken back already.")
            record = self._datasets.record(dataset_id)
            if not _is_kept(revision, record.metadata_revision):
                raise ConflictError("This edit is too old to be taken back.")
            table = self._table(record, record.metadata_revision)
            present = _column(table, edit.column)
            after = _column(self._table(record, revision), edit.column)
            if present is None or after is None:
                raise ConflictError(f"The column {edit.column[:100]!r} is not there any more.")
            before = _column(self._table(record, revision - 1), edit.column)
            restored = untagged(before, after, present)
            is_empty = before is None and restored.null_count == len(restored)
            changed = (
                table.drop_columns([edit.column])
                if is_empty
                else _with_column(table, edit.column, restored)
            )
            undoing = _edit(record, edit.column, edit.value, edit.n_rows, author.strip())
            return self._keep(record, changed, replace(undoing, undoes=revision))

    def _keep(self, record: DatasetRecord, table: pa.Table, edit: MetadataEdit) -> DatasetRecord:
        """Write the edit down, then the table, then the record that makes it count."""
        final = self._datasets.directory / record.id
        edits = [item for item in self.list(record.id) if item.revision < edit.revision]
        columns = {column.name: column for column in record.columns}
        names = table.column_names
        if edit.column in names:
            columns[edit.column] = described(
                edit.column, _column(table, edit.column), columns.get(edit.column)
            )
        with storage_errors(), staging(self._datasets.directory) as staged:
            pq.write_table(table, staged / "metadata.parquet")
            write_json(final / EDITS, [asdict(item) for item in (*edits, edit)[-MAX_EDITS:]])
            keep_revision(final, staged / "metadata.parquet", edit.revision)
            record = replace(
                record,
                columns=tuple(columns[name] for name in names),
                metadata_revision=edit.revision,
            )
            write_json(final / "dataset.json", record.to_json())
            prune_revisions(final, edit.revision)
        return record

    def _table(self, record: DatasetRecord, revision: int) -> pa.Table:
        return read_revision(self._datasets.directory / record.id, revision)

    def _check(
        self, record: DatasetRecord, column: str, rows: Rows, value: str, author: str
    ) -> None:
        limits = self._datasets.limits
        if not 1 <= len(column) <= MAX_COLUMN_NAME:
            raise ParameterError(f"The name of a column has 1 to {MAX_COLUMN_NAME} characters.")
        if not rows:
            raise ParameterError("Nothing is selected.", hint="Select the points to tag.")
        if rows[-1] >= record.n_points:
            raise ParameterError(f"There is no point {rows[-1]:,}.")
        if len(author) > MAX_AUTHOR:
            raise ParameterError(f"A person's name has at most {MAX_AUTHOR} characters.")
        if len(value.encode()) > limits.metadata_cell_bytes:
            raise LimitError(f"metadata_cell_bytes is {limits.metadata_cell_bytes:,}.")

    def _check_count(self, record: DatasetRecord) -> None:
        most = self._datasets.limits.metadata_columns
        if len(record.columns) >= most:
            raise LimitError(
                f"The points would have {len(record.columns) + 1:,} columns of metadata; "
                f"metadata_columns is {most:,}.",
                hint="Tag in a column that is there.",
            )


def _is_kept(revision: int, newest: int) -> bool:
    """Tell whether the values before and after an edit are still there."""
    return is_kept(revision - 1, newest) and is_kept(revision, newest)


def _edit(record: DatasetRecord, column: str, value: str, n: int, author: str) -> MetadataEdit:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return MetadataEdit(record.metadata_revision + 1, column, value, n, author, now)


def _column(table: pa.Table, name: str) -> Any:
    return table.column(name).combine_chunks() if name in table.column_names else None


def _with_column(table: pa.Table, name: str, column: pa.Array[Any]) -> pa.Table:
    columns: dict[str, Any] = {other: table.column(other) for other in table.column_names}
    columns[name] = column
    return pa.table(list(columns.values()), names=list(columns))
