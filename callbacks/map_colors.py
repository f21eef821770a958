"""Coloring by what is no column: a kept axis, or how many neighbors each point keeps on the map."""

from __future__ import annotations

import json
from dataclasses import asdict
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import numpy as np

from dashboard.figures.color_scale import color_scale
from dashboard.figures.colors import MISSING, number_colors
from dashboard.panels.data import build_number_legend
from data.color_choices import PRESERVATION, chosen_axis
from data.dataset import Dataset
from data.errors import NotFoundError
from data.projections.axes_parameters import Axis
from data.projections.custom_axes import axis_positions
from data.services import Services

Colored = tuple[dict[str, Any], list[Any], str, bool]

PRESERVATION_TICKS = tuple((share, share) for share in (0.0, 0.25, 0.5, 0.75, 1.0))
PRESERVATION_NOTE = "Share of each point's 12 nearest neighbors that are its nearest here, too."
# The address is filled in by the scripts, for the map and the components that are drawn.
PRESERVATION_URL = "page/projections/{projection}/preservation?components={components}"


def specially_colored(services: Services, dataset: Dataset, choice: str) -> Colored | None:
    """Return what `colored` does for a choice that is no column; None when it is gone."""
    if choice == PRESERVATION:
        colors = number_colors()
        coloring = _coloring(dataset, choice, PRESERVATION_URL, (0.0, 1.0))
        coloring["n_rows"] = dataset.record.n_points
        legend = build_number_legend(PRESERVATION_TICKS, colors, 0)
        return coloring, legend, PRESERVATION_NOTE, True
    try:
        axis = services.axes.get(dataset.record.id, chosen_axis(choice) or "")
    except NotFoundError:
        return None
    return _by_axis(dataset, choice, axis, services.limits.pattern_length)


def _by_axis(dataset: Dataset, choice: str, axis: Axis, pattern_length: int) -> Colored:
    numbers = axis_positions(dataset, axis, pattern_length=pattern_length)
    scale = color_scale(numbers)
    record = dataset.record
    url = (
        f"page/datasets/{record.id}/{record.metadata_revision}/axis?name={quote(axis.name)}"
        f"&version={version_of(axis)}&scale={scale.kind}"
    )
    legend = build_number_legend(scale.ticks, number_colors(), int(np.isnan(numbers).sum()))
    note = f"Low values lie towards {end_text(axis, 'left')}, high ones {end_text(axis, 'right')}."
    return _coloring(dataset, choice, url, (scale.low, scale.high)), legend, note, True


def _coloring(dataset: Dataset, choice: str, url: str, ends: tuple[float, float]) -> dict[str, Any]:
    return {
        "kind": "numeric",
        "dataset": dataset.record.id,
        "column": choice,
        "url": url,
        "type": "<f4",
        "low": ends[0],
        "high": ends[1],
        "colors": number_colors(),
        "missing": MISSING,
    }


def end_text(axis: Axis, end: str) -> str:
    """Say what lies at an end of an axis."""
    group = axis.left if end == "left" else axis.right
    return f"“{group.text[:60]}”" if group.text else "the chosen points"


def version_of(axis: Axis) -> str:
    """Return a short text that changes with the axis, so that browsers keep each version."""
    return sha256(json.dumps(asdict(axis), sort_keys=True).encode()).hexdigest()[:12]
