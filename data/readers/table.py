"""Vectors in text tables: one row per line, cells separated by a delimiter."""

from __future__ import annotations

import re
from itertools import compress
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from data.counted import counted
from data.errors import LimitError, ProjectorError, ReadError
from data.limits import Limits
from data.readers import npy
from data.readers.bounds import FEWER_COLUMNS, FEWER_POINTS, check_readable, check_shape
from data.readers.contract import FoundTensor, ReadOptions
from data.readers.number_spelling import MISSING
from data.readers.table_layout import TableLayout, find_layout
from data.readers.text_source import TextSource, open_text

BLOCK_BYTES = 8 * 1024**2
EMPTY = pa.scalar("")
BAD_CELL = re.compile(
    r"CSV column #(\d+): (?:Row #(\d+): )?CSV conversion error.*value '(.*)'", re.S
)
FINITE = ("inf", "infinity")
# Infinite cells are parsed as such; the rest of the missing ones in the usual spellings.
NULL_VALUES = sorted(
    {
        spelling
        for word in MISSING
        if word not in FINITE
        for spelling in (word, word.upper(), word.capitalize(), f"-{word}", f"+{word}")
    }
    | {"NaN", "-NaN", "+NaN", "#N/A", "N/A"}
)


def read_table(path: Path, name: str, options: ReadOptions, limits: Limits) -> FoundTensor:
    """Read the number columns as vectors and the others as metadata."""
    check_readable(path, name)
    with open_text(path, name) as source:
        layout = find_layout(source.file, name, Path(name).suffix.lower(), options, limits)
        try:
            return _read(source, layout, name, limits)
        except ProjectorError as error:
            error.choices_left = layout.choices
            raise


def _read(source: TextSource, layout: TableLayout, name: str, limits: Limits) -> FoundTensor:
    n_dims = layout.roles.count("number")
    check_shape((1, n_dims), name, limits)
    n_texts = layout.roles.count("text")
    if n_texts > limits.metadata_columns:
        raise LimitError(
            f"{name} has {counted(n_texts, 'column')} of text; metadata_columns is "
            f"{limits.metadata_columns:,}.",
            hint=FEWER_COLUMNS,
        )
    blocks, texts, too_large = _read_blocks(source, layout, name, limits)
    n_blank = 0 if layout.quoting and source.has_quotes else _trailing_blank_lines(source)
    tensor = _join(blocks, n_dims)
    n_rows = len(tensor) - min(n_blank, len(tensor))
    if n_rows == 0:
        raise ReadError(f"{name} holds no points.", hint="It has a heading only.")
    is_number = [role == "number" for role in layout.roles]
    return FoundTensor(
        tensor[:n_rows],
        metadata=texts.slice(0, n_rows) if texts is not None else None,
        too_large=tuple(row for row in too_large if row < n_rows),
        warnings=source.warnings + layout.warnings,
        notes=layout.notes,
        unit="line",
        place=lambda row: row + layout.first_line,
        format=layout.format,
        dtype="",
        dim_names=tuple(compress(layout.names, is_number)) if layout.has_header else (),
        choices=layout.choices,
    )


def _read_blocks(
    source: TextSource, layout: TableLayout, name: str, limits: Limits
) -> tuple[list[np.ndarray], pa.Table | None, list[int]]:
    """Stream the table; memory holds the vectors and the texts, not the file."""
    numbers = [j for j, role in enumerate(layout.roles) if role == "number"]
    texts = [j for j, role in enumerate(layout.roles) if role == "text"]
    blocks: list[np.ndarray] = []
    tables: list[pa.Table] = []
    too_large: list[int] = []
    n_rows = 0
    # A row that does not fit is looked at once Arrow has let go of its lock.
    ragged: list[pa_csv.InvalidRow] = []
    try:
        with _open_csv(source, layout, ragged) as reader:
            for batch in reader:
                block = np.empty((batch.num_rows, len(numbers)), np.float32)
                for column, j in enumerate(numbers):
                    values = batch.column(j).to_numpy(zero_copy_only=False)
                    rows, _ = npy.store(block[:, column, None], values[:, None])
                    too_large.extend((rows + n_rows).tolist())
                blocks.append(block)
                n_rows += batch.num_rows
                if n_rows > limits.max_points:
                    raise LimitError(
                        f"{name} has more than {limits.max_points:,} points, which is max_points.",
                        hint=FEWER_POINTS,
                    )
                if texts:
                    tables.append(_texts(batch, texts, layout))
    except pa.ArrowInvalid as error:
        raise _explain(error, ragged, layout, name) from error
    except UnicodeDecodeError as error:
        raise ReadError(
            f"{name} is not a text file.",
            hint="Tables are text; a raw file of float32 values is named .bytes.",
        ) from error
    metadata = pa.concat_tables(tables).combine_chunks() if tables else None
    return blocks, metadata, sorted(set(too_large))


