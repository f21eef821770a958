"""Everything that makes a view, without coordinates: the bookmark, the link, the store content."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Literal, Self, get_args

from data.errors import ParameterError
from data.rows import Rows, decode_rows, encode_rows

SCHEMA_VERSION = 1
MAX_TEXT = 10_000

Dimensionality = Literal[2, 3]
ColorKind = Literal["auto", "categorical", "numeric"]
LabelMode = Literal["selection", "many", "none"]
Metric = Literal["cosine", "euclidean"]
Vector = tuple[float, float, float]


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


def _fail(name: str, value: Any, legal: str) -> ParameterError:
    return ParameterError(f"{name} must be {legal}, not {str(value)[:60]!r}.")


def _one_of(*choices: Any) -> Callable[[str, Any], Any]:
    def read(name: str, value: Any) -> Any:
        if value not in choices or isinstance(value, bool):
            raise _fail(name, value, "one of " + ", ".join(map(str, choices)))
        return value

    return read


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise _fail(name, value, f"a text of at most {MAX_TEXT:,} characters")
    return value


def _whole(low: int, high: int) -> Callable[[str, Any], int]:
    def read(name: str, value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise _fail(name, value, f"a whole number from {low:,} to {high:,}")
        return value

    return read


def _number(low: float, high: float) -> Callable[[str, Any], float]:
    def read(name: str, value: Any) -> float:
        if type(value) not in (int, float) or not low <= value <= high:
            raise _fail(name, value, f"a number from {low:g} to {high:g}")
        return float(value)

    return read


def _yes_no(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _fail(name, value, "true or false")
    return value


def _optional(read: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    return lambda name, value: None if value is None else read(name, value)


def _list_of(read: Callable[[str, Any], Any], most: int) -> Callable[[str, Any], tuple[Any, ...]]:
    def read_all(name: str, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple) or len(value) > most:
            raise _fail(name, value, f"a list of at most {most:,}")
        return tuple(read(name, item) for item in value)

    return read_all


def _search(name: str, value: Any) -> Search:
    if not isinstance(value, dict):
        raise _fail(name, value, "an object with text, column, regex and case")
    return Search(
        text=_text("search.text", value.get("text", "")),
        column=_optional(_text)("search.column", value.get("column")),
        regex=_yes_no("search.regex", value.get("regex", False)),
        case=_yes_no("search.case", value.get("case", False)),
    )


def _vector(name: str, value: Any) -> Vector:
    if isinstance(value, dict):
        value = [value.get(axis) for axis in "xyz"]
    if not isinstance(value, list | tuple) or len(value) != 3:
        raise _fail(name, value, "three numbers")
    if any(type(v) not in (int, float) or not math.isfinite(v) for v in value):
        raise _fail(name, value, "three finite numbers")
    return (float(value[0]), float(value[1]), float(value[2]))


def _camera(name: str, value: Any) -> Camera:
    if not isinstance(value, dict) or "eye" not in value:
        raise _fail(name, value, "an object with eye, center and up")
    return Camera(**{part: _vector(name, value[part]) for part in _CAMERA_PARTS if part in value})


_CAMERA_PARTS = tuple(field.name for field in fields(Camera))
_rows_limit = _whole(0, 2**31 - 1)

_READ: dict[str, Callable[[str, Any], Any]] = {
    "dataset_id": _text,
    "projection_id": _optional(_text),
    "dimensionality": _one_of(*get_args(Dimensionality)),
    "components": _list_of(_whole(0, 999), 3),
    "color_by": _optional(_text),
    "color_kind": _one_of(*get_args(ColorKind)),
    "hidden_values": _list_of(_text, 10_000),
    "label_by": _optional(_text),
    "label_mode": _one_of(*get_args(LabelMode)),
    "thumbnails": _yes_no,
    "point_size": _number(0.1, 10),
    "search": _search,
    "metric": _one_of(*get_args(Metric)),
    "n_neighbors": _whole(1, 1_000),
    "selected_point": _optional(_rows_limit),
    "selected_rows": lambda _, value: decode_rows(value),
    "isolation": _list_of(lambda _, value: decode_rows(value), 50),
    "camera": _optional(_camera),
}

_WRITE: dict[str, Callable[[Any], Any]] = {
    "selected_rows": encode_rows,
    "isolation": lambda steps: [encode_rows(rows) for rows in steps],
    "search": lambda search: {f.name: getattr(search, f.name) for f in fields(search)},
    "camera": lambda camera: {p: list(getattr(camera, p)) for p in _CAMERA_PARTS},
}


def _read_field(name: str, value: Any) -> Any:
    return _READ[name](name, value)
