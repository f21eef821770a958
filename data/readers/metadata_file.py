"""A file that describes the points: one row per point, every cell kept as it is spelled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.counted import counted
from data.errors import LimitError, MetadataLengthError, ReadError
from data.limits import Limits
from data.readers.arrow import opened_arrow, opened_parquet
from data.readers.bounds import ASK_FOR_MORE, FEWER_COLUMNS, check_readable, spell_bytes
from data.readers.contract import Choice
from data.readers.gzipped import unpacked
from data.readers.json_files import read_json_texts
from data.readers.text_cells import Cells, split_cells
from data.readers.text_source import open_text
from data.readers.typed_columns import read_texts
from data.readers.unique_names import unique_names

SUFFIXES = (".tsv", ".csv", ".txt")
TYPED = (".parquet", ".feather", ".arrow", ".arrows", ".jsonl", ".json")
SHOWN_LINES = 8


@dataclass(frozen=True)
class MetadataFile:
    """A table of strings, one row per point; missing cells are null."""

    table: pa.Table
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()


def read_metadata(
    path: Path, name: str, n_rows: int | None, limits: Limits, header: bool | None = None
) -> MetadataFile:
    """Read the metadata of `n_rows` points, or whatever rows there are when it is None.

    One column has no heading, as TensorBoard writes it; several have one. `header` says otherwise.
    """
    with unpacked(path, name, limits) as (plain_path, plain_name):
        if Path(plain_name).suffix.lower() in TYPED:
            return _read_typed(plain_path, plain_name, n_rows, limits)
        return _read_unpacked(plain_path, plain_name, n_rows, limits, header)


def _read_typed(path: Path, name: str, n_rows: int | None, limits: Limits) -> MetadataFile:
    """Read a table that says of itself what its columns are."""
    suffix = Path(name).suffix.lower()
    notes: tuple[str, ...] = ()
    if suffix.startswith(".json"):
        table = read_json_texts(path, name, limits)
    else:
        opened = opened_parquet if suffix == ".parquet" else opened_arrow
        with opened(path, name) as typed:
            table, left = read_texts(typed, limits)
        if left:
            notes = (f"{name}: columns that hold lists were left out: {', '.join(left[:20])}.",)
    _check_length(table.num_rows, n_rows or table.num_rows, name, has_header=False)
    return MetadataFile(table, notes=(*notes, *_long_cells(table, name, limits)))


def _read_unpacked(
    path: Path, name: str, n_rows: int | None, limits: Limits, header: bool | None
) -> MetadataFile:
    _check_file(path, name, limits)
    with open_text(path, name) as source:
        text = source.file.read()
        warnings = list(source.warnings)
    cells = split_cells(text, name)
    n_columns = _n_columns(cells, name, limits)
    has_header = n_columns > 1 if header is None else header
    n_found = _without_blank_end(cells, (n_rows or 0) + has_header) - has_header
    if n_rows is None:
        n_rows = n_found
    if n_columns == 1 and n_found == n_rows + 1 and header is None:
        has_header, n_found = True, n_rows
        warnings.append(
            f"{name} has one line more than there are points: "
            f"its first line {cells.row(0)[0][:60]!r} was taken as the heading."
        )
    choices = (_heading(has_header),)
    _check_length(n_found, n_rows, name, has_header, choices)
    names, changed = unique_names(cells.row(0) if has_header else _column_names(n_columns))
    if changed:
        warnings.append(f"{name}: columns were renamed: {', '.join(changed)}.")
    rows = slice(int(has_header), n_rows + int(has_header))
    warnings += _ragged(cells, rows, n_columns, name)
    table = pa.table({new: cells.column(j, rows) for j, new in enumerate(names)})
    return MetadataFile(table, tuple(warnings), tuple(_long_cells(table, name, limits)), choices)


def _heading(has_header: bool) -> Choice:
    label = "Metadata begin with a heading"
    return Choice("metadata_header", label, "switch", has_header)


def _column_names(n_columns: int) -> list[str]:
    return ["label"] if n_columns == 1 else [f"column {j + 1}" for j in range(n_columns)]


def _check_file(path: Path, name: str, limits: Limits) -> None:
    size = check_readable(path, name)
    if Path(name).suffix.lower() not in SUFFIXES:
        raise ReadError(
            f"{name} is of a kind that is not read as metadata here.",
            hint=f"These are read: {', '.join((*SUFFIXES, *TYPED))}.",
        )
    if size > limits.upload_bytes:
        raise LimitError(
            f"{name} has {spell_bytes(size)}; upload_bytes is {limits.upload_bytes:,}.",
            hint=f"Leave columns out of it, or {ASK_FOR_MORE}.",
        )


def _n_columns(cells: Cells, name: str, limits: Limits) -> int:
    n_columns = int(cells.widths[0])
    if n_columns > limits.metadata_columns:
        raise LimitError(
            f"{name} has {n_columns:,} columns; metadata_columns is {limits.metadata_columns:,}.",
            hint=FEWER_COLUMNS,
        )
    return n_columns


def _without_blank_end(cells: Cells, wanted: int) -> int:
    """Return the number of rows without the empty ones at the end, but not below `wanted`."""
    n_rows = len(cells.widths)
    while n_rows > wanted and n_rows > 1 and cells.row(n_rows - 1) == [""]:
        n_rows -= 1
    return n_rows


def _check_length(
    n_found: int, n_rows: int, name: str, has_header: bool, choices: tuple[Choice, ...] = ()
) -> None:
    if n_found == n_rows:
        return
    heading = " below its heading" if has_header else ""
    found = counted(n_found, "row") if n_found else "no rows"
    points = counted(n_rows, "point")
    hint = "The metadata needs one row per point, in the same order."
    if has_header and n_found == n_rows - 1:
        hint += " A file of several columns needs a heading as its first line."
    raise MetadataLengthError(
        f"The metadata ({name}) has {found}{heading}, the tensor has {points}.",
        hint=hint,
        choices_left=choices,
    )


def _ragged(cells: Cells, rows: slice, n_columns: int, name: str) -> list[str]:
    """Say which lines had too few or too many cells; a blank line is a row of missing cells."""
    widths = cells.widths[rows]
    warnings = []
    for wrong, what in (
        (np.flatnonzero(widths < n_columns), "fewer cells than columns; the rest are missing"),
        (np.flatnonzero(widths > n_columns), "more cells than columns; the extra were dropped"),
    ):
        if len(wrong):
            lines = ", ".join(str(row + rows.start + 1) for row in wrong[:SHOWN_LINES].tolist())
            more = ".." if len(wrong) > SHOWN_LINES else ""
            verb = "has" if len(wrong) == 1 else "have"
            warnings.append(f"{name}: {counted(len(wrong), 'line')} ({lines}{more}) {verb} {what}.")
    return warnings


def _long_cells(table: pa.Table, name: str, limits: Limits) -> Iterator[str]:
    for column in table.column_names:
        longest = pc.max(pc.binary_length(table.column(column))).as_py() or 0
        if longest > limits.metadata_cell_bytes:
            yield (
                f"{name}: a cell of {column!r} has {spell_bytes(longest)}, above "
                f"metadata_cell_bytes ({limits.metadata_cell_bytes:,}): it is kept whole."
            )
