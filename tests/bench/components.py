"""PCA beside bare scikit-learn on the same float32 array."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from sklearn.decomposition import PCA

from data.projections.parameters import PcaParameters
from data.projections.pca import compute_pca
from tests.bench.repeat import alternate
from tests.bench.stored import Stored, clustered
from tests.bench.table import Line

REPETITIONS = 11
MOST = 1.15


def components(stored: Stored) -> Iterator[Line]:
    """Compare on the images, and on 100,000 generated points of 128 dimensions."""
    images = np.array(stored.services.datasets.open(stored.images.id).tensor)
    for tensor in (images, clustered(100_000, 128)[0]):
        yield _compare(tensor)


def _compare(tensor: np.ndarray) -> Line:
    _check_agreement(ours(tensor), bare(tensor))
    ways = {"ours": lambda: ours(tensor), "bare": lambda: bare(tensor)}
    seconds = {
        name: float(np.median(times)) for name, times in alternate(ways, REPETITIONS).items()
    }
    n_points, n_dims = tensor.shape
    met = seconds["ours"] <= MOST * seconds["bare"]
    what = f"PCA of {n_points:,} x {n_dims}"
    return Line(what, seconds["ours"], seconds["bare"], "s", f"<= {MOST} x scikit-learn", met)


def ours(tensor: np.ndarray) -> np.ndarray:
    return compute_pca(tensor, None, PcaParameters()).coordinates


def bare(tensor: np.ndarray) -> np.ndarray:
    coordinates: np.ndarray = PCA(10, svd_solver="covariance_eigh").fit_transform(tensor)
    return coordinates


def _check_agreement(ours: np.ndarray, bare: np.ndarray) -> None:
    """The first axes are those of scikit-learn but for their signs."""
    for i in range(3):
        likeness = abs(float(np.corrcoef(ours[:, i], bare[:, i])[0, 1]))
        assert likeness > 0.99, f"component {i} correlates with scikit-learn's only by {likeness}"
