"""UMAP epoch by epoch: umap-learn on a neighbor graph, stopped and looked at between any two.

The arithmetic is that of `umap.UMAP.fit` (McInnes, Healy, Melville 2018) with one thread, so the
same graph and seed give the same coordinates as there, however often a run is looked at.
Importing umap compiles for a while; only worker processes may do it, by `warm_up`.
"""

from __future__ import annotations

import contextlib
import time
import warnings
from typing import Any

import numpy as np

from data.compiled import keep_compiled_code
from data.errors import ParameterError
from data.neighbor_graph import NeighborGraph
from data.projections.moment import Moment, Watch
from data.projections.parameter_table import UmapParameters
from data.projections.umap_graph import fuzzy_edges, start_layout

MIN_POINTS = 5
# umap-learn's own numbers: more epochs for smaller data.
SMALL_POINTS = 10_000
EPOCHS_SMALL, EPOCHS_LARGE = 500, 200
# The layout starts in a square of this side.
EXTENT = 10.0
NOISE = 1e-4
NEGATIVE_SAMPLES = 5
SPREAD = 1.0
# A push of this share of the picture's size leaves clusters recognizable.
PERTURBATION = 0.2
# Frames follow each other in about this time; an epoch may take longer.
FRAME_SECONDS = 0.2


def n_iterations(params: UmapParameters, n_points: int) -> int:
    """Return the epochs of a run; of landmarks alone where there are some."""
    n_arranged = min(params.n_landmarks or n_points, n_points)
    return default_epochs(n_arranged) if params.n_epochs is None else params.n_epochs


def default_epochs(n_points: int) -> int:
    """Return the epochs that umap-learn takes when none are given."""
    return EPOCHS_SMALL if n_points <= SMALL_POINTS else EPOCHS_LARGE


def check_points(n_points: int) -> None:
    """Raise ParameterError when there are too few points to arrange."""
    if n_points < MIN_POINTS:
        raise ParameterError(
            f"UMAP needs at least {MIN_POINTS} points; there are {n_points:,}.",
            hint="Show all points, or isolate more of them.",
        )


def warm_up() -> None:
    """Import umap, and let what it compiles last.

    On a new machine this and the first run take up to a minute, later three seconds.
    """
    keep_compiled_code()
    import umap.layouts
    import umap.umap_

    # umap-learn compiles these anew in every process.
    for compiled in (
        umap.umap_.smooth_knn_dist,
        umap.umap_.compute_membership_strengths,
        umap.umap_.fast_intersection,
        umap.umap_.reset_local_metrics,
        umap.layouts._nb_optimize_layout_euclidean_single_epoch,
    ):
        with contextlib.suppress(RuntimeError):  # no folder may be written
            compiled.enable_caching()


