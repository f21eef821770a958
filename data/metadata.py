"""The table that describes the points, spelled exactly as its file spelled it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Literal, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.errors import NotFoundError
from data.search import normalize_column
from data.spelled_numbers import to_numbers, with_points

Kind = Literal["categorical", "numeric", "text"]

# TensorBoard's bound for numbers that are shown as classes (0..9 of MNIST).
MAX_NUMERIC_CLASSES = 50
# A text column with more different values than this names its points rather than groups them.
MAX_TEXT_CLASSES = 1_000


class Metadata:
    """Columns of text as spelled in the file (00042 stays 00042); a missing value is null.

    Parameters
    ----------
    table : pyarrow.Table whose columns are all strings, one row per point
    """

    def __init__(self, table: pa.Table) -> None:
        self.table = table.combine_chunks()
        # Bound per instance: the arrays live as long as the opened dataset, not longer.
        self.column = cache(self._column)
        self.searchable = cache(self._searchable)
        self.numbers = cache(self._numbers)
        self.classes = cache(self._classes)

    @property
    def names(self) -> list[str]:
        """Column names in the order of the file."""
        return list(self.table.column_names)

    def _column(self, name: str) -> pa.StringArray:
        if name not in self.table.column_names:
            raise NotFoundError(
                f"There is no metadata column {name!r}.",
                hint=f"The columns are: {', '.join(self.names) or 'none'}.",
            )
        column = self.table.column(name)
        return cast(pa.StringArray, column.combine_chunks())

    def _searchable(self, name: str) -> pa.StringArray:
        """The column as `search_rows(..., normalized=True)` wants it."""
        return normalize_column(self.column(name))

    def _numbers(self, name: str) -> np.ndarray:
        """Values as float64 of shape (n_points,); missing ones and text are NaN."""
        return to_numbers(self.column(name))

    def _classes(self, name: str) -> tuple[list[str], np.ndarray]:
        """Different values in natural order, and each row's index into them (-1: missing)."""
        encoded: Any = self.column(name).dictionary_encode()
        values: list[str] = encoded.dictionary.to_pylist()
        spelled: Any = with_points(encoded.dictionary)
        order = natural_order(spelled.to_pylist())
        place = np.empty(len(values), np.int32)
        place[order] = np.arange(len(values), dtype=np.int32)
        codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return [values[i] for i in order], np.where(codes < 0, -1, place[codes]).astype(np.int32)

    def texts(self, name: str, rows: Sequence[int] | np.ndarray) -> list[str | None]:
        """Return the values of some rows of one column."""
        return self.column(name).take(pa.array(np.asarray(rows, np.int64), pa.int64())).to_pylist()

    def row(self, row: int) -> dict[str, str | None]:
        """Return all values of one point by column name."""
        return {name: self.column(name)[row].as_py() for name in self.names}


def natural_order(values: list[str]) -> list[int]:
    """Order of texts as people expect it: numbers by size, then letters, class 2 before 10."""

    def key(i: int) -> tuple[int, float, list[tuple[int, str]]]:
        try:
            number = float(values[i])
        except ValueError:
            number = math.nan
        if not math.isnan(number):
            return 0, number, []
        parts = re.split(r"([0-9]{1,15})", values[i].casefold())
        return 1, 0.0, [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]

    return sorted(range(len(values)), key=key)


def describe_column(column: pa.StringArray) -> tuple[Kind, int, bool]:
    """Infer how a column is best shown: (kind, number of different values, is it all numbers).

    Whole numbers with few different values are classes, as TensorBoard treats them; a leading
    zero (00042) marks a code, not a quantity.
    """
    n_unique = int(pc.count_distinct(column, mode="only_valid").as_py())
    present = len(column) - column.null_count
    numbers = to_numbers(column)
    is_number = present > 0 and int(np.isfinite(numbers).sum()) == present
    has_codes = bool(
        pc.any(pc.match_substring_regex(column, r"^\s*[+-]?0\d"), skip_nulls=True).as_py()
    )
    is_number = is_number and not has_codes
    if is_number:
        finite = numbers[np.isfinite(numbers)]
        few_whole = n_unique <= MAX_NUMERIC_CLASSES and bool((finite == np.round(finite)).all())
        return ("categorical" if few_whole else "numeric"), n_unique, True
    # Names (a different value nearly everywhere) are text; what repeats groups the points.
    repeats = n_unique <= MAX_TEXT_CLASSES and n_unique <= max(1, present // 2)
    return ("categorical" if repeats else "text"), n_unique, False
