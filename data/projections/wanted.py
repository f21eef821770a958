"""A request for a projection, checked before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from data.dataset import DatasetRecord
from data.errors import ParameterError
from data.limits import Limits
from data.projection import ProjectionRecord
from data.projections.checking import checked
from data.projections.estimate import Estimate, estimate
from data.projections.methods import METHODS
from data.projections.parameters import parse_parameters, reads_metadata, to_json
from data.rows import Rows, encode_rows


@dataclass(frozen=True)
class Wanted:
    """A checked request: the record that it will have, and what it costs."""

    record: ProjectionRecord
    parameters: Any
    rows: Rows | None
    cost: Estimate


def check_wanted(
    dataset: DatasetRecord,
    method: str,
    given: dict[str, Any],
    rows: Rows | None,
    limits: Limits,
) -> Wanted:
    """Return what was asked for with everything filled in, and its cost.

    Raises
    ------
    ParameterError
        If method, parameters or rows are not legal for this dataset, or the host cannot do it.
    """
    n_points = dataset.n_points if rows is None else len(rows)
    if rows is not None and (not rows or rows[-1] >= dataset.n_points):
        raise ParameterError(f"rows must name 1 to {dataset.n_points:,} existing points.")
    legal, notes = parse_parameters(method, given, n_points, dataset.n_dims)
    record = ProjectionRecord(
        id="",
        dataset=dataset.id,
        method=method,
        parameters={},
        n_points=n_points,
        rows=None if rows is None else encode_rows(rows),
    )
    legal, more, n_steps = checked(method, legal, given, n_points, dataset)
    revision = dataset.metadata_revision if reads_metadata(legal) else None
    record = replace(
        record,
        parameters=to_json(legal),
        message=" ".join((*notes, *more)),
        n_iterations=n_steps,
        n_components=legal.n_components if n_steps else 0,
        metadata_revision=revision,
    ).with_id()
    cost = estimate(method, legal, n_points, dataset.n_dims, limits.threads_of_a_job)
    _check_cost(method, n_points, cost, limits)
    return Wanted(record, legal, rows, cost)


def _check_cost(method: str, n_points: int, cost: Estimate, limits: Limits) -> None:
    label = METHODS[method].label
    for needs, limit, what, unit in (
        (cost.bytes / 1e9, limits.memory_of_a_job / 1e9, "of memory", "GB"),
        (cost.seconds / 60, limits.projection_seconds / 60, "of computing", "minutes"),
    ):
        if needs > limit:
            raise ParameterError(
                f"{label} of {n_points:,} points needs about {needs:,.1f} {unit} {what}; "
                f"the limit of this server is {limit:,.1f} {unit}.",
                hint="Isolate fewer points, or arrange a sample: Landmarks (n_landmarks)."
                if method in ("tsne", "umap")
                else "Isolate fewer points.",
            )
