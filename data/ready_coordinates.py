"""Coordinates that were computed elsewhere: a file with two or three numbers per point."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.dataset import Dataset
from data.errors import ParameterError, ReadError
from data.parsing import ParseRequest, Source, parse
from data.projection import ProjectionRecord
from data.services import Services
from data.stores.files import staging
from data.stores.kept_coordinates import keep_coordinates

MAX_COMPONENTS = 3


def add_coordinates(
    services: Services, dataset_id: str, source: Source, key: str = "", name: str = ""
) -> ProjectionRecord:
    """Keep the coordinates of a file as a named projection that is never evicted.

    Parameters
    ----------
    key : a metadata column by whose values the rows of the file are matched; the file must have a
        column of this name. Empty: the rows are in the order of the points
    name : what the projection is called; that of the file when it is empty

    Raises
    ------
    ReadError, LimitError, ParameterError
        The file cannot be read, is no table of 2 or 3 numbers, or does not fit the points.
    """
    dataset = services.datasets.open(dataset_id)
    with staging(services.datasets.directory) as folder:
        parsed = parse(ParseRequest(tensor=source), folder, services.limits)
        if not 2 <= parsed.n_dims <= MAX_COMPONENTS:
            raise ReadError(
                f"{source.name} has {parsed.n_dims:,} numbers per row; coordinates have 2 or 3.",
                hint="Save only the coordinates, beside a column to match rows by if you like.",
            )
        coordinates = np.load(folder / "tensor.npy", allow_pickle=False)
        path = folder / "metadata.parquet"
        columns = pq.read_table(path) if path.is_file() else pa.table({})
    if key:
        coordinates = _matched(dataset, coordinates, columns, key, source.name)
    elif len(coordinates) != dataset.record.n_points:
        raise ReadError(
            f"{source.name} has {len(coordinates):,} rows of coordinates, and the dataset "
            f"{dataset.record.n_points:,} points.",
            hint="Match the rows by a column that both have, or save one row per point.",
        )
    else:
        _check_order(dataset, columns, source.name)
    origin = {"file": source.name, **({"key": key} if key else {})}
    record = keep_coordinates(services.projections, dataset_id, coordinates, None, origin)
    if record.name:
        return record
    return services.projections.rename(record.id, (name or source.name)[:200])


def _check_order(dataset: Dataset, columns: pa.Table, file: str) -> None:
    """Refuse rows whose own column says that they are in another order than the points."""
    shared = [c.name for c in dataset.record.columns if c.name in columns.column_names]
    for name in shared:
        wanted = dataset.metadata.column(name).to_pylist()
        given = columns.column(name).to_pylist()
        if given != wanted and Counter(given) == Counter(wanted):
            row = next(i for i, value in enumerate(given) if value != wanted[i])
            raise ReadError(
                f"{file} has its rows in another order than the points: its row {row:,} is "
                f"{str(given[row])[:60]!r} in {name!r}, that point is {str(wanted[row])[:60]!r}.",
                hint=f"Match the rows by {name!r}.",
            )


def _matched(
    dataset: Dataset, coordinates: np.ndarray, columns: pa.Table, key: str, file: str
) -> np.ndarray:
    """Return the coordinates in the order of the points, each found by its value of a column."""
    wanted = dataset.metadata.column(key).to_pylist()
    if key not in columns.column_names:
        others = ", ".join(columns.column_names) or "none"
        raise ReadError(
            f"{file} has no column {key!r} to match rows by.", hint=f"Its columns are: {others}."
        )
    given = columns.column(key).to_pylist()
    place = {value: i for i, value in enumerate(given)}
    if len(place) < len(given):
        twice = next(value for i, value in enumerate(given) if place[value] != i)
        raise ReadError(
            f"{file} has {str(twice)[:60]!r} more than once in {key!r}.",
            hint="Leave one row of each, or match by another column.",
        )
    missing = [row for row, value in enumerate(wanted) if value is None or value not in place]
    if missing:
        value = wanted[missing[0]]
        raise ParameterError(
            f"{file} has no coordinates for {len(missing):,} of {len(wanted):,} points, first for "
            f"row {missing[0]:,} ({str(value)[:60]!r}).",
            hint=f"Every value of {key!r} needs a row in the file.",
        )
    return coordinates[[place[value] for value in wanted]]
