"""t-SNE step by step: openTSNE on a neighbor graph, stopped and looked at at any iteration.

The arithmetic is that of `openTSNE.TSNE.fit` (van der Maaten 2014; Linderman et al. 2019), so the
same graph and seed give the same coordinates, however often a run is looked at or interrupted.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from data.errors import ParameterError
from data.neighbor_graph import NeighborGraph
from data.projections.moment import Moment, Watch
from data.projections.parameter_table import PcaParameters, TsneParameters
from data.projections.pca import compute_pca
from data.projections.supervision import supervise

# Below this many points Barnes-Hut is faster in 2D; in 3D there is nothing else.
MIN_FFT_POINTS = 5_000
# Frames follow each other in about this time; an iteration may take longer. Each costs a third of
# an iteration, for the KL divergence.
FRAME_SECONDS = 0.3
MIN_POINTS = 4
# With fewer points an iteration is shorter than what its threads cost to meet.
MIN_THREADED_POINTS = 2_000
# A push of this share of the picture's size leaves clusters recognizable.
PERTURBATION = 0.2
# Standard deviation of a start, as openTSNE recommends.
START_DEVIATION = 1e-4
MOMENTUM = 0.8


def n_iterations(params: TsneParameters) -> int:
    """Return the iterations of a run, early exaggeration included."""
    return params.early_exaggeration_iter + params.n_iter


def reduces(params: TsneParameters, n_dims: int) -> bool:
    """Whether the data is first reduced by PCA."""
    return params.pca_components is not None and params.pca_components < n_dims


def prepared_points(
    tensor: np.ndarray, rows: np.ndarray | None, params: TsneParameters
) -> np.ndarray:
    """Return what distances are measured in, float32 of shape (n_points, at most n_dims)."""
    if not reduces(params, tensor.shape[1]):
        return np.asarray(tensor if rows is None else tensor[rows])
    assert params.pca_components is not None
    # Cosine compares directions: points of unit length are as far apart as their directions.
    pca = PcaParameters(params.pca_components, normalize=params.metric == "cosine")
    return compute_pca(tensor, rows, pca).coordinates


def start_layout(points: np.ndarray, params: TsneParameters) -> np.ndarray:
    """Return where the points stand before the first step, float64 (n_points, n_components)."""
    random = np.random.RandomState(params.random_state)
    shape = (len(points), params.n_components)
    layout = np.zeros(shape)
    if params.initialization == "pca":
        pca = compute_pca(points, None, PcaParameters(params.n_components)).coordinates
        layout[:, : pca.shape[1]] = pca
    deviation = layout[:, 0].std()
    if deviation == 0:
        return random.normal(0, START_DEVIATION, shape)
    layout *= START_DEVIATION / deviation
    # Points on one spot push each other nowhere; a little noise lets them part.
    layout += random.normal(0, START_DEVIATION / 100, shape)
    return layout


def check_points(n_points: int) -> None:
    """Raise ParameterError when there are too few points to arrange."""
    if n_points < MIN_POINTS:
        raise ParameterError(
            f"t-SNE needs at least {MIN_POINTS} points; there are {n_points:,}.",
            hint="Show all points, or isolate more of them.",
        )


def neighbors_needed(params: TsneParameters, n_points: int) -> int:
    """Return how many neighbors of each point the affinities read."""
    return min(n_points - 1, int(3 * params.perplexity))


class Held(Exception):
    """Who watches wants no further step now."""


class TsneRun:
    """A run that can be advanced, looked at, pushed and taken up again.

    Parameters
    ----------
    graph : at least `neighbors_needed` neighbors of every point, distances in the metric
    start : where to go on; iteration 0 with `start_layout` is a new run
    n_iterations : where the run ends
    threads : of the optimizer
    codes : class of every point for supervision, negative where unknown; None without
    """

    def __init__(
        self,
        graph: NeighborGraph,
        params: TsneParameters,
        start: Moment,
        n_iterations: int,
        threads: int,
        codes: np.ndarray | None = None,
    ) -> None:
        # Imported here: only workers need it, and it takes seconds.
        from openTSNE import TSNEEmbedding
        from openTSNE.affinity import PerplexityBasedNN
        from openTSNE.nearest_neighbors import PrecomputedNeighbors
        from openTSNE.tsne import gradient_descent, kl_divergence_bh, kl_divergence_fft

        n_points = len(graph.rows)
        threads = threads if n_points >= MIN_THREADED_POINTS else 1
        k = neighbors_needed(params, n_points)
        near = graph.nearest(k)
        # Copies: the stored arrays are mapped read-only.
        index = PrecomputedNeighbors(np.array(near.rows), near.distances.astype(np.float64))
        affinities = PerplexityBasedNN(
            knn_index=index, perplexity=min(params.perplexity, k), n_jobs=threads
        )
        if codes is not None:
            supervise(affinities.P, codes, params.supervise_strength / 100)
        optimizer = gradient_descent()
        optimizer.gains = start.optimizer.get("gains")
        optimizer.update = start.optimizer.get("update")
        flat = params.n_components == 2 and n_points >= MIN_FFT_POINTS
        self.params = params
        self.n_iterations = n_iterations
        self.iteration = start.iteration
        self.curve = list(start.curve)
        # openTSNE itself would take FFT from 10,000 points on, which fails in 3D.
        self._gradient = kl_divergence_fft if flat else kl_divergence_bh
        self.embedding = TSNEEmbedding(
            start.embedding,
            affinities,
            random_state=params.random_state,
            optimizer=optimizer,
            n_jobs=threads,
        )
        self._exaggeration = 1.0
        self._seen_at = time.monotonic()
        if 0 < params.early_exaggeration_iter <= start.iteration:
            # There and back rounds; a run taken up after that has the same affinities.
            self._exaggerate(params.early_exaggeration)
            self._exaggerate(1.0)

    @property
    def is_finished(self) -> bool:
        """Whether the last iteration is done."""
        return self.iteration >= self.n_iterations

    @property
    def moment(self) -> Moment:
        """What the run goes on from; shares the run's arrays."""
        optimizer = self.embedding.optimizer
        known = {"gains": optimizer.gains, "update": optimizer.update}
        state = {name: array for name, array in known.items() if array is not None}
        return Moment(self.iteration, np.asarray(self.embedding), state, self.curve)

    def advance(self, watch: Watch) -> None:
        """Take steps until the end of a phase, or until `watch` returns True.

        `watch` is called about three times a second, and after the last step of the run.
        """
        early = self.params.early_exaggeration_iter
        is_early = self.iteration < early
        self._exaggerate(self.params.early_exaggeration if is_early else 1.0)
        end = early if is_early else self.n_iterations
        with suppress(Held):
            self.embedding.optimize(
                end - self.iteration,
                inplace=True,
                learning_rate=self._learning_rate(),
                momentum=MOMENTUM,
                negative_gradient_method=self._looking_gradient(end, watch),
            )

    def _looking_gradient(self, end: int, watch: Watch) -> Callable[..., tuple[float, np.ndarray]]:
        """Return the gradient as openTSNE calls it: before every step, and once after the last.

        To look from here wastes no gradient, where openTSNE's callbacks would lose one whenever
        they interrupt, and it can go by the clock.
        """
        iterations = iter(range(self.iteration, end + 1))
        first = self.iteration

        def gradient(
            embedding: np.ndarray, joint: object, **given: Any
        ) -> tuple[float, np.ndarray]:
            self.iteration = next(iterations)
            is_due = time.monotonic() - self._seen_at >= FRAME_SECONDS
            # What a run is taken up from was seen before.
            looks = self.is_finished or (is_due and first < self.iteration < end)
            if self.iteration == end and not looks:
                return np.nan, embedding  # of a phase within the run, nobody reads them
            found = self._gradient(embedding, joint, **{**given, "should_eval_error": looks})
            if looks:
                self._note(found[0])
                self._seen_at = time.monotonic()
                if watch(self.iteration, np.asarray(embedding)) and not self.is_finished:
                    raise Held
            return found  # type: ignore[no-any-return]

        return gradient

    def perturb(self) -> None:
        """Push every point at random, by a fifth of the picture's size."""
        random = np.random.default_rng((self.params.random_state, self.iteration))
        size = PERTURBATION * float(np.asarray(self.embedding).std())
        self.embedding += random.normal(0, size, self.embedding.shape)

    def _learning_rate(self) -> float:
        """As openTSNE: "auto" is the number of points divided by the exaggeration."""
        given = self.params.learning_rate
        return len(self.embedding) / self._exaggeration if given == "auto" else float(given)

    def _exaggerate(self, exaggeration: float) -> None:
        """Multiply the affinities once for a whole phase: each time rounds, and costs a pass."""
        if exaggeration == self._exaggeration:
            return
        joint = self.embedding.affinities.P
        if self._exaggeration != 1:
            joint /= self._exaggeration
        if exaggeration != 1:
            joint *= exaggeration
        self._exaggeration = exaggeration

    def _note(self, error: float) -> None:
        """Keep the KL divergence, of the affinities without exaggeration."""
        factor = self._exaggeration
        value = float(error) / factor - float(np.log(factor))
        if not np.isfinite(value):
            raise ParameterError(
                f"The points flew apart at iteration {self.iteration:,}.",
                hint="Lower the learning rate, or leave it at auto.",
            )
        if not self.curve or self.curve[-1][0] < self.iteration:
            self.curve.append((self.iteration, value))