class UmapRun:
    """A run that can be advanced, looked at and taken up again.

    Parameters
    ----------
    graph : at least `neighbors_needed` neighbors of every point, distances in the metric
    points : what distances are measured in, float32 of shape (n_points, n_dims); the start of
        the layout is read from them where the graph falls apart
    codes : class of every point for supervision, negative where unknown; None without
    start : where to go on; None is a new run
    end : the epoch at which the run ends; None for the number in the parameters

    Attributes
    ----------
    notes : sentences about how the run was started
    """

    def __init__(
        self,
        graph: NeighborGraph,
        points: np.ndarray,
        params: UmapParameters,
        codes: np.ndarray | None = None,
        start: Moment | None = None,
        end: int | None = None,
    ) -> None:
        warm_up()
        from umap.umap_ import find_ab_params, make_epochs_per_sample

        self.notes: list[str] = []
        planned = n_iterations(params, len(points))
        self.n_iterations = end or planned
        self._seed = params.random_state
        self._random = np.random.RandomState(params.random_state)
        edges = fuzzy_edges(graph, params, codes, self._random)
        # An edge that would never be due is left out.
        epochs = planned if planned > 10 else default_epochs(len(points))
        edges.data[edges.data < edges.data.max() / epochs] = 0
        edges.eliminate_zeros()
        self._head, self._tail = edges.row, edges.col
        self._a, self._b = find_ab_params(SPREAD, params.min_dist)
        self._epochs_per_sample = make_epochs_per_sample(edges.data, planned)
        self._epochs_per_negative = self._epochs_per_sample / NEGATIVE_SAMPLES
        is_connected = self._is_connected(edges)
        if start is None:
            layout = self._start_layout(edges, points, params, is_connected)
            start = self._first(layout)
        self._moment = start

    @property
    def iteration(self) -> int:
        """Epochs that are done."""
        return self._moment.iteration

    @property
    def is_finished(self) -> bool:
        """Whether the last epoch is done."""
        return self.iteration >= self.n_iterations

    @property
    def moment(self) -> Moment:
        """What the run goes on from; shares the run's arrays."""
        return self._moment

    def advance(self, watch: Watch) -> None:
        """Run epochs for a fifth of a second, then call `watch`."""
        started = time.perf_counter()
        while not self.is_finished:
            self._epoch()
            if time.perf_counter() - started > FRAME_SECONDS:
                break
        watch(self.iteration, self._moment.embedding)

    def _epoch(self) -> None:
        from umap.layouts import _nb_optimize_layout_euclidean_single_epoch as single_epoch

        now, nothing = self._moment, np.zeros(1, np.float32)
        state = now.optimizer
        # As optimize_layout_euclidean, where the first two epochs have the full rate.
        rate = 1.0 - max(now.iteration - 1, 0) / self.n_iterations
        single_epoch(
            now.embedding,
            now.embedding,
            self._head,
            self._tail,
            len(now.embedding),
            self._epochs_per_sample,
            self._a,
            self._b,
            state["random"],
            1.0,
            now.embedding.shape[1],
            True,
            rate,
            self._epochs_per_negative,
            state["next_negative"],
            state["next_sample"],
            now.iteration,
            False,
            *(nothing, nothing, 0, 0, 0, 0, nothing, nothing, 0),
        )
        now.iteration += 1

    def perturb(self) -> None:
        """Push every point at random, by a fifth of the picture's size."""
        now = self._moment
        random = np.random.default_rng((self._seed, now.iteration))
        size = PERTURBATION * float(now.embedding.std())
        now.embedding += random.normal(0, size, now.embedding.shape).astype(np.float32)

    def _is_connected(self, edges: Any) -> bool:
        from scipy.sparse.csgraph import connected_components

        n_parts = connected_components(edges, directed=False, return_labels=False)
        if n_parts > 1:
            self.notes.append(
                f"The neighbor graph falls into {n_parts:,} parts, so the layout started from PCA; "
                "how far apart the parts lie means little."
            )
        return bool(n_parts == 1)

    def _first(self, layout: np.ndarray) -> Moment:
        n_points = len(layout)
        seeds = self._random.randint(np.iinfo(np.int32).min + 1, np.iinfo(np.int32).max - 1, 3)
        low, high = layout.min(axis=0), layout.max(axis=0)
        embedding = (EXTENT * (layout - low) / (high - low)).astype(np.float32, order="C")
        # Every point draws from a generator of its own, as in umap-learn.
        own = embedding[:, 0].astype(np.float64).view(np.int64)
        state = {
            "next_sample": self._epochs_per_sample.copy(),
            "next_negative": self._epochs_per_negative.copy(),
            "random": np.full((n_points, 3), seeds, np.int64) + own[:, None],
        }
        return Moment(0, embedding, state)

    def _start_layout(
        self, edges: Any, points: np.ndarray, params: UmapParameters, is_connected: bool
    ) -> np.ndarray:
        """Return where points stand at first: by the graph's spectrum, or by PCA."""
        from umap.spectral import spectral_layout
        from umap.umap_ import noisy_scale_coords

        if is_connected:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                layout = spectral_layout(points, edges, params.n_components, self._random)
            # umap-learn goes on at random when the spectrum is not found.
            if not any(issubclass(warning.category, UserWarning) for warning in caught):
                return np.asarray(noisy_scale_coords(layout, self._random, EXTENT, NOISE))
            self.notes.append(
                "The layout started from PCA, as the neighbors gave no start of their own."
            )
        layout = start_layout(points, params)
        return np.asarray(noisy_scale_coords(layout, self._random, EXTENT, NOISE))