def _open_csv(
    source: TextSource, layout: TableLayout, ragged: list[pa_csv.InvalidRow]
) -> pa_csv.CSVStreamingReader:
    columns = [f"{j}" for j in range(len(layout.names))]

    def on_ragged(row: pa_csv.InvalidRow) -> Literal["skip", "error"]:
        ragged.append(row)
        return "error"

    types = {"number": pa.float64(), "text": pa.string()}
    quoting = layout.quoting and source.has_quotes
    return pa_csv.open_csv(
        source.file,
        read_options=pa_csv.ReadOptions(
            # One thread: the messages then name the row.
            use_threads=False,
            block_size=max(BLOCK_BYTES, 8 * layout.line_length),
            column_names=columns,
            skip_rows=layout.first_line - 1,
        ),
        parse_options=pa_csv.ParseOptions(
            delimiter=layout.delimiter,
            quote_char='"' if quoting else False,
            newlines_in_values=quoting,
            ignore_empty_lines=False,
            invalid_row_handler=on_ragged,
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types={c: types[role] for c, role in zip(columns, layout.roles, strict=True)},
            null_values=NULL_VALUES,
            decimal_point=layout.decimal,
            strings_can_be_null=False,
        ),
    )


def _texts(batch: pa.RecordBatch, texts: list[int], layout: TableLayout) -> pa.Table:
    columns = {}
    for j in texts:
        column = batch.column(j)
        columns[layout.names[j]] = pc.if_else(pc.equal(column, EMPTY), None, column)
    return pa.table(columns)


def _explain(
    error: pa.ArrowInvalid,
    ragged: list[pa_csv.InvalidRow],
    layout: TableLayout,
    name: str,
) -> ReadError:
    """Say which line, and which column, a table could not be read at."""
    if ragged:
        row = ragged[0]
        return ReadError(
            f"{name}: line {row.number} has {counted(row.actual_columns, 'value')} "
            f"where {row.expected_columns:,} are expected.",
            hint="Every line must have the same number of cells.",
        )
    found = BAD_CELL.search(str(error))
    if found and found[2]:
        column = int(found[1])
        heading = f" ({layout.names[column]})" if layout.has_header else ""
        return ReadError(
            f"{name}: line {found[2]}, column {column + 1}{heading}: "
            f"{found[3][:60]!r} is not a number.",
            hint="Correct the cell, or name the columns that hold the vectors.",
        )
    return ReadError(
        f"{name} cannot be read as a table: its lines do not have the same form.",
        hint="Every line must have the same number of cells; quotes must be closed.",
    )


def _trailing_blank_lines(source: TextSource) -> int:
    """Return how many empty lines stand at the end, which are no points."""
    source.file.seek(0, 2)
    end = source.file.tell()
    source.file.seek(max(0, end - BLOCK_BYTES))
    tail = source.file.read().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return max(0, len(tail) - len(tail.rstrip(b"\n")) - 1)


def _join(blocks: list[np.ndarray], n_dims: int) -> np.ndarray:
    """Join blocks, letting go of each one once it is copied."""
    if len(blocks) == 1:
        return blocks[0]
    tensor = np.empty((sum(map(len, blocks)), n_dims), np.float32)
    first = 0
    blocks.reverse()
    while blocks:
        block = blocks.pop()
        tensor[first : first + len(block)] = block
        first += len(block)
    return tensor
