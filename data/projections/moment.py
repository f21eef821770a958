"""Everything that a run of steps goes on from, for any method that has steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

# Takes the step and the embedding; True holds the run before its next step.
Watch = Callable[[int, np.ndarray], bool]


@dataclass(eq=False)
class Moment:
    """Where a run is after some steps.

    Attributes
    ----------
    embedding : float array of shape (n_points, n_components)
    optimizer : arrays by name that the method's next step reads; empty at a start
    curve : (iteration, KL divergence) as far as measured
    """

    iteration: int
    embedding: np.ndarray
    optimizer: dict[str, np.ndarray] = field(default_factory=dict)
    curve: list[tuple[int, float]] = field(default_factory=list)

    @property
    def kl_divergence(self) -> float | None:
        """The newest value of the curve."""
        return self.curve[-1][1] if self.curve else None
