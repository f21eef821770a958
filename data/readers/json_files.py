"""JSON and JSON lines: one object per point, with a list of numbers or numbers by name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from data.errors import ReadError
from data.limits import Limits
from data.readers.bounds import check_readable
from data.readers.contract import FoundTensor, ReadOptions
from data.readers.json_rows import HINT, Layout, Rows, find_layout
from data.readers.text_source import open_text

# Records that say which fields there are; later ones may add text, not dimensions.
SAMPLE = 200
SHOWN = 8
# Of records that are no points: after so many the file is something else.
MAX_PROBLEMS = 1_000
TEXT_HINT = 'Write one object per line, such as {"label": "cat", "age": 3}.'


def read_jsonl(path: Path, name: str, options: ReadOptions, limits: Limits) -> FoundTensor:
    """Read one object per line; blank lines are none."""
    check_readable(path, name)
    with open_text(path, name) as source:
        lines = ((i, line) for i, line in enumerate(source.file, start=1) if line.strip())
        records = ((i, _parsed_line(line)) for i, line in lines)
        return _read(records, name, "line", options, limits, source.warnings)


def read_json(path: Path, name: str, options: ReadOptions, limits: Limits) -> FoundTensor:
    """Read an array of objects, an array of arrays of numbers, or an object of equal arrays."""
    check_readable(path, name)
    with open_text(path, name) as source:
        content = _parsed(source.file.read())
        warnings = source.warnings
    if content is NOT_JSON:
        raise ReadError(f"{name} is not JSON that can be read.", hint=HINT)
    records = enumerate(_records(content, name))
    return _read(records, name, "row", options, limits, warnings)


def read_json_texts(path: Path, name: str, limits: Limits) -> pa.Table:
    """Read all fields of an object per line, or of an array of objects, as texts."""
    check_readable(path, name)
    with open_text(path, name) as source:
        if name.lower().endswith(".json"):
            records = _records(_parsed(source.file.read()), name)
        else:
            records = [_parsed_line(line) for line in source.file if line.strip()]
    rows = Rows(Layout(None, ()), limits, name)
    for place, record in enumerate(records):
        if not isinstance(record, dict):
            raise ReadError(f"{name}: number {place + 1} is no object in braces.", hint=TEXT_HINT)
        rows.describe(record)
        rows.places.append(place)
    table = rows.table()
    if table is None:
        raise ReadError(f"{name} describes nothing.", hint=TEXT_HINT)
    return table


NOT_JSON = object()
ROUNDED = 2.0**63


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return NOT_JSON


def _parsed_line(text: bytes) -> Any:
    """Parse a record, most of them eight times as fast as by json.

    What orjson refuses (NaN, halves of letters) or rounds (integers beyond 64 bits) is left to it.
    """
    try:
        record = orjson.loads(text)
    except orjson.JSONDecodeError:
        return _parsed(text)
    values = record.values() if isinstance(record, dict) else ()
    is_plain = all(
        type(value) is not dict and (type(value) is not float or abs(value) < ROUNDED)
        for value in values
    )
    return record if is_plain else _parsed(text)


def _records(content: Any, name: str) -> list[Any]:
    if isinstance(content, dict):
        columns = [values for values in content.values() if isinstance(values, list)]
        if columns and len(columns) == len(content) and len({len(c) for c in columns}) == 1:
            return [dict(zip(content, row, strict=True)) for row in zip(*columns, strict=True)]
    if not isinstance(content, list):
        raise ReadError(f"{name} holds no array of points.", hint=HINT)
    if content and all(isinstance(row, list) for row in content):
        return [{"vector": row} for row in content]
    return content


def _read(
    records: Iterator[tuple[int, Any]] | enumerate[Any],
    name: str,
    unit: str,
    options: ReadOptions,
    limits: Limits,
    warnings: tuple[str, ...],
) -> FoundTensor:
    first = list(islice(records, SAMPLE))
    layout = find_layout([record for _, record in first], name, options)
    rows = Rows(layout, limits, name)
    for place, record in chain(first, records):
        if record is NOT_JSON:
            rows.problems.append(f"{place} is not JSON")
        else:
            rows.add(place, record)
        if len(rows.problems) == MAX_PROBLEMS:
            break
    rows.flush()
    _check(rows, unit)
    return FoundTensor(
        np.concatenate(rows.blocks),
        metadata=rows.table(),
        too_large=tuple(sorted(set(rows.too_large))),
        warnings=warnings,
        unit=unit,
        place=rows.places.__getitem__,
        format="JSON lines" if unit == "line" else "JSON",
        dtype="numbers as text",
        dim_names=layout.dims,
        choices=layout.choices,
    )


def _check(rows: Rows, unit: str) -> None:
    """Refuse a file with records that are no points, and say which."""
    if rows.problems:
        count = len(rows.problems)
        counted = f"{count} {unit}" if count == 1 else f"{count} {unit}s"
        if count == MAX_PROBLEMS:
            counted += " or more"
        shown = "; ".join(f"{unit} {problem}" for problem in rows.problems[:SHOWN])
        raise ReadError(
            f"{rows.name}: {counted} cannot be read: {shown}{'; ..' if count > SHOWN else ''}.",
            hint=HINT,
        )
    if not rows.places or not rows.width:
        raise ReadError(f"{rows.name} holds no points.", hint=HINT)
