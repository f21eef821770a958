"""Opening files from outside in a child process, with bounded memory and time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from data.borrowed_files import BorrowedFile, unchanged
from data.dataset import Column, Sprite
from data.limits import Limits
from data.readers.contract import Choice, FirstRows, ReadOptions, choices_from_json
from data.reading_process import always, run_child

__all__ = [
    "MetadataRequest",
    "ParseRequest",
    "Parsed",
    "ParsedMetadata",
    "PresentPoints",
    "ReadOptions",
    "Source",
    "cut_sprite",
    "parse",
    "parse_metadata",
]


@dataclass(frozen=True)
class Source:
    """A file from outside: where its bytes are, and what the user calls it."""

    path: Path
    name: str


@dataclass(frozen=True)
class ParseRequest:
    """The files of one dataset, and how they are to be read.

    Attributes
    ----------
    thumbnail : width and height of one thumbnail of the sprite, in pixels
    metadata_header : whether the first line of the metadata is a heading; None: as usual
    borrowed : files to which paths above lead, for the process that has them open
    """

    tensor: Source
    metadata: Source | None = None
    sprite: Source | None = None
    thumbnail: tuple[int, int] | None = None
    options: ReadOptions = field(default_factory=ReadOptions)
    metadata_header: bool | None = None
    borrowed: tuple[BorrowedFile, ...] = ()


@dataclass(frozen=True)
class Parsed:
    """What was found; the arrays lie in the folder that was given.

    Attributes
    ----------
    content_id : hash of what was written there: the same content has the same
    n_rows : rows of the tensor's file, before some were left out
    format, dtype : of the tensor's file
    choices : what could also have been read
    """

    content_id: str
    columns: tuple[Column, ...]
    sprite: Sprite | None
    n_points: int
    n_dims: int
    n_rows: int
    format: str
    dtype: str
    first: FirstRows
    choices: tuple[Choice, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]

    @classmethod
    def from_json(cls, result: dict[str, Any]) -> Self:
        """Build from what the child wrote."""
        sprite = Sprite(**result["sprite"]) if result["sprite"] else None
        return cls(**_from_json(result) | {"sprite": sprite})


@dataclass(frozen=True)
class MetadataRequest:
    """A metadata file for points that are there, and how its lines find them.

    Attributes
    ----------
    header : whether the first line is a heading; None: as usual
    key : column of the file that says whose a line is; empty: lines stand in the order of the
        points; None: by order if there are as many, else by a column that both have
    match : column of the points that the key equals; empty: the row number, from 0
    """

    metadata: Source
    header: bool | None = None
    key: str | None = ""
    match: str = ""


@dataclass(frozen=True)
class PresentPoints:
    """The points that metadata are added to, and files of theirs.

    Attributes
    ----------
    kept_rows : what `parse` left beside a tensor some rows of which were left out; metadata by
        order may then describe all rows of the tensor's file
    metadata : the table of them, for keys
    """

    n_points: int
    kept_rows: Path | None = None
    metadata: Path | None = None


@dataclass(frozen=True)
class ParsedMetadata:
    """Columns of a metadata file that was read on its own, one row per point.

    Attributes
    ----------
    by_key : whether a key column decided which line is whose
    """

    columns: tuple[Column, ...]
    by_key: bool
    first: FirstRows
    choices: tuple[Choice, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]

    @classmethod
    def from_json(cls, result: dict[str, Any]) -> Self:
        """Build from what the child wrote."""
        return cls(**_from_json(result))


def parse(
    request: ParseRequest, out: Path, limits: Limits, is_wanted: Callable[[], bool] = always
) -> Parsed:
    """Read the files of a dataset.

    Writes into `out`: tensor.npy (float32, C order, finite), metadata.parquet (string columns;
    absent when there are none) and sprite.png (absent without a usable sprite).

    Parameters
    ----------
    is_wanted : asked now and then; reading ends when it says no

    Raises
    ------
    ReadError, ChooseTensorError, MetadataLengthError, LimitError
    FileChangedError
        If a borrowed file was written meanwhile.
    ConflictError
        If it is not wanted any more.
    """
    question = {
        "tensor": _source(request.tensor),
        "metadata": _source(request.metadata),
        "sprite": _source(request.sprite),
        "metadata_header": request.metadata_header,
        "thumbnail": request.thumbnail,
        "options": asdict(request.options),
    }
    descriptors = tuple(file.descriptor for file in request.borrowed)
    with unchanged(request.borrowed):
        result = run_child(question, request.tensor.name, out, limits, is_wanted, descriptors)
    return Parsed.from_json(result)


def parse_metadata(
    request: MetadataRequest,
    points: PresentPoints,
    out: Path,
    limits: Limits,
    is_wanted: Callable[[], bool] = always,
) -> ParsedMetadata:
    """Read metadata for points that are there and write metadata.parquet into `out`.

    Raises
    ------
    ReadError, MetadataLengthError, LimitError
    ConflictError
        If it is not wanted any more.
    """
    result = run_child(
        {
            "tensor": None,
            "metadata": _source(request.metadata),
            "metadata_header": request.header,
            "key": request.key,
            "match": request.match,
            "n_points": points.n_points,
            "kept_rows": _address(points.kept_rows),
            "present": _address(points.metadata),
        },
        request.metadata.name,
        out,
        limits,
        is_wanted,
    )
    return ParsedMetadata.from_json(result)


def cut_sprite(sheet: Path, sprite: Sprite, n_points: int, out: Path, limits: Limits) -> None:
    """Write the tiles of a stored sheet and their arrangement into `out`."""
    request = {"sheet": str(sheet.resolve()), "sprite": asdict(sprite), "n_points": n_points}
    run_child(request, "the sheet of thumbnails", out, limits)


def _from_json(result: dict[str, Any]) -> dict[str, Any]:
    """Build what both answers have of what the child wrote."""
    return {
        **result,
        "columns": tuple(Column(**column) for column in result["columns"]),
        "first": FirstRows(**result["first"]),
        "choices": choices_from_json(result["choices"]),
        "warnings": tuple(result["warnings"]),
        "notes": tuple(result["notes"]),
    }


def _address(path: Path | None) -> str | None:
    return str(path.resolve()) if path else None


def _source(source: Source | None) -> dict[str, str] | None:
    if source is None:
        return None
    # The last part may be a link that leads to a borrowed file only in the child.
    return {"path": str(source.path.parent.resolve() / source.path.name), "name": source.name}
