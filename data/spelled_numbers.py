"""Columns of texts that are numbers: which commas are decimal commas, and the values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.readers.number_spelling import GROUPED, NUMBER, WITH_COMMA


def to_numbers(column: pa.StringArray) -> np.ndarray:
    """Read texts as float64; what is missing or no finite number becomes NaN."""
    trimmed: Any = pc.utf8_trim_whitespace(with_points(column))
    plain: Any = pc.if_else(
        _matches(trimmed, NUMBER.pattern), pc.replace_substring_regex(trimmed, r"^\+", ""), None
    )
    numbers: np.ndarray = plain.cast(pa.float64()).to_numpy(zero_copy_only=False).copy()
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers


def with_points(column: pa.StringArray) -> pa.StringArray:
    """Return the same texts, with points in place of decimal commas where there are any."""
    if decimal_comma(column) is None:
        return column
    spelled: pa.StringArray = pc.replace_substring(column, ",", ".")
    return spelled


def decimal_comma(column: pa.StringArray) -> str | None:
    """Return a number that tells that commas are decimal commas; None if they may be others.

    One number has to tell it that cannot mean thousands, and nothing may speak against it: a list,
    a text with a comma, a number with a point.
    """
    has_comma: Any = pc.match_substring(column, ",")
    if not pc.any(has_comma).as_py():
        return None
    commas: Any = column.filter(has_comma)
    if not pc.all(_matches(commas, WITH_COMMA.pattern)).as_py():
        return None
    sure = commas.filter(pc.invert(_matches(commas, GROUPED.pattern)))
    has_point: Any = pc.and_(pc.match_substring(column, "."), _matches(column, NUMBER.pattern))
    if not len(sure) or pc.any(has_point).as_py():
        return None
    return str(sure[0].as_py()).strip()


def _matches(column: Any, pattern: str) -> Any:
    """Return which texts are of a pattern from end to end; missing ones are not."""
    return pc.match_substring_regex(column, f"^(?:{pattern})$").fill_null(False)
