"""Supervision of t-SNE: classes that people know draw points together."""

from __future__ import annotations

import numpy as np


def supervise(joint: object, codes: np.ndarray, strength: float) -> None:
    """Weaken the affinities between points of different classes, in place.

    At strength s, an affinity between two known and different classes keeps 1 - s of itself; then
    all are scaled to sum to 1 again. A point that would lose every neighbor keeps its own
    affinities, since without any it would fly off.

    Parameters
    ----------
    joint : scipy CSR matrix of shape (n_points, n_points), symmetric
    codes : class of every point, negative where it is unknown
    strength : from 0 to 1
    """
    indptr, columns, data = joint.indptr, joint.indices, joint.data  # type: ignore[attr-defined]
    lines = np.repeat(np.arange(len(codes)), np.diff(indptr))
    apart = (codes[lines] != codes[columns]) & (codes[lines] >= 0) & (codes[columns] >= 0)
    total = np.bincount(lines, data, len(codes))
    kept = np.bincount(lines, np.where(apart, 0.0, data), len(codes))
    alone = (kept <= 1e-12 * total) & (strength == 1)
    data[apart & ~alone[lines] & ~alone[columns]] *= 1 - strength
    data /= data.sum()
