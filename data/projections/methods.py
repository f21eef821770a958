"""The table of projection methods: what the panel offers, the API accepts and workers compute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from data.dataset import Dataset
from data.limits import Limits
from data.projections.columns import compute_columns
from data.projections.computed import Computed
from data.projections.custom_axes import compute_custom_axes
from data.projections.parameters import PARAMETERS, parameters_class
from data.projections.pca import compute_pca

__all__ = ["METHODS", "Computed", "Method", "compute"]

AtOnce = Callable[[Dataset, np.ndarray | None, Any, Limits], Computed]


@dataclass(frozen=True)
class Method:
    """One way to project.

    Attributes
    ----------
    name : the word in links, files and the API
    label : the word on the screen
    parameters : the dataclass of its parameters, with the rule of each
    compute : takes (dataset, rows or None for all, parameters, limits) and returns Computed; None
        for methods that go step by step, which only workers compute
    sentence : what may and may not be read from the picture
    """

    name: str
    label: str
    parameters: type
    compute: AtOnce | None
    sentence: str


def _pca(dataset: Dataset, rows: np.ndarray | None, params: Any, limits: Limits) -> Computed:
    return compute_pca(dataset.tensor, rows, params)


def _custom_axes(
    dataset: Dataset, rows: np.ndarray | None, params: Any, limits: Limits
) -> Computed:
    return compute_custom_axes(dataset, rows, params, limits.pattern_length)


def _columns(dataset: Dataset, rows: np.ndarray | None, params: Any, limits: Limits) -> Computed:
    return compute_columns(dataset, rows, params)


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method(
            name="pca",
            label="PCA",
            parameters=PARAMETERS["pca"],
            compute=_pca,
            sentence=(
                "Points that lie far apart here are far apart in the data; points that lie "
                "together may still differ in components that are not shown."
            ),
        ),
        Method(
            name="tsne",
            label="t-SNE",
            parameters=PARAMETERS["tsne"],
            compute=None,
            sentence=(
                "Points that lie together are neighbors in the data; how far clusters lie from "
                "each other, and how large they are, means little."
            ),
        ),
        Method(
            name="umap",
            label="UMAP",
            parameters=PARAMETERS["umap"],
            compute=None,
            sentence=(
                "Points that lie together are neighbors in the data; gaps, sizes and tightness of "
                "clusters, and which clusters lie side by side, mean little."
            ),
        ),
        Method(
            name="custom_axes",
            label="Custom axes",
            parameters=PARAMETERS["custom_axes"],
            compute=_custom_axes,
            sentence=(
                "A point lies where it stands between the two groups of an axis, and only that: "
                "points that lie together may differ in everything else."
            ),
        ),
        Method(
            name="columns",
            label="As is",
            parameters=PARAMETERS["columns"],
            compute=_columns,
            sentence=(
                "Every position is a value of the data itself; columns that are not shown are "
                "not in the picture."
            ),
        ),
    )
}


def compute(
    method: str, dataset: Dataset, rows: np.ndarray | None, params: Any, limits: Limits
) -> Computed:
    """Compute a projection by a method that needs no steps.

    Parameters
    ----------
    rows : int64 row numbers in the order wanted, or None for all
    params : an instance of the method's parameter class, from `parse_parameters`

    Raises
    ------
    ParameterError
        There is no such method, or the dataset has not what the parameters name.
    """
    parameters_class(method)
    at_once = METHODS[method].compute
    assert at_once is not None, "workers take this method step by step"
    return at_once(dataset, rows, params, limits)
