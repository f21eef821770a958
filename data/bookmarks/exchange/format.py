"""What a file of bookmarks holds, and how it is told from others."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from data.errors import LimitError, ParameterError, ReadError

FORMAT = "embedding-dashboard bookmarks"
VERSION = 1
# The predecessor's files take about 360 bytes a point and view.
# The way out with a file of another kind.
NO_BOOKMARKS = "It must be one that was downloaded here, or from TensorBoard's projector."
MAX_BYTES = 256 * 1024**2
MAX_BOOKMARKS = 1_000


@dataclass
class Draft:
    """A bookmark of a file on its way to the store.

    Attributes
    ----------
    view : the JSON of its view, without the dataset that it will be of
    coordinates : of the shown points, in the order of the rows; None when the file has none
    origin : what the file says of how the coordinates were made
    projection_id : the one that the view showed where the file was written
    notes : what has no counterpart here
    """

    name: str
    note: str = ""
    author: str = ""
    view: dict[str, Any] = field(default_factory=dict)
    coordinates: np.ndarray | None = None
    origin: dict[str, Any] = field(default_factory=dict)
    projection_id: str | None = None
    thumbnail: str | None = None
    notes: list[str] = field(default_factory=list)


def read_json(content: bytes, name: str) -> Any:
    """Return the JSON of a file; raises ReadError or LimitError, which name the place."""
    if len(content) > MAX_BYTES:
        raise LimitError(
            f"{name} is larger than {MAX_BYTES:,} bytes, the most for bookmarks.",
            hint="Put fewer bookmarks, or no coordinates, into one file.",
        )
    try:
        return json.loads(content.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise ReadError(
            f"{name}, line {error.lineno}, column {error.colno}: this is not JSON, or a part of it "
            "is missing.",
            hint="Download the bookmarks again.",
        ) from None
    except (UnicodeDecodeError, RecursionError, ValueError):
        raise ReadError(
            f"{name} is not a file of bookmarks: it is not JSON.", hint=NO_BOOKMARKS
        ) from None


def coordinates_text(coordinates: np.ndarray) -> dict[str, Any]:
    """Return coordinates as a file holds them: float32, little-endian, row by row, base64."""
    values = np.ascontiguousarray(coordinates, "<f4")
    return {"shape": list(values.shape), "float32": base64.b64encode(values.tobytes()).decode()}


def read_coordinates(given: Any) -> np.ndarray:
    """Read what `coordinates_text` wrote; raises ParameterError."""
    try:
        n_points, n_components = given["shape"]
        values = np.frombuffer(base64.b64decode(given["float32"], validate=True), "<f4")
        return values.reshape(int(n_points), int(n_components)).astype(np.float32)
    except (KeyError, TypeError, ValueError, OverflowError, binascii.Error):
        raise ParameterError("The coordinates in the file are damaged.") from None
