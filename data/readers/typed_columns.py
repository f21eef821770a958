"""Tables whose columns have types: which of them is the vector, and the others as texts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.errors import ChooseTensorError, LimitError, ReadError
from data.limits import Limits
from data.readers import npy
from data.readers.bounds import check_shape
from data.readers.contract import Choice, FoundTensor, Option, ReadOptions
from data.readers.dimension_names import numbered_series
from data.readers.unique_names import unique_names

EMPTY = pa.scalar("")
# What pandas calls an index that has no name.
INDEX = "__index_level_"
DTYPES = {"halffloat": "float16", "float": "float32", "double": "float64"}
MAX_OPTIONS = 2_000


@dataclass(frozen=True)
class TypedTable:
    """A table as its file describes it, and its rows a part at a time.

    Attributes
    ----------
    fields : name and type of each column, by place in the batches
    n_rows : of all batches; None where the file does not say
    """

    name: str
    format: str
    fields: pa.Schema
    batches: Iterable[pa.RecordBatch]
    n_rows: int | None = None


@dataclass(frozen=True)
class Roles:
    """What the columns of a table are for, by place.

    Attributes
    ----------
    vector : the column of lists that holds the vectors, or None
    dims : columns of numbers that are the dimensions, where no column is the vector
    texts : columns that become metadata
    """

    names: tuple[str, ...]
    vector: int | None
    dims: tuple[int, ...]
    texts: tuple[int, ...]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()


def read_typed(table: TypedTable, options: ReadOptions, limits: Limits) -> FoundTensor:
    """Read the vector column, or the columns of numbers, as vectors and the others as metadata."""
    if table.n_rows is not None:
        check_shape((table.n_rows, 1), table.name, limits)
    roles = find_roles(table, options)
    if len(roles.texts) > limits.metadata_columns:
        raise LimitError(
            f"{table.name} has {len(roles.texts)} columns of metadata; "
            f"metadata_columns is {limits.metadata_columns}."
        )
    blocks: list[np.ndarray] = []
    texts: list[pa.Table] = []
    too_large: list[int] = []
    n_rows, width = 0, len(roles.dims)
    for batch in table.batches:
        if roles.vector is not None:
            column = batch.column(roles.vector)
            values, width = _lists(column, width, n_rows, table.name)
        else:
            values = np.column_stack([_numbers(batch.column(place)) for place in roles.dims])
        check_shape((n_rows + len(values), max(width, 1)), table.name, limits)
        block = np.empty(values.shape, np.float32)
        too_large.extend((npy.store(block, values)[0] + n_rows).tolist())
        blocks.append(block)
        texts.append(pa.table({roles.names[j]: as_texts(batch.column(j)) for j in roles.texts}))
        n_rows += len(block)
    if not n_rows or not width:
        raise ReadError(f"{table.name} holds no points.")
    place = roles.dims[0] if roles.vector is None else roles.vector
    return FoundTensor(
        _stack(blocks, width),
        metadata=pa.concat_tables(texts).combine_chunks() if roles.texts else None,
        too_large=tuple(sorted(set(too_large))),
        warnings=roles.warnings,
        notes=roles.notes,
        format=table.format,
        dtype=_dtype(table.fields.field(place).type),
        dim_names=tuple(roles.names[j] for j in roles.dims),
        choices=roles.choices,
    )


def read_texts(table: TypedTable, limits: Limits) -> tuple[pa.Table, tuple[str, ...]]:
    """Read all columns as texts; return also the names of those that are neither.

    Raises
    ------
    LimitError
        If there are more columns than the limit.
    """
    given = ["index" if field.name.startswith(INDEX) else field.name for field in table.fields]
    names, _ = unique_names(given)
    places = [j for j, field in enumerate(table.fields) if _has_text(field.type)]
    if len(places) > limits.metadata_columns:
        raise LimitError(
            f"{table.name} has {len(places)} columns; metadata_columns is "
            f"{limits.metadata_columns}."
        )
    schema = pa.schema([pa.field(names[j], pa.string()) for j in places])
    parts = [
        pa.table([as_texts(batch.column(j)) for j in places], schema=schema)
        for batch in table.batches
    ]
    left = tuple(name for j, name in enumerate(names) if j not in places)
    return (pa.concat_tables(parts) if parts else schema.empty_table()).combine_chunks(), left


def find_roles(table: TypedTable, options: ReadOptions) -> Roles:
    """Decide what each column is for, by its type, its name and what a person chose.

    Raises
    ------
    ChooseTensorError
        If several columns hold vectors, or several series of numbers might.
    ReadError
        If none does.
    """
    given = [field.name for field in table.fields]
    plain = ["index" if name.startswith(INDEX) else name for name in given]
    names, changed = unique_names(plain)
    types = [field.type for field in table.fields]
    vectors = [j for j, kind in enumerate(types) if _is_vector(kind)]
    numbers = [j for j, kind in enumerate(types) if _is_number(kind)]
    index = [j for j, name in enumerate(given) if name.startswith(INDEX)]
    vector = None if options.columns else _chosen_vector(table, names, vectors, options.tensor)
    dims: tuple[int, ...] = ()
    if vector is None:
        usable = [j for j in numbers if j not in index]
        dims = _chosen_dims(table, names, usable, options.columns)
    shown = [j for j in range(len(names)) if j != vector and j not in dims]
    texts = tuple(j for j in shown if _has_text(types[j]))
    notes = []
    if texts:
        taken = ", ".join(names[j] for j in texts[:20])
        notes.append(f"Taken as metadata, not as dimensions: {taken}.")
    if left := [names[j] for j in shown if j not in texts]:
        notes.append(f"Columns that are neither numbers nor text were left out: {left[:20]}.")
    warnings = [f"{table.name}: columns were renamed: {', '.join(changed)}."] if changed else []
    choices = _choices(names, vectors, numbers, vector, dims)
    return Roles(tuple(names), vector, dims, texts, tuple(notes), tuple(warnings), choices)


def as_texts(column: pa.Array[Any]) -> pa.StringArray:
    """Return values as text, as people write them; missing and not-a-number values are null."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_floating(kind):
        column = pc.if_else(pc.is_nan(column), None, column)
    if pa.types.is_float16(kind):
        column = column.cast(pa.float32())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        decoded = [value and value.decode("utf-8", "replace") for value in column.to_pylist()]
        column = pa.array(decoded, pa.string())
    texts = column.cast(pa.string())
    filled: pa.StringArray = pc.if_else(pc.equal(texts, EMPTY), None, texts)
    return filled


