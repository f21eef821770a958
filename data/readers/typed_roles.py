"""What the columns of a typed table are for: one vector, dimensions, or metadata."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from data.errors import ChooseTensorError, ReadError
from data.readers.contract import Choice, Option, ReadOptions
from data.readers.dimension_names import numbered_series
from data.readers.unique_names import unique_names

# What pandas calls an index that has no name.
INDEX = "__index_level_"
DTYPES = {"halffloat": "float16", "float": "float32", "double": "float64"}
# Of more columns than these nobody picks some by hand.
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
    names, changed = column_names(table)
    types = [field.type for field in table.fields]
    vectors = [j for j, kind in enumerate(types) if is_vector(kind)]
    numbers = [j for j, kind in enumerate(types) if is_number(kind)]
    index = [j for j, name in enumerate(given) if name.startswith(INDEX)]
    vector = None if options.columns else _chosen_vector(table, names, vectors, options.tensor)
    dims: tuple[int, ...] = ()
    if vector is None:
        usable = [j for j in numbers if j not in index]
        dims = _chosen_dims(table, names, usable, options.columns)
    shown = [j for j in range(len(names)) if j != vector and j not in dims]
    texts = tuple(j for j in shown if has_text(types[j]))
    notes = []
    if texts:
        taken = ", ".join(names[j] for j in texts[:20])
        notes.append(f"Taken as metadata, not as dimensions: {taken}.")
    if left := [names[j] for j in shown if j not in texts]:
        notes.append(f"Columns that are neither numbers nor text were left out: {left[:20]}.")
    warnings = [f"{table.name}: columns were renamed: {', '.join(changed)}."] if changed else []
    choices = _choices(names, vectors, numbers, vector, dims)
    return Roles(tuple(names), vector, dims, texts, tuple(notes), tuple(warnings), choices)


def column_names(table: TypedTable) -> tuple[list[str], list[str]]:
    """Return names that differ, and those that had to be changed."""
    names = (field.name for field in table.fields)
    return unique_names("index" if name.startswith(INDEX) else name for name in names)


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
            f"{table.name} has {len(vectors):,} columns of vectors: {', '.join(found_names)}.",
            [
                {
                    "name": names[j],
                    "shape": [table.n_rows, getattr(table.fields.field(j).type, "list_size", None)],
                    "dtype": dtype_of(table.fields.field(j).type),
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
            hint=f"Its columns are: {columns[:500]}. Is it a metadata file? Open it together with "
            "the file of vectors.",
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


def dtype_of(kind: Any) -> str:
    """Return the type of numbers as NumPy calls it."""
    item = str(kind.value_type if is_vector(kind) else kind)
    return DTYPES.get(item, item)


def is_number(kind: pa.DataType) -> bool:
    """Tell whether values are numbers."""
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def is_vector(kind: Any) -> bool:
    """Tell whether values are lists of numbers."""
    is_list = (
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )
    return is_list and is_number(kind.value_type)


def has_text(kind: Any) -> bool:
    """Tell whether values can be written in a cell."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return not (pa.types.is_nested(kind) or pa.types.is_union(kind))
