"""Metadata for points that are there: by order, or by a column that says which point is meant."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.errors import MetadataLengthError, ReadError
from data.limits import Limits
from data.readers.contract import Choice, Option
from data.readers.metadata_file import MetadataFile, read_metadata

BY_ORDER = ""
ROW_NUMBER = ""


@dataclass(frozen=True)
class AddedMetadata:
    """Columns that fit the points, one row per point.

    Attributes
    ----------
    by_key : whether a key column decided which line is whose
    """

    table: pa.Table
    by_key: bool
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    choices: tuple[Choice, ...]


def read_added(request: dict[str, Any], limits: Limits) -> AddedMetadata:
    """Read a file for points that are there.

    Parameters
    ----------
    request : `metadata` (path and name), `metadata_header`, `n_points`, `kept_rows` and `present`
        (files of the dataset), `key` and `match` as in `data.parsing.MetadataRequest`
    """
    present = pq.read_table(request["present"]) if request["present"] else pa.table({})
    asked = request["key"]
    if not asked:
        try:
            return _by_order(request, present, limits)
        except MetadataLengthError as error:
            file = _read(request, None, limits)
            error.choices_left = (*file.choices, *_matching(file, present, BY_ORDER, ROW_NUMBER))
            common = [name for name in file.table.column_names if name in present.column_names]
            # A file of another length that has a column of the points: that is its key.
            if asked == BY_ORDER or not common or file.table.num_columns < 2:
                raise
            return _by_key(request, file, present, common[0], common[0])
    file = _read(request, None, limits)
    return _by_key(request, file, present, asked, request["match"])


def _read(request: dict[str, Any], n_rows: int | None, limits: Limits) -> MetadataFile:
    source = request["metadata"]
    return read_metadata(
        Path(source["path"]), source["name"], n_rows, limits, request["metadata_header"]
    )


def _by_order(request: dict[str, Any], present: pa.Table, limits: Limits) -> AddedMetadata:
    if request["kept_rows"] is None:
        file = _read(request, request["n_points"], limits)
        table = file.table
    else:
        n_rows, *kept = np.load(request["kept_rows"], allow_pickle=False).tolist()
        try:
            file = _read(request, n_rows, limits)
            table = file.table.take(pa.array(kept, pa.int64()))
        except MetadataLengthError:
            # As many lines as there are points: the same rows were left out of it.
            file = _read(request, request["n_points"], limits)
            table = file.table
    choices = (*file.choices, *_matching(file, present, BY_ORDER, ROW_NUMBER))
    return AddedMetadata(table, False, file.warnings, file.notes, choices)


def _by_key(
    request: dict[str, Any], file: MetadataFile, present: pa.Table, key: str, match: str
) -> AddedMetadata:
    name, n_points = request["metadata"]["name"], request["n_points"]
    choices = (*file.choices, *_matching(file, present, key, match))
    _check_names(file, present, key, match, name, choices)
    keys = pc.utf8_trim_whitespace(file.table.column(key).combine_chunks())
    if match == ROW_NUMBER:
        wanted = pa.array(np.arange(n_points), pa.int64()).cast(pa.string())
    else:
        wanted = pc.utf8_trim_whitespace(present.column(match).combine_chunks())
    lines = pc.index_in(wanted, value_set=keys, skip_nulls=True)
    if lines.null_count == n_points:
        what = f"{match!r} of the points" if match else "the row numbers of the points"
        raise ReadError(
            f"No value of {key!r} in {name} is among {what}.",
            hint="Choose another key, or another column that it equals.",
            choices_left=choices,
        )
    warnings = (*file.warnings, *_counts(keys, wanted, lines, key, name))
    table = file.table.drop_columns([key]).take(lines)
    return AddedMetadata(table, True, warnings, file.notes, choices)


def _check_names(
    file: MetadataFile,
    present: pa.Table,
    key: str,
    match: str,
    name: str,
    choices: tuple[Choice, ...],
) -> None:
    for column, table, whose in ((key, file.table, name), (match, present, "The dataset")):
        if column and column not in table.column_names:
            raise ReadError(
                f"{whose} has no column {column!r}.",
                hint=f"The columns are: {', '.join(table.column_names[:50]) or 'none'}.",
                choices_left=choices,
            )
    if file.table.num_columns < 2:
        raise ReadError(
            f"{name} has one column only: a key, and nothing that it would tell of the points.",
            hint="It needs the key and at least one more column.",
            choices_left=choices,
        )


def _counts(
    keys: pa.Array[Any], wanted: pa.Array[Any], lines: pa.Array[Any], key: str, name: str
) -> list[str]:
    """Say how many points and lines found no partner, and which keys are not unique."""
    warnings = []
    if lines.null_count:
        warnings.append(
            f"{lines.null_count:,} of {len(wanted):,} points have no line in {name}: "
            "their values are missing."
        )
    used: Any = pc.is_in(keys, value_set=wanted, skip_nulls=True)
    n_unused = len(keys) - used.true_count
    if n_unused:
        warnings.append(
            f"{n_unused:,} of {len(keys):,} lines of {name} belong to no point and were left out."
        )
    counts: Any = pc.value_counts(keys.drop_null())
    is_repeated = counts.field("counts").to_numpy() > 1
    repeated = counts.field("values").filter(pa.array(is_repeated))
    if len(repeated):
        examples = ", ".join(repr(text) for text in repeated[:3].to_pylist())
        warnings.append(
            f"{len(repeated):,} values of {key!r} stand in several lines of {name} ({examples}"
            f"{', ..' if len(repeated) > 3 else ''}): the first line of each counts."
        )
    return warnings


def _matching(file: MetadataFile, present: pa.Table, key: str, match: str) -> tuple[Choice, ...]:
    """Return the questions how lines find their points."""
    if file.table.num_columns < 2:
        return ()
    by_column = [Option(name, "a column of the file") for name in file.table.column_names]
    by = Choice(
        "key",
        "Lines find their points",
        "one",
        key,
        (Option(BY_ORDER, "by their order"), *by_column),
    )
    if key == BY_ORDER:
        return (by,)
    columns = [Option(name, "a column of the dataset") for name in present.column_names]
    numbers = Option(ROW_NUMBER, "the row number, from 0")
    return by, Choice("match", "The key equals", "one", match, (numbers, *columns))
