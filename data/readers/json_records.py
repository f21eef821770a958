"""JSON and JSON lines: one object per point, with a list of numbers or numbers by name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from data.errors import ChooseTensorError, LimitError, ReadError
from data.limits import Limits
from data.readers import npy
from data.readers.bounds import check_readable, check_shape
from data.readers.contract import Choice, FoundTensor, Option, ReadOptions
from data.readers.dimension_names import numbered_series
from data.readers.text_source import open_text
from data.readers.unique_names import unique_names

BLOCK_ROWS = 4_096
# Records that say which fields there are; later ones may add text, not dimensions.
SAMPLE = 200
SHOWN = 8
# Of records that are no points: after so many the file is something else.
MAX_PROBLEMS = 1_000
HINT = 'Write one object per line, such as {"label": "cat", "vector": [0.1, 0.2]}.'
TEXT_HINT = 'Write one object per line, such as {"label": "cat", "age": 3}.'


@dataclass(frozen=True)
class Layout:
    """Which fields of a record make the vector.

    Attributes
    ----------
    vector : the field that holds a list of numbers, or None
    dims : the fields that hold one number each, where there is no such list
    """

    vector: str | None
    dims: tuple[str, ...]
    choices: tuple[Choice, ...] = ()


@dataclass
class Rows:
    """Points read so far.

    Attributes
    ----------
    places : line or row of each point
    problems : what is wrong with records that are no points, by place
    """

    layout: Layout
    limits: Limits
    name: str
    width: int = 0
    blocks: list[np.ndarray] = field(default_factory=list)
    waiting: list[np.ndarray] = field(default_factory=list)
    texts: dict[str, list[str | None]] = field(default_factory=dict)
    places: list[int] = field(default_factory=list)
    too_large: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, place: int, record: Any) -> None:
        """Add a point, or note why it is none."""
        try:
            vector = self._vector(record)
        except ValueError as error:
            self.problems.append(f"{place} {error}")
            return
        self.waiting.append(vector)
        self.describe(record)
        self.places.append(place)
        if len(self.waiting) == BLOCK_ROWS:
            self.flush()

    def describe(self, record: dict[str, Any]) -> None:
        """Keep what a record says of the next point, beside its vector."""
        used = (self.layout.vector, *self.layout.dims)
        for key, value in record.items():
            if key in used:
                continue
            texts = self.texts.setdefault(_writable(key), [])
            texts.extend([None] * (len(self.places) - len(texts)))
            texts.append(_text(value))
        if len(self.texts) > self.limits.metadata_columns:
            raise LimitError(
                f"{self.name} has more than {self.limits.metadata_columns} fields beside the "
                "vectors, which is metadata_columns."
            )

    def flush(self) -> None:
        """Turn the rows that wait into a block of float32."""
        if not self.waiting:
            return
        check_shape((len(self.places), self.width), self.name, self.limits)
        block = np.empty((len(self.waiting), self.width), np.float32)
        big, _ = npy.store(block, np.stack(self.waiting))
        self.too_large.extend((big + len(self.blocks) * BLOCK_ROWS).tolist())
        self.blocks.append(block)
        self.waiting = []

    def table(self) -> pa.Table | None:
        """Return what describes the points."""
        names, _ = unique_names(self.texts)
        n_points = len(self.places)
        columns = [pa.array(_padded(texts, n_points), pa.string()) for texts in self.texts.values()]
        return pa.table(columns, names=names) if names else None

    def _vector(self, record: Any) -> np.ndarray:
        if not isinstance(record, dict):
            raise ValueError("is no object in braces")
        name = self.layout.vector
        if name is None:
            numbers = [record.get(dim) for dim in self.layout.dims]
        elif isinstance(record.get(name), list):
            numbers = record[name]
        else:
            raise ValueError(f"has no list {name!r}")
        self.width = self.width or len(numbers)
        if len(numbers) != self.width:
            values = "1 value" if len(numbers) == 1 else f"{len(numbers)} values"
            raise ValueError(f"has {values}, not {self.width}")
        try:
            return np.array(numbers, np.float64)
        except (ValueError, TypeError, OverflowError):
            raise ValueError("holds something that is no number") from None


def read_jsonl(path: Path, name: str, options: ReadOptions, limits: Limits) -> FoundTensor:
    """Read one object per line; blank lines are none."""
    check_readable(path, name)
    with open_text(path, name) as source:
        lines = ((i, line) for i, line in enumerate(source.file, start=1) if line.strip())
        records = ((i, _parsed(line)) for i, line in lines)
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
            records = [_parsed(line) for line in source.file if line.strip()]
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


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return NOT_JSON


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
    layout = _find_layout([record for _, record in first], name, options)
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


def _find_layout(records: list[Any], name: str, options: ReadOptions) -> Layout:
    objects = [record for record in records if isinstance(record, dict)]
    fields = list(dict.fromkeys(key for record in objects for key in record))
    lists = [key for key in fields if any(_is_vector(record.get(key)) for record in objects)]
    numbers = [key for key in fields if all(_is_number(record.get(key)) for record in objects)]
    if options.columns:
        if unknown := [key for key in options.columns if key not in fields]:
            raise ReadError(
                f"{name} has no field {unknown[0][:100]!r}.",
                hint=f"Its fields are: {', '.join(fields[:50])}.",
            )
        return Layout(None, options.columns, _dims_choice(fields, numbers, options.columns))
    if options.tensor is not None and options.tensor not in lists:
        raise ReadError(
            f"{name} has no list of numbers {options.tensor[:100]!r}.",
            hint=f"Its lists are: {', '.join(lists) or 'none'}.",
        )
    if len(lists) > 1 and options.tensor is None:
        raise ChooseTensorError(
            f"{name} has {len(lists)} lists of numbers: {', '.join(lists[:20])}.",
            [{"name": key, "shape": None, "dtype": "list"} for key in lists],
            hint="Choose one of them.",
        )
    if lists:
        vector = options.tensor or lists[0]
        choice = Choice("tensor", "Vector", "one", vector, tuple(map(Option, lists)))
        return Layout(vector, (), (choice,) if len(lists) > 1 else ())
    if not numbers:
        found = f" Its fields are: {', '.join(fields[:50])}." if fields else ""
        raise ReadError(f"{name} holds no vectors.{found}", hint=HINT)
    dims = numbered_series(numbers) or tuple(numbers)
    return Layout(None, dims, _dims_choice(fields, numbers, dims))


def _dims_choice(
    fields: list[str], numbers: list[str], chosen: tuple[str, ...]
) -> tuple[Choice, ...]:
    options = tuple(
        Option(key, "numbers" if key in numbers else "text", key in numbers) for key in fields
    )
    help = "The fields that make the vector; the others become metadata."
    return (Choice("columns", "Vector", "several", chosen, options, help),)


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


def _is_vector(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_number, value[:3]))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: Any) -> str | None:
    """Return a value as people write it; an empty text is missing."""
    if isinstance(value, str):
        return _writable(value) or None
    if value is None or value != value:
        return None
    return str(value) if _is_number(value) else _writable(json.dumps(value, ensure_ascii=False))


def _writable(text: str) -> str:
    """Return a text without halves of letters, which JSON can spell and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()


def _padded(texts: list[str | None], n_rows: int) -> Iterable[str | None]:
    return texts + [None] * (n_rows - len(texts))
