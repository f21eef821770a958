"""Named axes of a dataset: kept beside it, for everyone who opens it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from data.errors import NotFoundError, ParameterError
from data.projections.axes_parameters import Axis
from data.stores.datasets import DatasetStore
from data.stores.files import alone, write_json

MAX_AXES = 200


class AxisStore:
    """Axes in the directory of their dataset, so they go to the trash and come back with it."""

    def __init__(self, datasets: DatasetStore) -> None:
        self.datasets = datasets

    def of(self, dataset_id: str) -> list[Axis]:
        """Return the axes of a dataset by name; raises NotFoundError without the dataset."""
        record = self.datasets.record(dataset_id)
        try:
            text = (self.datasets.directory / record.id / "axes.json").read_bytes()
        except FileNotFoundError:
            return []
        return [Axis.parse(axis, str(axis.get("name"))) for axis in json.loads(text)]

    def get(self, dataset_id: str, name: str) -> Axis:
        """Return one axis; raises NotFoundError."""
        for axis in self.of(dataset_id):
            if axis.name == name:
                return axis
        raise NotFoundError(
            f"There is no axis called {name[:100]!r}.", hint="It was removed, or has another name."
        )

    def save(self, dataset_id: str, axis: Axis) -> Axis:
        """Keep an axis under its name, in place of one of the same name.

        Raises
        ------
        ParameterError
            It has no name, an end is empty, or there are too many axes.
        """
        if not axis.name:
            raise ParameterError("Give the axis a name to keep it.")
        if axis.left.is_empty or axis.right.is_empty:
            raise ParameterError(
                f"An end of {axis.name} is empty.", hint="Say what lies at both of its ends."
            )
        with alone(self.datasets.directory, dataset_id):
            others = [other for other in self.of(dataset_id) if other.name != axis.name]
            if len(others) >= MAX_AXES:
                raise ParameterError(f"A dataset may have {MAX_AXES} named axes; remove some.")
            self._write(dataset_id, [*others, axis])
        return axis

    def remove(self, dataset_id: str, name: str) -> None:
        """Forget an axis; one that is gone already is no error."""
        with alone(self.datasets.directory, dataset_id):
            axes = self.of(dataset_id)
            kept = [axis for axis in axes if axis.name != name]
            if len(kept) < len(axes):
                self._write(dataset_id, kept)

    def _write(self, dataset_id: str, axes: list[Axis]) -> None:
        ordered = sorted(axes, key=lambda axis: axis.name.casefold())
        plain: list[dict[str, Any]] = [asdict(axis) for axis in ordered]
        write_json(self.datasets.directory / dataset_id / "axes.json", plain)
