"""What a projection method returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.projections.preprocessing import SAFE_EXPONENT


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


def drawable(coordinates: np.ndarray) -> tuple[np.ndarray, str]:
    """Bring coordinates into a range that float32 and a graphics card can square.

    Returns
    -------
    coordinates : float32, multiplied by a power of two where they were very large or small
    note : a sentence when they were
    """
    largest = float(np.abs(coordinates).max(initial=0))
    exponent = int(np.frexp(largest)[1])
    if largest == 0 or abs(exponent) <= SAFE_EXPONENT:
        return coordinates.astype(np.float32), ""
    size, how = ("large", "divided") if exponent > 0 else ("small", "multiplied")
    note = (
        f"The values are very {size} (up to {largest:.2g}), so the coordinates are shown {how} "
        f"by 2^{abs(exponent)}."
    )
    return np.ldexp(coordinates.astype(np.float64), -exponent).astype(np.float32), note
