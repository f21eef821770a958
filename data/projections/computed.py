"""What a projection method returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Computed:
    """The result of one run of a method.

    Attributes
    ----------
    coordinates : ndarray of shape (n_points, n_components), float32, always finite
    explained_variance_ratio : share of the total variance per component, summing to at most 1;
        None where the method knows no such thing
    message : what a person must know to read the picture rightly; empty when there is nothing
    """

    coordinates: np.ndarray
    explained_variance_ratio: tuple[float, ...] | None = None
    message: str = ""
