"""The cells of a table of texts, every one as it is spelled."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.errors import ReadError
from data.readers.delimiter import separates_decimal_commas

EMPTY = pa.scalar("", pa.large_string())


@dataclass(frozen=True)
class Cells:
    """All cells of a file, row after row.

    Attributes
    ----------
    values : every cell
    offsets : int64 of shape (n_rows + 1,), where each row begins in `values`
    """

    values: pa.Array[Any]
    offsets: np.ndarray

    @property
    def widths(self) -> np.ndarray:
        """Cells per row, int64 of shape (n_rows,)."""
        widths: np.ndarray = np.diff(self.offsets)
        return widths

    def row(self, row: int) -> list[str]:
        """Return the cells of one row."""
        start, end = int(self.offsets[row]), int(self.offsets[row + 1])
        return [cell or "" for cell in self.values.slice(start, end - start).to_pylist()]

    def column(self, place: int, rows: slice) -> pa.StringArray:
        """Return one column, null where the row is too short or the cell is empty."""
        index = pa.array(
            self.offsets[:-1][rows] + place, pa.int64(), mask=self.widths[rows] <= place
        )
        cells = self.values.take(index)
        texts: pa.StringArray = pc.if_else(pc.equal(cells, EMPTY), None, cells).cast(pa.string())
        return texts


def split_cells(text: bytes, name: str) -> Cells:
    """Return the cells of a file; which sign separates them is told by its name and first lines.

    Raises
    ------
    ReadError
        If its quotes make no sense.
    """
    text = _unify_line_ends(text)
    delimiter = _delimiter(text, Path(name).suffix.lower())
    if delimiter != "\t" and b'"' in text:
        return _quoted_cells(text, delimiter, name)
    return _plain_cells(text, delimiter)


def _unify_line_ends(text: bytes) -> bytes:
    """End every line with LF; a bare CR counts only where there is no LF at all."""
    if b"\n" not in text:
        return text.replace(b"\r", b"\n")
    return text.replace(b"\r\n", b"\n") if b"\r" in text else text


def _delimiter(text: bytes, suffix: str) -> str:
    first = text[: text.find(b"\n") if b"\n" in text else None]
    if suffix == ".tsv" or b"\t" in first:
        return "\t"
    lines = text[: 64 * 1024].split(b"\n")[:-1][:20]
    if separates_decimal_commas([line.decode("utf-8", "replace") for line in lines], ";"):
        return ";"
    best = max(b",;", key=first.count)
    # Labels in a .txt may hold commas: they only count where all of the first lines agree.
    if suffix == ".txt" and len({line.count(best) for line in lines if line}) != 1:
        return "\t"
    return chr(best)


def _plain_cells(text: bytes, delimiter: str) -> Cells:
    """Split lines at each delimiter; quotes mean nothing."""
    body = text.removesuffix(b"\n")
    lines = pc.split_pattern(pa.array([body], pa.large_binary()).cast(pa.large_string()), "\n")
    rows = pc.split_pattern(lines.values, delimiter)
    return Cells(rows.values, rows.offsets.to_numpy().astype(np.int64))


def _quoted_cells(text: bytes, delimiter: str, name: str) -> Cells:
    """Split as CSV, where a quoted cell may hold delimiters and line ends."""
    csv.field_size_limit(len(text) + 1)
    values: list[str] = []
    offsets = [0]
    reader = csv.reader(_lines(text), delimiter=delimiter)
    try:
        for cells in reader:
            values.extend(cells or [""])
            offsets.append(len(values))
    except csv.Error as error:
        raise ReadError(
            f"{name}: line {reader.line_num} cannot be read as CSV.",
            hint="Quotes must be closed, and a line end inside a cell must be quoted.",
        ) from error
    return Cells(pa.array(values, pa.large_string()), np.array(offsets, np.int64))


def _lines(text: bytes) -> Iterator[str]:
    # Not splitlines: VT, FF and NEL are no line ends.
    yield from (f"{line}\n" for line in text.decode().removesuffix("\n").split("\n"))