def _chosen_vector(
    table: TypedTable, names: list[str], vectors: list[int], wanted: str | None
) -> int | None:
    if wanted is not None:
        found = next((j for j in vectors if names[j] == wanted), None)
        if found is None:
            known = ", ".join(names[j] for j in vectors) or "none"
            raise ReadError(
                f"{table.name} has no column of vectors {wanted[:100]!r}.",
                hint=f"Its columns of vectors are: {known}.",
            )
        return found
    if len(vectors) > 1:
        found_names = [names[j] for j in vectors]
        raise ChooseTensorError(
            f"{table.name} has {len(vectors)} columns of vectors: {', '.join(found_names)}.",
            [
                {
                    "name": names[j],
                    "shape": [table.n_rows, getattr(table.fields.field(j).type, "list_size", None)],
                    "dtype": _dtype(table.fields.field(j).type),
                }
                for j in vectors
            ],
            hint="Choose one of them.",
        )
    return vectors[0] if vectors else None


def _chosen_dims(
    table: TypedTable, names: list[str], numbers: list[int], wanted: tuple[str, ...] | None
) -> tuple[int, ...]:
    if wanted:
        unknown = [name for name in wanted if name not in [names[j] for j in numbers]]
        if unknown:
            raise ReadError(
                f"{table.name} has no column of numbers {unknown[0][:100]!r}.",
                hint=f"Its columns are: {', '.join(names[:50])}.",
            )
        return tuple(j for j in numbers if names[j] in wanted)
    if not numbers:
        columns = ", ".join(
            f"{name} ({field.type})" for name, field in zip(names, table.fields, strict=True)
        )
        raise ReadError(
            f"{table.name} has no column of numbers and none of vectors.",
            hint=f"Its columns are: {columns[:500]}.",
        )
    series = numbered_series([names[j] for j in numbers])
    return tuple(j for j in numbers if not series or names[j] in series)


