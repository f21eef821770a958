"""What a projection will cost: seconds and bytes, before anything is computed.

The constants were measured on two cores; they are right within a factor of two or so.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2
from typing import Any

from data.neighbor_graph import MAX_EXACT
from data.projections.landmarks import N_PLACING
from data.projections.pca import MAX_SIDE
from data.projections.tsne import MIN_FFT_POINTS, n_iterations, neighbors_needed, reduces
from data.projections.umap import n_iterations as umap_epochs

# What a worker takes before it has read any data.
BASE_BYTES = 300e6
# What the approximate search of neighbors compiles and keeps.
SEARCH_BYTES = 250e6
MEASURED_THREADS = 2


@dataclass(frozen=True)
class Estimate:
    """Seconds of computing, and bytes of memory at the most."""

    seconds: float
    bytes: float


def estimate(method: str, params: Any, n_points: int, n_dims: int, threads: int = 2) -> Estimate:
    """Estimate what a projection of so many points in so many dimensions costs."""
    if method == "tsne":
        return _tsne(params, n_points, n_dims, threads)
    if method == "umap":
        return _umap(params, n_points, n_dims, threads)
    if method == "pca" or getattr(params, "fills_axes", False):
        return _pca(n_points, n_dims)
    return Estimate(1e-9 * n_points * n_dims, BASE_BYTES + 40 * n_points)


def _umap(params: Any, n_points: int, n_dims: int, threads: int) -> Estimate:
    n, k = min(n_points, params.n_landmarks or n_points), params.n_neighbors
    speed = MEASURED_THREADS / threads
    # Warming up takes 3 s, and up to a minute when a machine does it for the first time.
    epochs = umap_epochs(params, n_points) * n * k * 2.5e-8
    start = 2e-4 * n
    neighbors = _neighbors(n, n_dims, k, speed)
    rest = n_points - n
    placing = rest * (1e-4 + 1e-9 * min(n, MAX_EXACT) * n_dims**0.5) * speed
    # Weighted edges in both directions, and when each is due.
    graph = n * k * 2 * 60 + rest * N_PLACING * 60
    memory = BASE_BYTES + n_points * n_dims * 8 + graph
    return Estimate(neighbors + start + epochs + placing + 5, memory)


def _neighbors(n: int, d: int, k: int, speed: float) -> float:
    if n <= MAX_EXACT:
        return float(n**2 * (1.3e-8 + 4e-11 * d + 1e-10 * k) * speed)
    # Half a minute goes into compiling the search in a new process.
    return float(30 + n * (2e-5 * d**0.5 + 3e-6 * k) * speed)


def _pca(n_points: int, n_dims: int) -> Estimate:
    side = min(n_points, n_dims)
    per_value = 3e-9 + 7e-12 * side if side <= MAX_SIDE else 4e-7
    # A flat spectrum is computed again in float64.
    return Estimate(2 * n_points * n_dims * per_value, BASE_BYTES + 8 * side**2)


def _tsne(params: Any, n_points: int, n_dims: int, threads: int) -> Estimate:
    n = min(n_points, params.n_landmarks or n_points)
    d = params.pca_components if reduces(params, n_dims) else n_dims
    k = neighbors_needed(params, n)
    speed = MEASURED_THREADS / threads
    neighbors = _neighbors(n, d, k, speed)
    flat = params.n_components == 2
    if flat and n >= MIN_FFT_POINTS:
        per_step = 1.2e-2 + 1.6e-6 * n
    else:
        per_step = n * (1.4e-7 if flat else 3.3e-7) * log2(n + 2)
    rest = n_points - n
    placing = rest * (1e-4 + 1e-9 * min(n, MAX_EXACT) * d**0.5) * speed
    reduction = _pca(n_points, n_dims).seconds if d != n_dims else 0.0
    seconds = reduction + neighbors + n_iterations(params) * per_step * speed + placing
    # Neighbors, their affinities before and after they are joined; measured at 10,000 and 100,000.
    graph = n * k * 95 + (SEARCH_BYTES if n > MAX_EXACT else 0)
    layout = 8 * 8 * n * params.n_components
    memory = BASE_BYTES + n_points * d * 4 * 2 + graph + layout + rest * 15 * 24
    return Estimate(seconds + 2, memory)
