"""Tables whose columns have types: the vectors as a matrix, and the others as texts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.errors import LimitError, ReadError
from data.limits import Limits
from data.readers import npy
from data.readers.bounds import FEWER_COLUMNS, SAVE_AGAIN, check_shape
from data.readers.contract import FoundTensor, ReadOptions
from data.readers.typed_roles import TypedTable, column_names, dtype_of, find_roles, has_text

EMPTY = pa.scalar("")


def read_typed(table: TypedTable, options: ReadOptions, limits: Limits) -> FoundTensor:
    """Read the vector column, or the columns of numbers, as vectors and the others as metadata."""
    if table.n_rows is not None:
        check_shape((table.n_rows, 1), table.name, limits)
    roles = find_roles(table, options)
    if len(roles.texts) > limits.metadata_columns:
        raise LimitError(
            f"{table.name} has {len(roles.texts):,} columns of metadata; "
            f"metadata_columns is {limits.metadata_columns:,}.",
            hint=FEWER_COLUMNS,
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
        block = values
        if values.dtype != np.float32:
            block = np.empty(values.shape, np.float32)
            too_large.extend((npy.store(block, values)[0] + n_rows).tolist())
        blocks.append(block)
        texts.append(pa.table({roles.names[j]: as_texts(batch.column(j)) for j in roles.texts}))
        n_rows += len(block)
    if not n_rows or not width:
        raise ReadError(f"{table.name} holds no points.", hint=SAVE_AGAIN)
    place = roles.dims[0] if roles.vector is None else roles.vector
    return FoundTensor(
        _stack(blocks, width),
        metadata=pa.concat_tables(texts).combine_chunks() if roles.texts else None,
        too_large=tuple(sorted(set(too_large))),
        warnings=roles.warnings,
        notes=roles.notes,
        format=table.format,
        dtype=dtype_of(table.fields.field(place).type),
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
    names, _ = column_names(table)
    places = [j for j, field in enumerate(table.fields) if has_text(field.type)]
    if len(places) > limits.metadata_columns:
        raise LimitError(
            f"{table.name} has {len(places):,} columns; metadata_columns is "
            f"{limits.metadata_columns:,}."
        )
    schema = pa.schema([pa.field(names[j], pa.string()) for j in places])
    parts = [
        pa.table([as_texts(batch.column(j)) for j in places], schema=schema)
        for batch in table.batches
    ]
    left = tuple(name for j, name in enumerate(names) if j not in places)
    return (pa.concat_tables(parts) if parts else schema.empty_table()).combine_chunks(), left


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


def _lists(column: pa.Array[Any], width: int, first_row: int, name: str) -> tuple[np.ndarray, int]:
    """Return lists of one length as a matrix, and that length; a null list is a row of NaN."""
    valid = column.is_valid().to_numpy(zero_copy_only=False)
    lengths = pc.list_value_length(column).fill_null(0).to_numpy(zero_copy_only=False)
    if not width and valid.any():
        width = int(lengths[valid][0])
    wrong = np.flatnonzero(valid & (lengths != width))
    if len(wrong):
        raise ReadError(
            f"{name}: row {first_row + int(wrong[0]):,}, counted from 0, has "
            f"{int(lengths[wrong[0]]):,} values, not {width:,}.",
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
