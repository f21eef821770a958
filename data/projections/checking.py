"""What the table of parameters cannot check: columns, and what depends on another value."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from data.dataset import DatasetRecord
from data.errors import ParameterError
from data.projections import tsne, umap
from data.projections.parameter_table import LANDMARK_POINTS, N_LANDMARKS


def checked(
    method: str, params: Any, given: dict[str, Any], n_points: int, dataset: DatasetRecord
) -> tuple[Any, tuple[str, ...], int]:
    """Check parameters against the points and the dataset.

    Parameters
    ----------
    given : what a person asked for; defaults are not in it

    Returns
    -------
    params, notes : fitted to the points, with a sentence for each change
    n_iterations : steps of the run; 0 for methods without steps

    Raises
    ------
    ParameterError
        There are too few points, or a value does not fit another one or the dataset.
    """
    if method == "tsne":
        tsne.check_points(n_points)
        params, notes = _checked_tsne(params, given, n_points)
        n_iterations = tsne.n_iterations(params)
    elif method == "umap":
        umap.check_points(n_points)
        _check_umap(params)
        notes, n_iterations = (), umap.n_iterations(params, n_points)
    else:
        return params, (), 0
    _check_column(params.supervise_by, dataset)
    return params, notes, n_iterations


def _checked_tsne(params: Any, given: dict[str, Any], n_points: int) -> tuple[Any, tuple[str, ...]]:
    notes: tuple[str, ...] = ()
    if n_points > LANDMARK_POINTS and "n_landmarks" not in given:
        params = replace(params, n_landmarks=N_LANDMARKS)
        notes = (
            f"A random sample of {N_LANDMARKS:,} of {n_points:,} points was arranged and the "
            "others placed among them; Landmarks (n_landmarks) changes that.",
        )
    n = min(params.n_landmarks or n_points, n_points)
    if params.perplexity > max(1, (n - 1) // 3):
        raise ParameterError(
            f"perplexity is {params.perplexity:g}; for {n:,} landmarks it must be from 1 to "
            f"{(n - 1) // 3:,}."
        )
    if params.supervise_strength and params.supervise_by is None:
        raise ParameterError(
            f"Supervision (supervise_strength) is {params.supervise_strength:g}, but Supervise by "
            "(supervise_by) names no column.",
            hint="Name the column, or leave the strength at 0.",
        )
    return params, notes


def _check_umap(params: Any) -> None:
    n = params.n_landmarks
    if n is not None and params.n_neighbors >= n:
        raise ParameterError(
            f"Neighbors (n_neighbors) is {params.n_neighbors:,}; for {n:,} landmarks it must be "
            f"from 2 to {n - 1:,}."
        )


def _check_column(column: str | None, dataset: DatasetRecord) -> None:
    if column is not None and dataset.column(column) is None:
        names = ", ".join(c.name for c in dataset.columns[:10]) or "none"
        raise ParameterError(
            f"Supervise by (supervise_by) is {column[:60]!r}, which is no column of this dataset.",
            hint=f"Its columns are: {names}.",
        )
