"""Which data a state of the predecessor's belongs to, as far as it tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from data.dataset import DatasetRecord


@dataclass(frozen=True)
class Shape:
    """What a state tells of the data it belongs to.

    Attributes
    ----------
    n_points : of all the data; None with a filter on, when only their least number is known
    """

    n_points: int | None
    n_dims: int
    least: int

    def fits(self, dataset: DatasetRecord) -> bool:
        """Tell whether a dataset may be the one."""
        is_right = self.n_points is None or self.n_points == dataset.n_points
        return is_right and dataset.n_dims == self.n_dims and dataset.n_points >= self.least

    def __str__(self) -> str:
        points = f"at least {self.least:,}" if self.n_points is None else f"{self.n_points:,}"
        return f"{points} points × {self.n_dims:,} dimensions"


def shape_of_state(state: Any) -> Shape | None:
    """Return the shape of the data of a state; None when it is no state."""
    if not isinstance(state, dict):
        return None
    dims = state.get("dataSetDimensions")
    if not isinstance(dims, list) or len(dims) != 2 or not all(map(is_count, dims)):
        return None
    rows = filtered_rows(state)
    if rows is None:
        return Shape(dims[0], dims[1], dims[0])
    if not isinstance(rows, list) or not all(map(is_count, rows)):
        return None
    return Shape(None, dims[1], max(rows) + 1)


def filtered_rows(state: dict[str, Any]) -> Any:
    """Return the rows that a state shows; None for all, also where it says so by an empty list."""
    return state.get("filteredPoints") or None


def is_count(value: Any) -> bool:
    """Whether a value of a state may be a row, or a number of them."""
    return type(value) is int and 0 <= value < 2**31
