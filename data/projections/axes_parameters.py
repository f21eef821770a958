"""Parameters of the methods that are told what to show: custom axes and columns as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Self

from data.errors import ParameterError
from data.rows import decode_rows, encode_rows

MAX_NAME = 100
MAX_AXES = 3
AXIS_NAMES = ("X", "Y", "Z")
# How the ends of each axis are called on the screen.
SIDES = (("left", "right"), ("down", "up"), ("far", "near"))

EmptyAxis = Literal["component", "jitter"]


@dataclass(frozen=True)
class Group:
    """Points at one end of an axis: those that a search finds, or given rows.

    Attributes
    ----------
    text, column, regex, case : a search, as in the inspector; column None is the label column
    rows : given rows in their text form instead of a search; empty for none
    """

    text: str = ""
    column: str | None = None
    regex: bool = False
    case: bool = False
    rows: str = ""

    @property
    def is_empty(self) -> bool:
        """Neither a text nor rows are given."""
        return not (self.text or self.rows)

    @classmethod
    def parse(cls, given: Any, where: str) -> Self:
        """Check what a person gave; `where` names the box in messages."""
        given = _object(given, ("text", "column", "regex", "case", "rows"), where)
        for name, kind in (("text", str), ("regex", bool), ("case", bool)):
            if type(given.get(name, kind())) is not kind:
                raise ParameterError(f"{name} of {where} must be {_KINDS[kind]}.")
        if not isinstance(given.get("column"), str | None):
            raise ParameterError(f"column of {where} must be the name of a metadata column.")
        rows = given.get("rows")
        if rows and given.get("text"):
            raise ParameterError(f"{where} has both a text and rows; give one of them.")
        found = {name: given[name] for name in given if name != "rows"}
        return cls(**found, rows=encode_rows(decode_rows(rows)) if rows else "")


@dataclass(frozen=True)
class Axis:
    """A direction: from the centroid of one group to that of another."""

    left: Group
    right: Group
    name: str = ""

    @classmethod
    def parse(cls, given: Any, where: str, sides: tuple[str, str] = SIDES[0]) -> Self:
        """Check what a person gave; `where` names the axis in messages."""
        given = _object(given, ("name", "left", "right"), where)
        name = given.get("name") or ""
        if not isinstance(name, str) or len(name) > MAX_NAME:
            raise ParameterError(f"The name of {where} must have at most {MAX_NAME} characters.")
        left, right = (
            Group.parse(given.get(key) or {}, f"the {side} box of {where}")
            for key, side in zip(("left", "right"), sides, strict=True)
        )
        return cls(left, right, name.strip())


@dataclass(frozen=True)
class CustomAxesParameters:
    """Parameters of custom axes.

    Attributes
    ----------
    axes : X, Y and Z; None is an axis that was left empty
    isolated_only : search among the projected points alone, instead of among all
    empty_axis : what is drawn along an axis that was left empty
    random_state : seed of the jitter
    """

    axes: tuple[Axis | None, ...]
    isolated_only: bool = False
    empty_axis: EmptyAxis = "component"
    random_state: int = 0

    @property
    def fills_axes(self) -> bool:
        """Whether principal components are needed."""
        return None in self.axes and self.empty_axis == "component"

    @property
    def reads_metadata(self) -> bool:
        """Whether a group is searched; rows of a selection stay what they are."""
        return any(axis.left.text or axis.right.text for axis in self.axes if axis)

    @classmethod
    def parse(cls, given: dict[str, Any]) -> Self:
        """Check what a person asked for; raises ParameterError."""
        given = _object(
            given, ("axes", "isolated_only", "empty_axis", "random_state"), "parameters"
        )
        axes = given.get("axes")
        if not isinstance(axes, list) or not 1 <= len(axes) <= MAX_AXES:
            raise ParameterError(
                f"axes must be a list of 1 to {MAX_AXES} axes.",
                hint='Each is {"left": {"text": ...}, "right": {"text": ...}}, or null.',
            )
        named = zip(axes, AXIS_NAMES, SIDES, strict=False)
        parsed = tuple(None if axis is None else Axis.parse(axis, n, s) for axis, n, s in named)
        if all(axis is None for axis in parsed):
            raise ParameterError("All axes are empty.", hint="Say what is left and what is right.")
        if type(given.get("isolated_only", False)) is not bool:
            raise ParameterError("isolated_only must be true or false.")
        if given.get("empty_axis", "component") not in ("component", "jitter"):
            raise ParameterError("empty_axis must be 'component' or 'jitter'.")
        seed = given.get("random_state", 0)
        if type(seed) is not int or not 0 <= seed < 2**31:
            raise ParameterError("random_state must be a whole number from 0 to 2147483647.")
        # A picture has two axes at least; asked for with or without an empty Y, it is the same.
        return cls(**{**given, "axes": parsed if len(parsed) > 1 else (*parsed, None)})


@dataclass(frozen=True)
class ColumnsParameters:
    """Parameters of a picture of columns as they are.

    Attributes
    ----------
    columns : 2 or 3 of them; a number is a dimension of the tensor counted from 0, a text is a
        numeric metadata column
    """

    columns: tuple[int | str, ...]

    @property
    def reads_metadata(self) -> bool:
        """Whether a column is one of the metadata."""
        return any(isinstance(column, str) for column in self.columns)

    @classmethod
    def parse(cls, given: dict[str, Any]) -> Self:
        """Check what a person asked for; raises ParameterError."""
        columns = _object(given, ("columns",), "parameters").get("columns")
        if not isinstance(columns, list) or not 2 <= len(columns) <= 3:
            raise ParameterError("columns must be a list of 2 or 3 columns.")
        if any(type(column) not in (int, str) for column in columns):
            raise ParameterError(
                "A column must be the number of a dimension or the name of a metadata column."
            )
        return cls(tuple(columns))


_KINDS = {str: "a text", bool: "true or false"}


def _object(given: Any, known: tuple[str, ...], where: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise ParameterError(f"{where} must be an object with {', '.join(known)}.")
    unknown = next((name for name in given if name not in known), None)
    if unknown is not None:
        raise ParameterError(
            f"{where} has nothing called {str(unknown)[:100]!r}.",
            hint=f"It may have: {', '.join(known)}.",
        )
    return given
