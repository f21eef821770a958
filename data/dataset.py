"""A dataset: the tensor as loaded, its metadata, its sprite and its name."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
import pyarrow as pa

from data.metadata import Kind, Metadata

# Labels in lists and on the screen; the whole text is in the point card.
MAX_LABEL = 200


@dataclass(frozen=True)
class Column:
    """One metadata column as users see it.

    Attributes
    ----------
    kind : how the column is shown
    n_unique : number of different values, missing ones left out
    is_number : every value that is present is a finite number, so a color scale makes sense
    by_content : the kind that its values suggest, where a person chose another; else None
    """

    name: str
    kind: Kind
    n_unique: int
    is_number: bool = False
    by_content: Kind | None = None

    def switched(self, kind: Kind | None) -> Column:
        """Return the column as a person sees it; None is the kind by its content again."""
        own = self.by_content or self.kind
        chosen = kind or own
        return replace(self, kind=chosen, by_content=None if chosen == own else own)


@dataclass(frozen=True)
class Sprite:
    """The sheet of thumbnails: size of one in pixels, and how many stand in a row."""

    width: int
    height: int
    columns: int


@dataclass(frozen=True)
class Tiles:
    """How the thumbnails are arranged in pictures for the browser, row by row.

    Attributes
    ----------
    width, height : of one thumbnail in the tiles, in pixels
    columns, rows : thumbnails of each tile; the last one may have empty places
    n_thumbnails : points with a thumbnail, from row 0
    """

    width: int
    height: int
    columns: int
    rows: int
    n_tiles: int
    n_thumbnails: int


@dataclass(frozen=True)
class DatasetRecord:
    """Everything about a dataset except its arrays; the JSON form is the HTTP answer.

    Attributes
    ----------
    label_by : the column that names the points, where somebody chose one
    """

    id: str
    name: str
    n_points: int
    n_dims: int
    columns: tuple[Column, ...] = ()
    sprite: Sprite | None = None
    source: str = ""
    created_at: str = ""
    metadata_revision: int = 0
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    label_by: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain dictionaries and lists."""
        return {
            **asdict(self),
            "columns": [asdict(column) for column in self.columns],
            "warnings": list(self.warnings),
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Self:
        """Build from `to_json`; unknown keys are ignored so that older code reads newer files."""
        known = {f.name: record[f.name] for f in fields(cls) if f.name in record}
        known["columns"] = tuple(Column(**column) for column in record["columns"])
        known["sprite"] = Sprite(**record["sprite"]) if record.get("sprite") else None
        known["warnings"] = tuple(record.get("warnings", ()))
        known["notes"] = tuple(record.get("notes", ()))
        return cls(**known)

    def column(self, name: str) -> Column | None:
        """Return the column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)


def label_column(record: DatasetRecord) -> str | None:
    """Return the column that names the points: the chosen, else the first that is no number."""
    if record.label_by and record.column(record.label_by):
        return record.label_by
    texts = (column.name for column in record.columns if column.kind == "text")
    words = (column.name for column in record.columns if not column.is_number)
    first = record.columns[0].name if record.columns else None
    return next(texts, next(words, first))


@dataclass(frozen=True, eq=False)
class Dataset:
    """A dataset opened for reading.

    Attributes
    ----------
    record : DatasetRecord
    tensor : ndarray of shape (n_points, n_dims), float32, C order, memory mapped
    metadata : Metadata of n_points rows
    """

    record: DatasetRecord
    tensor: np.ndarray
    metadata: Metadata = field(default_factory=lambda: Metadata(pa.table({})))

    def labels(self, name: str | None, rows: np.ndarray) -> list[str]:
        """Return what lists call each of some rows: its value, or its number without a column.

        Values are cut to what a list can show.
        """
        if name is None or self.record.column(name) is None:
            return [f"row {row:,}" for row in rows]
        texts = self.metadata.texts(name, rows)
        return ["(missing)" if text is None else text[:MAX_LABEL] for text in texts]

    def renamed(self, record: DatasetRecord) -> Dataset:
        """Return the same arrays under a changed record."""
        return replace(self, record=record)

    @cached_property
    def squared_norms(self) -> np.ndarray:
        """Squared lengths of the rows, float64 of shape (n_points,); what neighbors reuse."""
        from data.neighbors import squared_norms

        return squared_norms(self.tensor)
