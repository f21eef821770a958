"""Everything that makes a view, without coordinates: the bookmark, the link, the store content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Literal, Self, get_args

from data.errors import ParameterError
from data.field_checks import (
    Vector,
    list_of,
    number,
    one_of,
    optional,
    refused,
    text,
    vector,
    whole,
    yes_no,
)
from data.rows import Rows, decode_rows, encode_rows

SCHEMA_VERSION = 1

Dimensionality = Literal[2, 3]
ColorKind = Literal["auto", "categorical", "numeric"]
LabelMode = Literal["selection", "many", "none"]
ThumbnailColor = Literal["frame", "tint", "none"]
Metric = Literal["cosine", "euclidean"]


@dataclass(frozen=True)
class Search:
    """A search as typed; `column` None means the label column."""

    text: str = ""
    column: str | None = None
    regex: bool = False
    case: bool = False


@dataclass(frozen=True)
class Camera:
    """Where the picture is seen from, in the units of Plotly's `scene.camera`."""

    eye: Vector
    center: Vector = (0.0, 0.0, 0.0)
    up: Vector = (0.0, 0.0, 1.0)


@dataclass(frozen=True)
class ViewState:
    """A view of a dataset. Field names are the JSON names.

    Attributes
    ----------
    projection_id : None stands for PCA with its defaults on the isolated rows
    components : axes shown as x, y and z, counted from 0
    hidden_values : legend entries switched off
    thumbnail_color : how a thumbnail shows the color of its point
    selected_rows : rows of the dataset, also while isolated
    isolation : nested; each step is a subset of the one before
    camera : None fits all points
    """

    dataset_id: str
    projection_id: str | None = None
    dimensionality: Dimensionality = 3
    components: tuple[int, ...] = (0, 1, 2)
    color_by: str | None = None
    color_kind: ColorKind = "auto"
    hidden_values: tuple[str, ...] = ()
    label_by: str | None = None
    label_mode: LabelMode = "selection"
    thumbnails: bool = True
    thumbnail_color: ThumbnailColor = "frame"
    point_size: float = 1.0
    search: Search = Search()
    metric: Metric = "cosine"
    n_neighbors: int = 100
    selected_point: int | None = None
    selected_rows: Rows = ()
    isolation: tuple[Rows, ...] = ()
    camera: Camera | None = None
    schema_version: int = SCHEMA_VERSION

    def to_json(self) -> dict[str, Any]:
        """Return the fields that differ from their defaults, rows in their text form."""
        given: dict[str, Any] = {"dataset_id": self.dataset_id, "schema_version": SCHEMA_VERSION}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name not in given and value != field.default:
                given[field.name] = _WRITE.get(field.name, _plain)(value)
        return given

    @classmethod
    def from_json(cls, given: Any) -> Self:
        """Build from what a link, a file or a browser gives; nothing in it is trusted.

        Unknown fields are ignored, missing ones take the default.

        Raises
        ------
        ParameterError
            If a field has a wrong type or value, or the schema version is newer than ours.
        """
        if not isinstance(given, dict):
            raise ParameterError("A view must be a JSON object.")
        version = given.get("schema_version", SCHEMA_VERSION)
        if type(version) is not int or version > SCHEMA_VERSION:
            raise ParameterError(
                f"This view was saved by a newer version (schema {version}, known: "
                f"{SCHEMA_VERSION}).",
                hint="Update this server.",
            )
        if "dataset_id" not in given:
            raise ParameterError("A view must name its dataset_id.")
        known = {
            name: _read_field(name, given[name])
            for name in (field.name for field in fields(cls))
            if name in given and name != "schema_version"
        }
        return cls(**known)

    @property
    def rows(self) -> Rows | None:
        """Rows that are shown: the innermost isolation, or None for all."""
        return self.isolation[-1] if self.isolation else None


def check_rows(view: ViewState, n_points: int) -> ViewState:
    """Return the view if every row in it exists, else raise ParameterError."""
    steps = [view.selected_rows, *view.isolation]
    highest = max((rows[-1] for rows in steps if rows), default=-1)
    highest = max(highest, -1 if view.selected_point is None else view.selected_point)
    if highest >= n_points:
        raise ParameterError(
            f"The view names row {highest}, but the dataset has {n_points:,} points.",
            hint="It was saved for another dataset.",
        )
    return view


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _search(name: str, value: Any) -> Search:
    if not isinstance(value, dict):
        raise refused(name, value, "an object with text, column, regex and case")
    return Search(
        text=text("search.text", value.get("text", "")),
        column=optional(text)("search.column", value.get("column")),
        regex=yes_no("search.regex", value.get("regex", False)),
        case=yes_no("search.case", value.get("case", False)),
    )


def _camera(name: str, value: Any) -> Camera:
    if not isinstance(value, dict) or "eye" not in value:
        raise refused(name, value, "an object with eye, center and up")
    return Camera(**{part: vector(name, value[part]) for part in _CAMERA_PARTS if part in value})


_CAMERA_PARTS = tuple(field.name for field in fields(Camera))
_rows_limit = whole(0, 2**31 - 1)

_READ: dict[str, Callable[[str, Any], Any]] = {
    "dataset_id": text,
    "projection_id": optional(text),
    "dimensionality": one_of(*get_args(Dimensionality)),
    "components": list_of(whole(0, 999), 3),
    "color_by": optional(text),
    "color_kind": one_of(*get_args(ColorKind)),
    "hidden_values": list_of(text, 10_000),
    "label_by": optional(text),
    "label_mode": one_of(*get_args(LabelMode)),
    "thumbnails": yes_no,
    "thumbnail_color": one_of(*get_args(ThumbnailColor)),
    "point_size": number(0.1, 10),
    "search": _search,
    "metric": one_of(*get_args(Metric)),
    "n_neighbors": whole(1, 1_000),
    "selected_point": optional(_rows_limit),
    "selected_rows": lambda _, value: decode_rows(value),
    "isolation": list_of(lambda _, value: decode_rows(value), 50),
    "camera": optional(_camera),
}

_WRITE: dict[str, Callable[[Any], Any]] = {
    "selected_rows": encode_rows,
    "isolation": lambda steps: [encode_rows(rows) for rows in steps],
    "search": lambda search: {f.name: getattr(search, f.name) for f in fields(search)},
    "camera": lambda camera: {p: list(getattr(camera, p)) for p in _CAMERA_PARTS},
}


def _read_field(name: str, value: Any) -> Any:
    return _READ[name](name, value)
