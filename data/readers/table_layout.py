"""The layout of a text table: delimiter, heading, which columns are numbers."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import IO, Literal

from data.errors import LimitError, ReadError
from data.limits import Limits
from data.readers.bounds import ASK_FOR_MORE
from data.readers.contract import Choice, Option, ReadOptions
from data.readers.delimiter import DELIMITER_NAMES, DELIMITERS, find_delimiter
from data.readers.dimension_names import numbered_series
from data.readers.number_spelling import (
    Decimal,
    find_spelling,
    is_missing,
    is_number,
)
from data.readers.unique_names import unique_names

Role = Literal["number", "text"]

FIRST_BYTES = 64 * 1024**2
SAMPLE_BYTES = 256 * 1024
SAMPLE_LINES = 200
# Of more columns than these nobody picks some by hand.
MAX_OPTIONS = 2_000


@dataclass(frozen=True)
class TableLayout:
    """How a text table is to be read.

    Attributes
    ----------
    names : one per column, all different
    roles : whether a column is a dimension ("number") or metadata ("text")
    first_line : line of the first point, from 1
    line_length : bytes of the longest line seen
    decimal : what stands before the fraction of a number
    choices : whether there is a heading, and which columns are the vectors
    """

    delimiter: str
    quoting: bool
    has_header: bool
    names: tuple[str, ...]
    roles: tuple[Role, ...]
    first_line: int
    line_length: int
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    decimal: Decimal = "."

    @property
    def format(self) -> str:
        """What the table is, as people call it."""
        if len(self.names) == 1:
            return "One number per line"
        return f"Table separated by {DELIMITER_NAMES[self.delimiter]}"


def find_layout(
    file: IO[bytes], name: str, suffix: str, options: ReadOptions, limits: Limits
) -> TableLayout:
    """Look at the first lines of a table; `file` is left where it was."""
    lines, n_blank = _first_lines(file, name)
    delimiter = find_delimiter(lines, suffix)
    if lines[0].count(delimiter) >= limits.max_dims + limits.metadata_columns:
        n_columns = lines[0].count(delimiter) + 1
        points = "1 point" if len(lines) == 1 else "points"
        raise LimitError(
            f"{name} has {points} of {n_columns:,} dimensions; max_dims is {limits.max_dims:,}.",
            hint=f"Are the line ends missing? Else {ASK_FOR_MORE}.",
        )
    quoting = (delimiter in ",;" and any('"' in line for line in lines)) or suffix == ".csv"
    rows = [cells for cells in _split(lines, delimiter, quoting) if cells]
    if not rows:
        raise ReadError(f"{name} is empty.", hint="It holds blank lines only.")
    body = rows if options.header is False else rows[1:] or rows
    width = len(rows[0])
    spelling = find_spelling(rows, is_sure_needed=delimiter == ",")
    decimal = spelling.decimal
    kinds = [_kind([row[j] for row in body if j < len(row)], decimal) for j in range(width)]
    has_header = len(rows) > 1 and _is_header(rows[0], kinds, decimal)
    if options.header is not None:
        has_header = options.header
    is_index = has_header and not rows[0][0].strip() and _counts([row[0] for row in rows[1:]])
    names, warnings = _names(rows[0] if has_header else None, kinds, is_index, name)
    roles = _roles(names, kinds, is_index, options)
    choices = _choices(names, kinds, roles, has_header)
    _check_roles(names, roles, options, name, choices)
    used = delimiter != DELIMITERS[suffix][0] and width > 1 and suffix == ".tsv"
    notes = [f"Columns are separated by {DELIMITER_NAMES[delimiter]}, not tabs."] if used else []
    assumed, said = spelling.remarks()
    notes += said
    notes += _notes(names, roles, is_index, rows[0] if not has_header else None)
    return TableLayout(
        delimiter,
        quoting,
        has_header,
        names,
        roles,
        first_line=n_blank + (2 if has_header else 1),
        line_length=max(len(line.encode()) for line in lines),
        warnings=(*warnings, *assumed),
        notes=tuple(notes),
        choices=choices,
        decimal=decimal,
    )


def _first_lines(file: IO[bytes], name: str) -> tuple[list[str], int]:
    """Return the first lines with content, and how many blank ones stand before them."""
    start = file.tell()
    head = file.read(SAMPLE_BYTES)
    if b"\n" not in head and b"\r" not in head:
        head += file.read(FIRST_BYTES)
    at_end = not file.read(1)
    file.seek(start)
    lines = head.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if len(lines) > 1 and not at_end:
        lines.pop()  # cut by the end of the sample
    elif not at_end:
        raise ReadError(
            f"{name} is no table: its first line is longer than 64 MB.",
            hint="Are the line ends missing?",
        )
    texts = [line.decode("utf-8", "replace") for line in lines[:SAMPLE_LINES] if line.strip(b" ")]
    n_blank = next((i for i, line in enumerate(lines) if line.strip(b" ")), 0)
    return texts or [""], n_blank


def _split(lines: list[str], delimiter: str, quoting: bool) -> list[list[str]]:
    if not quoting:
        return [line.split(delimiter) for line in lines]
    csv.field_size_limit(FIRST_BYTES * 2)
    return list(csv.reader(lines, delimiter=delimiter))


def _kind(cells: list[str], decimal: Decimal) -> Role:
    """Return what most cells of a column are; one without any value passes as numbers."""
    present = [cell for cell in cells if not is_missing(cell)]
    n_numbers = sum(is_number(cell, decimal) for cell in present)
    return "number" if not present or 2 * n_numbers > len(present) else "text"


def _is_header(first: list[str], kinds: list[Role], decimal: Decimal) -> bool:
    dims = [cell for cell, kind in zip(first, kinds, strict=True) if kind == "number"]
    if any(not is_number(cell, decimal) and not is_missing(cell) for cell in dims):
        return True
    # pandas heads unnamed columns 0, 1, 2..: a heading beside a text column or an empty corner.
    counted = dims[1:] if not first[0].strip() else dims
    beside = "text" in kinds or not first[0].strip()
    return beside and len(counted) > 1 and counted == [str(i) for i in range(len(counted))]


def _counts(cells: list[str]) -> bool:
    return cells == [str(i) for i in range(len(cells))]


def _names(
    header: list[str] | None, kinds: list[Role], is_index: bool, name: str
) -> tuple[tuple[str, ...], list[str]]:
    if header is None:
        texts = [j for j, kind in enumerate(kinds) if kind == "text"]
        labels = {j: "label" if i == 0 else f"label {i + 1}" for i, j in enumerate(texts)}
        return tuple(labels.get(j, f"column {j + 1}") for j in range(len(kinds))), []
    names, changed = unique_names(["index", *header[1:]] if is_index else header)
    warnings = [f"{name}: columns were renamed: {', '.join(changed)}."] if changed else []
    return tuple(names), warnings


def _roles(
    names: tuple[str, ...],
    kinds: list[Role],
    is_index: bool,
    options: ReadOptions,
) -> tuple[Role, ...]:
    if options.columns is not None:
        chosen = set(options.columns)
        return tuple("number" if column in chosen else "text" for column in names)
    roles: list[Role] = list(kinds)
    if is_index:
        roles[0] = "text"
    numbers = [name for name, role in zip(names, roles, strict=True) if role == "number"]
    # Beside d0, d1, d2.. a count or an age describes the points.
    if series := set(numbered_series(numbers)):
        roles = ["number" if name in series else "text" for name in names]
    return tuple(roles)


def _check_roles(
    names: tuple[str, ...],
    roles: tuple[Role, ...],
    options: ReadOptions,
    name: str,
    choices: tuple[Choice, ...],
) -> None:
    """Refuse columns that are not there, and a table without any vector."""
    if options.columns is not None:
        unknown = [column for column in options.columns if column not in names]
        if unknown or not options.columns:
            raise ReadError(
                f"{name} has no column {unknown[0]!r}." if unknown else "No column was chosen.",
                hint=f"The columns are: {', '.join(names[:50])}.",
                choices_left=choices,
            )
    elif "number" not in roles:
        raise ReadError(
            f"{name} has no column of numbers; its columns are: {', '.join(names[:20])}.",
            hint="Is it a metadata file? Open it together with the file of vectors.",
            choices_left=choices,
        )


def _choices(
    names: tuple[str, ...], kinds: list[Role], roles: tuple[Role, ...], has_header: bool
) -> tuple[Choice, ...]:
    header = Choice(
        "header", "The first line is a heading", "switch", has_header, resets=("columns",)
    )
    if not 1 < len(names) <= MAX_OPTIONS:
        return (header,)
    options = tuple(
        Option(name, "numbers" if kind == "number" else "text", kind == "number")
        for name, kind in zip(names, kinds, strict=True)
    )
    chosen = tuple(name for name, role in zip(names, roles, strict=True) if role == "number")
    help = "The columns that make the vector; the others become metadata."
    return header, Choice("columns", "Vector", "several", chosen, options, help)


def _notes(
    names: tuple[str, ...], roles: tuple[Role, ...], is_index: bool, first: list[str] | None
) -> list[str]:
    texts = [name for name, role in zip(names, roles, strict=True) if role == "text"]
    notes = []
    if is_index and roles[0] == "text":
        notes.append("The unnamed first column counts the rows: it is metadata, no dimension.")
        texts = texts[1:]
    if texts:
        notes.append(f"Taken as metadata, not as dimensions: {', '.join(texts[:20])}.")
    if first and len(first) > 2 and first == [str(i) for i in range(len(first))]:
        notes.append("Line 1 is 0, 1, 2..: it was read as a point, not as a heading.")
    return notes
