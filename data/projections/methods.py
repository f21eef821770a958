"""The table of projection methods: what the panel offers, the API accepts and workers compute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from data.projections.computed import Computed
from data.projections.parameters import PARAMETERS, parameters_class
from data.projections.pca import compute_pca

__all__ = ["METHODS", "Computed", "Method", "compute"]


@dataclass(frozen=True)
class Method:
    """One way to project.

    Attributes
    ----------
    name : the word in links, files and the API
    label : the word on the screen
    parameters : the dataclass of its parameters, with the rule of each
    compute : takes (tensor, rows or None for all, parameters) and returns Computed; None for
        methods that go step by step, which only workers compute
    sentence : what may and may not be read from the picture
    """

    name: str
    label: str
    parameters: type
    compute: Callable[[np.ndarray, np.ndarray | None, Any], Computed] | None
    sentence: str


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method(
            name="pca",
            label="PCA",
            parameters=PARAMETERS["pca"],
            compute=compute_pca,
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
    )
}


def compute(method: str, tensor: np.ndarray, rows: np.ndarray | None, params: Any) -> Computed:
    """Compute a projection by a method that needs no steps.

    Parameters
    ----------
    tensor : ndarray of shape (n, n_dims), float32, finite; may be memory mapped
    rows : int64 row numbers in the order wanted, or None for all
    params : an instance of the method's parameter class, from `parse_parameters`

    Raises
    ------
    ParameterError
        There is no such method.
    """
    parameters_class(method)
    at_once = METHODS[method].compute
    assert at_once is not None, "workers take this method step by step"
    return at_once(tensor, rows, params)
