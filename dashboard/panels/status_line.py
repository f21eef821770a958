"""The line below the view: what is shown, and what was done to it."""

from __future__ import annotations

from typing import Any

from data.counted import counted
from data.dataset import DatasetRecord
from data.projection import ProjectionRecord
from data.projections.methods import METHODS
from data.stores.kept_coordinates import STORED


def status_text(record: ProjectionRecord, dataset: DatasetRecord) -> str:
    """Return one line on what is shown and what was done to it."""
    kind = "point" if record.rows is None else "isolated point"
    which = "all " if record.rows is None and record.n_points > 1 else ""
    label = METHODS[record.method].label if record.method in METHODS else "Stored coordinates"
    parts = [f"{label} of {which or 'the '}{counted(record.n_points, kind)}"]
    if record.method == STORED and record.name:
        parts.append(record.name)
    if record.method in _PREPARATION:
        parts += _PREPARATION[record.method](record.parameters, dataset.n_dims)
    if record.state == "queued" and not record.n_frames:
        parts.append("waiting, so the picture before is still shown")
    if record.state == "stopped":
        parts.append(f"stopped at iteration {record.iteration:,}")
    if dataset.warnings:
        parts.append(dataset.warnings[0])
    return " · ".join(parts)


def _pca_preparation(parameters: dict[str, Any], n_dims: int) -> list[str]:
    parts = ["centered"]
    if parameters.get("normalize"):
        parts.append("rows normalized")
    if parameters.get("standardize"):
        parts.append("columns standardized")
    return parts


def _distance(metric: str) -> str:
    return "Euclidean distance" if metric == "euclidean" else f"{metric} distance"


def _tsne_preparation(parameters: dict[str, Any], n_dims: int) -> list[str]:
    parts = [f"perplexity {parameters['perplexity']:g}", _distance(parameters["metric"])]
    if n_dims > (parameters["pca_components"] or n_dims):
        parts.append(f"reduced to {parameters['pca_components']} dimensions by PCA")
    if parameters["n_landmarks"]:
        parts.append(f"{parameters['n_landmarks']:,} landmarks, the others placed among them")
    if parameters["supervise_by"] and parameters["supervise_strength"]:
        strength = parameters["supervise_strength"]
        parts.append(f"supervised by {parameters['supervise_by']} ({strength:g})")
    return parts


def _umap_preparation(parameters: dict[str, Any], n_dims: int) -> list[str]:
    parts = [f"{parameters['n_neighbors']:,} neighbors", _distance(parameters["metric"])]
    if parameters.get("n_landmarks"):
        parts.append(f"{parameters['n_landmarks']:,} landmarks, the others placed among them")
    if parameters["supervise_by"]:
        parts.append(f"supervised by {parameters['supervise_by']}")
    return parts


_PREPARATION = {
    "pca": _pca_preparation,
    "tsne": _tsne_preparation,
    "umap": _umap_preparation,
}
