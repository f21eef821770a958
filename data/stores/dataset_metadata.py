"""Metadata of a stored dataset: added, replaced, or shown as another kind of column."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data.column_kinds import check_kind, with_chosen_kinds
from data.dataset import Column, DatasetRecord
from data.errors import LimitError, ParameterError
from data.metadata import Kind
from data.parsing import MetadataRequest, ParsedMetadata, PresentPoints, parse_metadata
from data.readers.bounds import FEWER_COLUMNS
from data.readers.contract import KEPT_ROWS
from data.stores.datasets import DatasetStore
from data.stores.files import alone, staging, storage_errors, write_json
from data.stores.revisions import keep_revision, metadata_name, prune_revisions, read_revision


class DatasetMetadata:
    """What describes the points of stored datasets; each change is a revision."""

    def __init__(self, datasets: DatasetStore) -> None:
        self._datasets = datasets

    def add(
        self, dataset_id: str, request: MetadataRequest, keep_others: bool | None = None
    ) -> DatasetRecord:
        """Add or replace the metadata of a dataset; rows and id stay, the revision counts up.

        Parameters
        ----------
        keep_others : whether columns that the file has not stay; None: only if it has a key
        """
        with staging(self._datasets.directory) as directory:
            parsed = parse_metadata(
                request, self.points(dataset_id), directory, self._datasets.limits
            )
            keep_others = parsed.by_key if keep_others is None else keep_others
            return self.keep(dataset_id, directory, parsed, keep_others)

    def points(self, dataset_id: str) -> PresentPoints:
        """Return what is needed to read metadata for a dataset."""
        record, folder = self._datasets.record(dataset_id), self._datasets.directory / dataset_id
        kept, metadata = folder / KEPT_ROWS, folder / metadata_name(record.metadata_revision)
        return PresentPoints(
            record.n_points,
            kept if kept.is_file() else None,
            metadata if metadata.is_file() else None,
        )

    def keep(
        self, dataset_id: str, directory: Path, parsed: ParsedMetadata, keep_others: bool
    ) -> DatasetRecord:
        """Give a dataset the metadata that `parse_metadata` wrote into a directory."""
        staged, final = directory / "metadata.parquet", self._datasets.directory / dataset_id
        # Reading took a while; who renamed or changed the dataset meanwhile is not undone.
        with alone(self._datasets.directory, dataset_id), storage_errors():
            record = self._datasets.record(dataset_id)
            columns = with_chosen_kinds(parsed.columns, record.columns)
            if keep_others and record.columns:
                columns = self._join_columns(record, columns, staged)
            revision = record.metadata_revision + 1
            keep_revision(final, staged, revision)
            record = replace(
                record,
                columns=columns,
                metadata_revision=revision,
                warnings=tuple(dict.fromkeys((*record.warnings, *parsed.warnings))),
                notes=tuple(dict.fromkeys((*record.notes, *parsed.notes))),
            )
            write_json(final / "dataset.json", record.to_json())
            prune_revisions(final, revision)
        return record

    def _join_columns(
        self, record: DatasetRecord, new: tuple[Column, ...], staged: Path
    ) -> tuple[Column, ...]:
        """Put new columns beside, or in place of, those that are there."""
        table = read_revision(self._datasets.directory / record.id, record.metadata_revision)
        added = pq.read_table(staged)
        columns = {column.name: column for column in (*record.columns, *new)}
        if len(columns) > self._datasets.limits.metadata_columns:
            raise LimitError(
                f"The points would have {len(columns):,} columns of metadata; "
                f"metadata_columns is {self._datasets.limits.metadata_columns:,}.",
                hint=FEWER_COLUMNS,
            )
        new_names = set(added.column_names)
        joined = {name: (added if name in new_names else table).column(name) for name in columns}
        pq.write_table(pa.table(list(joined.values()), names=list(joined)), staged)
        return tuple(columns.values())

    def set_kind(self, dataset_id: str, name: str, kind: Kind | None) -> DatasetRecord:
        """Say for everybody what a column is; None is the kind by its content again.

        Values do not change, so neither does the revision of the metadata.

        Raises
        ------
        ParameterError
            If there is no such column, or its values cannot be shown so.
        """
        metadata = self._datasets.open(dataset_id).metadata
        with alone(self._datasets.directory, dataset_id):
            record = self._datasets.record(dataset_id)
            column = record.column(name)
            if column is None:
                raise ParameterError(f"There is no metadata column {name[:100]!r}.")
            if kind is not None:
                check_kind(metadata, column, kind)
            columns = tuple(c.switched(kind) if c is column else c for c in record.columns)
            record = replace(record, columns=columns)
            write_json(self._datasets.directory / dataset_id / "dataset.json", record.to_json())
        return record
