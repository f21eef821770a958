"""Further points among landmarks that t-SNE has arranged."""

from __future__ import annotations

import numpy as np

from data.projections.parameter_table import TsneParameters


def placed_among(
    embedding: np.ndarray,
    rows: np.ndarray,
    distances: np.ndarray,
    params: TsneParameters,
    threads: int,
) -> np.ndarray:
    """Place further points among arranged landmarks, as openTSNE's `transform` does.

    Parameters
    ----------
    embedding : float64 (n_landmarks, n_components)
    rows, distances : the nearest landmarks of each further point, both (n_others, k)

    Returns
    -------
    places : float64 (n_others, n_components)
    """
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import Affinities, joint_probabilities_nn
    from openTSNE.tsne import PartialTSNEEmbedding

    # Of points that are fixed, only the number is asked for.
    affinities = Affinities()
    affinities.P = np.empty((len(embedding), 0))
    method = "fft" if params.n_components == 2 else "bh"
    fixed = TSNEEmbedding(embedding, affinities, negative_gradient_method=method, n_jobs=threads)
    joint = joint_probabilities_nn(
        rows,
        distances.astype(np.float64),
        [min(5, rows.shape[1])],
        symmetrize=False,
        normalization="point-wise",
        n_reference_samples=len(embedding),
        n_jobs=threads,
    )
    start = np.median(embedding[rows], axis=1)
    others = PartialTSNEEmbedding(
        start, fixed, P=joint, negative_gradient_method=method, n_jobs=threads
    )
    # The numbers are those of openTSNE's transform.
    others.optimize(
        250,
        inplace=True,
        learning_rate=0.1,
        exaggeration=1.5,
        momentum=0.8,
        max_grad_norm=0.25,
        max_step_norm=None,
    )
    return np.asarray(others)
