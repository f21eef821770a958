"""Objects of JSON as points: the vector of each, and what describes it."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from data.counted import counted
from data.errors import ChooseTensorError, LimitError, ReadError
from data.limits import Limits
from data.readers import npy
from data.readers.bounds import FEWER_COLUMNS, check_shape
from data.readers.contract import Choice, Option, ReadOptions
from data.readers.dimension_names import numbered_series
from data.readers.unique_names import unique_names

BLOCK_ROWS = 4_096
HINT = 'Write one object per line, such as {"label": "cat", "vector": [0.1, 0.2]}.'


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
                f"{self.name} has more than {self.limits.metadata_columns:,} fields beside the "
                "vectors, which is metadata_columns.",
                hint=FEWER_COLUMNS,
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
            raise ValueError(f"has {counted(len(numbers), 'value')}, not {self.width:,}")
        try:
            return _as_floats(numbers)
        except (ValueError, TypeError):
            raise ValueError("holds something that is no number") from None


def find_layout(records: list[Any], name: str, options: ReadOptions) -> Layout:
    """Decide which fields make the vector, by the first records and what a person chose."""
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
            f"{name} has {len(lists):,} lists of numbers: {', '.join(lists[:20])}.",
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


def _is_vector(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_number, value[:3]))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _as_floats(numbers: list[Any]) -> np.ndarray:
    """Return numbers as an array; integers beyond all floats are infinite."""
    try:
        return np.array(numbers, np.float64)
    except OverflowError:
        most = int(sys.float_info.max)
        bounded = [
            (math.inf if number > 0 else -math.inf)
            if isinstance(number, int) and abs(number) > most
            else number
            for number in numbers
        ]
        return np.array(bounded, np.float64)


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
