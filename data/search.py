"""Search in one column of the metadata: plain text or a pattern, in time linear in the text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from time import monotonic

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.errors import LimitError, ParameterError

# A search is cut into slices of about this much text, to be able to stop between two of them.
SLICE_BYTES = 2**20
# Ordinary searches of 1,000,000 labels take 0.05 s. The worst legal pattern is still linear, but
# takes 20 s for a megabyte; nobody may hold a thread for long by such a one.
SEARCH_SECONDS = 10.0

# What the engine says, and what we say.
REASONS = {
    "missing )": "a parenthesis is opened and not closed",
    "unexpected )": "a parenthesis is closed and was not opened",
    "missing ]": "a bracket is opened and not closed",
    "no argument for repetition operator": "there is nothing to repeat",
    "bad repetition operator": "two repetitions follow each other",
    "invalid repetition size": "the number of repetitions is too large or out of order",
    "invalid perl operator": "this kind of group is not supported",
    "invalid escape sequence": "this escape is not supported",
    "trailing \\": "it ends in a single backslash",
    "invalid named capture group": "the group's name is incomplete",
    "invalid character class range": "there is no such class or range of characters",
    "pattern too large": "it is too large when its repetitions are written out",
}
HINT = (
    "Look-ahead, look-behind and back-references are not supported. "
    "Put a backslash before a sign that is meant literally, or search for plain text."
)


def search_rows(
    column: pa.StringArray,
    text: str,
    *,
    regex: bool = False,
    case: bool = False,
    pattern_length: int = 500,
    normalized: bool = False,
) -> np.ndarray:
    """Find the rows whose text contains `text`, or matches it as a pattern.

    Patterns run in RE2, so no pattern can take exponential time. Precomposed and decomposed
    letters find each other.

    Parameters
    ----------
    text : empty text matches nothing; missing values never match
    case : distinguish capitals
    pattern_length : longest legal text, in characters
    normalized : the column comes from `normalize_column`, so that need not be done again

    Returns
    -------
    ndarray of shape (n_matches,), int64, ascending

    Raises
    ------
    LimitError
        The text is longer than pattern_length, or the search took longer than SEARCH_SECONDS.
    ParameterError
        The pattern is not valid; the message says where and why.
    """
    if len(text) > pattern_length:
        raise LimitError(
            f"The search text has {len(text):,} characters; the limit is {pattern_length:,} "
            "(pattern_length).",
            hint="Search for a shorter piece of it.",
        )
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ParameterError("The search text holds half a character.", hint="Type it again.")
    if not text:
        return np.empty(0, np.int64)
    if not normalized:
        column = normalize_column(column)
    match = pc.match_substring_regex if regex else pc.match_substring
    wanted = unicodedata.normalize("NFC", text)
    try:
        return _matching_rows(column, lambda part: match(part, wanted, ignore_case=not case))
    except pa.ArrowInvalid as error:
        raise _explain(wanted, str(error)) from None


def normalize_column(column: pa.StringArray) -> pa.StringArray:
    """Compose letters and their marks (Unicode NFC); ASCII columns come back as they are."""
    if pc.all(pc.string_is_ascii(column), skip_nulls=True, min_count=0).as_py():
        return column
    composed: pa.StringArray = pc.call_function(
        "utf8_normalize", [column], pc.Utf8NormalizeOptions("NFC")
    )
    return composed


def _matching_rows(
    column: pa.StringArray, match: Callable[[pa.StringArray], pa.BooleanArray]
) -> np.ndarray:
    """Match slice by slice, and give up when it takes too long."""
    deadline = monotonic() + SEARCH_SECONDS
    # An empty column has no slice, but a broken pattern must not pass for a search without match.
    match(pa.array([""]))
    found = []
    for start, part in _slices(column):
        if monotonic() > deadline:
            raise LimitError(
                f"The search was stopped after {SEARCH_SECONDS:.0f} seconds, the limit.",
                hint="Use a simpler pattern: large repetitions such as {900} are slow.",
            )
        mask = match(part).fill_null(False).to_numpy(zero_copy_only=False)
        found.append(np.flatnonzero(mask) + start)
    return np.concatenate(found).astype(np.int64) if found else np.empty(0, np.int64)


def _slices(column: pa.StringArray) -> Iterator[tuple[int, pa.StringArray]]:
    """Cut a column into slices of about SLICE_BYTES of text, each with its first row."""
    ends = np.cumsum(pc.binary_length(column).fill_null(0).to_numpy(), dtype=np.int64)
    start = 0
    while start < len(column):
        before = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + SLICE_BYTES, side="right")))
        yield start, column.slice(start, stop - start)
        start = stop


def _explain(pattern: str, said: str) -> ParameterError:
    """Say in plain words why and where a pattern is not valid."""
    cause, _, piece = said.partition(": ")[2].partition(": ")
    reason = next((ours for theirs, ours in REASONS.items() if theirs in cause), "it is not valid")
    # Where the piece stands several times, no place is better than a wrong one.
    place = pattern.find(piece) if piece and pattern.count(piece) == 1 else -1
    if cause.startswith("missing )"):
        place = _open_parenthesis(pattern)
    elif cause.startswith("missing ]"):
        place = pattern.rfind(piece)
    elif cause.startswith("unexpected )"):
        place = pattern.find(")") if pattern.count(")") == 1 else -1
    where = f" at character {place + 1}" if place >= 0 else ""
    near = f" ({pattern[place : place + 20]!r})" if 0 <= place < len(pattern) else ""
    return ParameterError(f"The search pattern cannot be read{where}: {reason}{near}.", hint=HINT)


def _open_parenthesis(pattern: str) -> int:
    """Place of the last parenthesis that nothing closes; -1 when there is none."""
    places: list[int] = []
    # Escaped signs and classes such as [()] do not count.
    for sign in re.finditer(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()]", pattern, re.DOTALL):
        if sign.group() == "(":
            places.append(sign.start())
        elif sign.group() == ")" and places:
            places.pop()
    return places[-1] if places else -1