def _choices(
    names: list[str],
    vectors: list[int],
    numbers: list[int],
    vector: int | None,
    dims: tuple[int, ...],
) -> tuple[Choice, ...]:
    if vector is not None:
        if len(vectors) < 2:
            return ()
        options = tuple(Option(names[j]) for j in vectors)
        return (Choice("tensor", "Column of vectors", "one", names[vector], options),)
    if not 1 < len(names) <= MAX_OPTIONS:
        return ()
    options = tuple(
        Option(name, "numbers" if j in numbers else "text", j in numbers)
        for j, name in enumerate(names)
    )
    chosen = tuple(names[j] for j in dims)
    help = "The columns that make the vector; the others become metadata."
    return (Choice("columns", "Vector", "several", chosen, options, help),)


def _lists(column: pa.Array[Any], width: int, first_row: int, name: str) -> tuple[np.ndarray, int]:
    """Return lists of one length as a matrix, and that length; a null list is a row of NaN."""
    valid = column.is_valid().to_numpy(zero_copy_only=False)
    lengths = pc.list_value_length(column).fill_null(0).to_numpy(zero_copy_only=False)
    if not width and valid.any():
        width = int(lengths[valid][0])
    wrong = np.flatnonzero(valid & (lengths != width))
    if len(wrong):
        raise ReadError(
            f"{name}: row {first_row + int(wrong[0])}, counted from 0, has "
            f"{int(lengths[wrong[0]])} values, not {width}.",
            hint="All vectors must have the same length.",
        )
    items: Any = column
    values = _numbers(items.flatten())
    if valid.all():
        return values.reshape(len(column), width), width
    matrix = np.full((len(column), width), np.nan, np.result_type(values.dtype, np.float16))
    matrix[valid] = values.reshape(-1, width)
    return matrix, width


def _numbers(column: pa.Array[Any]) -> np.ndarray:
    """Return numbers with NaN for missing ones."""
    if pa.types.is_decimal(column.type) or pa.types.is_null(column.type):
        column = column.cast(pa.float64())
    if column.null_count and not pa.types.is_floating(column.type):
        column = column.cast(pa.float64())
    values: np.ndarray = column.to_numpy(zero_copy_only=False)
    return values


def _stack(blocks: list[np.ndarray], width: int) -> np.ndarray:
    """Join blocks, letting go of each one once it is copied."""
    if len(blocks) == 1:
        return np.ascontiguousarray(blocks[0])
    tensor = np.empty((sum(map(len, blocks)), width), np.float32)
    first = 0
    blocks.reverse()
    while blocks:
        block = blocks.pop()
        # Before the first vector its length was not known: such rows are empty.
        tensor[first : first + len(block)] = block if block.shape[1] else np.nan
        first += len(block)
    return tensor


def _dtype(kind: Any) -> str:
    """Return the type of numbers as NumPy calls it."""
    item = str(kind.value_type if _is_vector(kind) else kind)
    return DTYPES.get(item, item)


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def _is_vector(kind: Any) -> bool:
    is_list = (
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )
    return is_list and _is_number(kind.value_type)


def _has_text(kind: Any) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return not (pa.types.is_nested(kind) or pa.types.is_union(kind))
