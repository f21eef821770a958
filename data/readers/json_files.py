"""JSON and JSON lines: one object per point, with a list of numbers or numbers by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from data.counted import counted
from data.errors import ReadError
from data.limits import Limits
from data.readers.bounds import check_readable
from data.readers.contract import FoundTensor, ReadOptions
from data.readers.json_rows import HINT, Layout, Rows, find_layout
from data.readers.text_source import open_text

# Records that say which fields there are; later ones may add text, not dimensions.
SAMPLE = 200
SHOWN = 8
NOT_JSON = object()
# From here on a float may have been an integer, of which orjson keeps 64 bits.
ROUNDED = 2.0**63
# No float has so many, and Python parses some 4,300.
MOST_DIGITS = 400
# Of records that are no points: after so many the file is something else.
MAX_PROBLEMS = 1_000
TEXT_HINT = 'Write one object per line, such as {"label": "cat", "age": 3}.'


def read_jsonl(path: Path, name: str, options: ReadOptions, limits: Limits) -> FoundTensor:
    """Read one object per line; blank lines are none."""
    check_readable(path, name)
    with open_text(path, name) as source:
        lines = ((i, line) for i, line in enumerate(source.file, start=1) if line.strip())
        return _read(lines, _parsed_line, name, "line", options, limits, source.warnings)


def read_json(path: Path, name: str, options: ReadOptions, limits: Limits) -> FoundTensor:
    """Read an array of objects, an array of arrays of numbers, or an object of equal arrays."""
    check_readable(path, name)
    with open_text(path, name) as source:
        content = _parsed(source.file.read())
        warnings = source.warnings
    if content is NOT_JSON:
        raise ReadError(f"{name} is not JSON that can be read.", hint=HINT)
    records = enumerate(_records(content, name))
    return _read(records, _as_it_is, name, "row", options, limits, warnings)


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


def _as_it_is(record: Any, vector: str | None = None) -> Any:
    return record


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        return NOT_JSON
    except ValueError:  # an integer of more digits than Python reads
        return json.loads(text, parse_int=_integer)


def _integer(digits: str) -> int | float:
    """Return an integer, infinite where there is no float that is near."""
    return int(digits) if len(digits) < MOST_DIGITS else float(digits)


def _parsed_line(text: bytes, vector: str | None = None) -> Any:
    """Parse a record, most of them eight times as fast as by json.

    What orjson refuses (NaN, halves of letters) or rounds (integers beyond 64 bits) is left to
    json; but the values of the vector are to be rounded.
    """
    try:
        record = orjson.loads(text)
    except orjson.JSONDecodeError:
        return _parsed(text)
    fields = record.items() if isinstance(record, dict) else ()
    is_exact = all(key == vector or _is_exact(value) for key, value in fields)
    return record if is_exact else _parsed(text)


def _is_exact(value: Any) -> bool:
    """Tell whether a value is as it was written, as far as orjson's are."""
    if isinstance(value, list):
        return all(map(_is_exact, value))
    if isinstance(value, float):
        return abs(value) < ROUNDED
    return not isinstance(value, dict)


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
    written: Iterator[tuple[int, Any]] | enumerate[Any],
    parsed: Callable[[Any, str | None], Any],
    name: str,
    unit: str,
    options: ReadOptions,
    limits: Limits,
    warnings: tuple[str, ...],
) -> FoundTensor:
    first = [(place, parsed(text, None)) for place, text in islice(written, SAMPLE)]
    layout = find_layout([record for _, record in first], name, options)
    rows = Rows(layout, limits, name)
    others = ((place, parsed(text, layout.vector)) for place, text in written)
    for place, record in chain(first, others):
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
        how_many = counted(count, unit)
        if count == MAX_PROBLEMS:
            how_many += " or more"
        shown = "; ".join(f"{unit} {problem}" for problem in rows.problems[:SHOWN])
        raise ReadError(
            f"{rows.name}: {how_many} cannot be read: {shown}{'; ..' if count > SHOWN else ''}.",
            hint=HINT,
        )
    if not rows.places or not rows.width:
        raise ReadError(f"{rows.name} holds no points.", hint=HINT)
