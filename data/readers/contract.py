"""What a format reader is asked and what it hands back, before the checks all formats share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from data.readers.fingerprint import Digest

# The file beside a tensor some rows of which were left out: how many rows there were, those kept.
KEPT_ROWS = "kept_rows.npy"
# The file beside the tiles of a sprite: how they are arranged.
TILES = "tiles.json"
# The file that says how far reading has come, while it goes on.
PROGRESS = "progress.json"


def tile_name(number: int) -> str:
    """Return the name of the file of a tile of a sprite."""
    return f"tile-{number}.png"


ChoiceKind = Literal["one", "several", "switch", "number", "size"]
Answer = str | int | bool | tuple[str, ...] | None


@dataclass(frozen=True)
class Option:
    """An answer that may be chosen; `about` says what it is, `legal` whether it can be taken."""

    value: str
    about: str = ""
    legal: bool = True


@dataclass(frozen=True)
class Choice:
    """A question that a file leaves open, and the answer that was taken.

    A reader states what it could also have done; whoever shows it needs to know no format.

    Attributes
    ----------
    name : the field that holds the answer, of `ReadOptions` or of a request
    label : the question as people see it
    kind : "one" of the options, "several" of them, a "switch", a "number", or a "size" WxH; a
        number's options are suggestions
    answer : what was taken; None where there is none yet
    resets : other choices whose answers mean nothing once this one is changed
    """

    name: str
    label: str
    kind: ChoiceKind
    answer: Answer = None
    options: tuple[Option, ...] = ()
    help: str = ""
    resets: tuple[str, ...] = ()


def choices_from_json(stated: list[dict[str, Any]]) -> tuple[Choice, ...]:
    """Build choices from JSON, which knows no tuples."""
    return tuple(
        Choice(
            **{
                **choice,
                "answer": _without_lists(choice["answer"]),
                "options": tuple(Option(**option) for option in choice["options"]),
                "resets": tuple(choice["resets"]),
            }
        )
        for choice in stated
    )


def _without_lists(answer: Any) -> Any:
    return tuple(answer) if isinstance(answer, list) else answer


@dataclass(frozen=True)
class FirstRows:
    """The first points, for people to see what was recognized.

    Attributes
    ----------
    dims : names of the first dimensions; empty where the file does not name them
    vectors : the first values of each point
    cells : the metadata of each point, cut to what a table can show
    """

    dims: tuple[str, ...] = ()
    vectors: tuple[tuple[float, ...], ...] = ()
    cells: tuple[tuple[str | None, ...], ...] = ()


@dataclass(frozen=True)
class ReadOptions:
    """What a person may choose about a tensor file.

    Attributes
    ----------
    tensor : which array to open when the file holds several
    columns : names of the vector columns of a table; the others become metadata
    n_dims : row length of a raw file
    header : whether the first line of a table is a heading; None lets its content say so
    drop_invalid_rows : leave rows with missing or infinite values out, rather than refuse
    """

    tensor: str | None = None
    columns: tuple[str, ...] | None = None
    n_dims: int | None = None
    header: bool | None = None
    drop_invalid_rows: bool = True


@dataclass(frozen=True)
class FoundTensor:
    """A tensor as it stands in a file; rows may still hold NaN or infinity.

    Attributes
    ----------
    tensor : ndarray of shape (n_rows, n_dims), real numbers of any type and order; the file
        itself, mapped into memory, where it holds nothing else
    metadata : string columns of n_rows rows found in the same file
    too_large : rows with a finite value beyond float32, where it is infinite in `tensor` already
    unit : what the user counts in the file: its "line"s from 1 or its "row"s from 0
    place : the number, in that unit, of a row
    format : what the file is, as people call it
    dtype : of the values in the file; empty for text
    dim_names : what the file calls the dimensions; empty where it does not
    choices : what could also have been read
    """

    tensor: np.ndarray
    metadata: pa.Table | None = None
    too_large: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unit: str = "row"
    place: Callable[[int], int] = int
    format: str = ""
    dtype: str = "float32"
    dim_names: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class TensorFile:
    """A tensor that is ready to be kept.

    Attributes
    ----------
    tensor : ndarray of shape (n_points, n_dims), float32, C order, all finite, memory mapped
    digest : of the file of the tensor
    metadata : string columns found in the same file, one row per point, or None
    kept_rows : int64 rows of the file that are points, when some were left out, else None
    n_rows : rows in the file, before some were left out
    format, dtype, dim_names, choices : as in `FoundTensor`
    """

    tensor: np.ndarray
    digest: Digest
    metadata: pa.Table | None
    kept_rows: np.ndarray | None
    n_rows: int
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    format: str = ""
    dtype: str = ""
    dim_names: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
