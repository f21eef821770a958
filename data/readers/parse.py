"""All files of one dataset: tensor, metadata and sprite, read in the child process."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.dataset import Column, Sprite
from data.errors import LimitError
from data.limits import Limits
from data.metadata import Metadata, describe_column
from data.readers.added_metadata import read_added
from data.readers.bounds import FEWER_COLUMNS
from data.readers.contract import KEPT_ROWS, ReadOptions, TensorFile
from data.readers.fingerprint import content_id
from data.readers.metadata_file import MetadataFile, read_metadata
from data.readers.number_spelling import decimal_comma_remark
from data.readers.recognized import blamed, first_rows, thumbnail_size
from data.readers.tensor_file import read_tensor
from data.readers.unique_names import unique_names
from data.shown_names import SHOWN_TEXT, shown_names
from data.spelled_numbers import decimal_comma

if TYPE_CHECKING:
    from data.readers.sprite_file import SpriteFile


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Read what a request names and write tensor.npy, metadata.parquet, sprite.png and its tiles.

    metadata.parquet is only written when there is a column.
    """
    # The shares of Arrow's threads would each count as memory; one process has one core.
    pa.set_cpu_count(1)
    out, limits = Path(request["out"]), Limits(**request["limits"])
    if "sheet" in request:
        return _tiles(request, out)
    if request["tensor"] is None:
        return _added(request, out, limits)
    return _dataset(request, out, limits)


def _dataset(request: dict[str, Any], out: Path, limits: Limits) -> dict[str, Any]:
    options = ReadOptions(**request["options"])
    with blamed("tensors"):
        source = request["tensor"]
        found = read_tensor(
            Path(source["path"]), source["name"], options, limits, out / "tensor.npy"
        )
    if found.kept_rows is not None:
        # Metadata that are added later describe the rows of the file: its count, then those kept.
        np.save(out / KEPT_ROWS, np.concatenate(([found.n_rows], found.kept_rows)))
    warnings, notes, choices = list(found.warnings), list(found.notes), list(found.choices)
    tables = []
    with blamed("metadata", found.choices):
        if request["metadata"]:
            file = _metadata(request, found.n_rows, limits)
            kept = found.kept_rows
            tables.append(file.table if kept is None else file.table.take(kept))
            warnings += file.warnings
            notes += file.notes
            choices += file.choices
        if found.metadata is not None:
            tables.append(found.metadata)
        table = _join(tables, limits)
    sprite = None
    if request["sprite"]:
        thumbnails = _read_sprite(request, found, table, out, limits)
        sprite = thumbnails.sprite
        warnings += thumbnails.warnings
        notes += thumbnails.notes
        size = (sprite.width, sprite.height) if sprite else request["thumbnail"]
        choices.append(thumbnail_size(size))
    n_points, n_dims = found.tensor.shape
    columns, said = _write(table, out)
    return {
        "content_id": content_id(found.digest, out),
        "columns": columns,
        "sprite": asdict(sprite) if sprite else None,
        "n_points": n_points,
        "n_dims": n_dims,
        "n_rows": found.n_rows,
        "format": found.format,
        "dtype": found.dtype,
        "first": asdict(first_rows(table, found.tensor, found.dim_names)),
        "choices": [asdict(choice) for choice in choices],
        "warnings": warnings,
        "notes": [*notes, *said],
    }


def _metadata(request: dict[str, Any], n_rows: int, limits: Limits) -> MetadataFile:
    path, name = Path(request["metadata"]["path"]), request["metadata"]["name"]
    return read_metadata(path, name, n_rows, limits, request["metadata_header"])


def _added(request: dict[str, Any], out: Path, limits: Limits) -> dict[str, Any]:
    with blamed("metadata"):
        added = read_added(request, limits)
    columns, said = _write(added.table, out)
    return {
        "columns": columns,
        "by_key": added.by_key,
        "first": asdict(first_rows(added.table)),
        "choices": [asdict(choice) for choice in added.choices],
        "warnings": added.warnings,
        "notes": [*added.notes, *said],
    }


def _read_sprite(
    request: dict[str, Any], found: TensorFile, table: pa.Table, out: Path, limits: Limits
) -> SpriteFile:
    # Pillow takes a tenth of a second to import, and most requests have no sprite.
    from data.readers.image_sprite import Points
    from data.readers.thumbnails import read_thumbnails

    asked = request["sprite"]
    kept = np.arange(found.n_rows) if found.kept_rows is None else found.kept_rows
    thumbnail = tuple(request["thumbnail"]) if request["thumbnail"] else None
    return read_thumbnails(
        Path(asked["path"]),
        asked["name"],
        thumbnail,
        Points(found.n_rows, kept, table),
        limits,
        out,
    )


def _tiles(request: dict[str, Any], out: Path) -> dict[str, Any]:
    """Cut a sheet that was stored before there were tiles."""
    from data.readers.thumbnails import cut_sheet

    sheet = out / "sprite.png"
    sheet.symlink_to(request["sheet"])
    cut_sheet(sheet, Sprite(**request["sprite"]), request["n_points"])
    return {}


def _join(tables: list[pa.Table], limits: Limits) -> pa.Table:
    """Put the columns of several tables side by side under names that differ."""
    columns = [column for table in tables for column in table.columns]
    if len(columns) > limits.metadata_columns:
        raise LimitError(
            f"The points have {len(columns):,} columns of metadata; "
            f"metadata_columns is {limits.metadata_columns:,}.",
            hint=FEWER_COLUMNS,
        )
    names, _ = unique_names([name for table in tables for name in table.column_names])
    return pa.table(columns, names=names)


def _write(table: pa.Table, out: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """Write the columns; describe them, and say what is worth knowing about them."""
    if not table.num_columns:
        return [], []
    pq.write_table(table, out / "metadata.parquet")
    metadata = Metadata(table)
    columns = [Column(name, *describe_column(metadata.column(name))) for name in metadata.names]
    return [asdict(column) for column in columns], _decimal_commas(metadata, columns)


def _decimal_commas(metadata: Metadata, columns: list[Column]) -> list[str]:
    examples = {
        column.name: example
        for column in columns
        if column.is_number and (example := decimal_comma(metadata.column(column.name)))
    }
    if not examples:
        return []
    where = f" in {shown_names(list(examples))}"
    return [decimal_comma_remark(next(iter(examples.values()))[:SHOWN_TEXT], where)]
