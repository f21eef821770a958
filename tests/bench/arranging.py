"""t-SNE as people run it, over HTTP with a viewer, beside bare openTSNE of the same kind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from data.quality import measure_quality
from tests.bench.runs_watched import Viewer, asked, finished
from tests.bench.stored import Stored
from tests.bench.table import Line

MOST = 1.15
MOST_FIRST_S = 3.0
LEAST_FRAMES = 2.0
MOST_TRUST_LOST = 0.003
ITERATIONS = {"n_iter": 500, "early_exaggeration_iter": 250}

# In a process of its own, with as many threads as a job has. Distances come from the same graph.
BARE = """
import json, os, sys, time
import numpy as np
os.nice(10)  # as workers are: on a busy machine it would win otherwise
from openTSNE import TSNEEmbedding
from openTSNE.affinity import PerplexityBasedNN
from openTSNE.nearest_neighbors import PrecomputedNeighbors
from data.neighbor_graph import neighbor_graph
from data.projections.parameter_table import TsneParameters
from data.projections.tsne import neighbors_needed, prepared_points, start_layout
tensor, threads, out, given = sys.argv[1], int(sys.argv[2]), sys.argv[3], json.loads(sys.argv[4])
params = TsneParameters(**given)
points = prepared_points(np.load(tensor, mmap_mode="r"), None, params)
near = neighbor_graph(points, neighbors_needed(params, len(points)), threads=threads)
began = time.perf_counter()
index = PrecomputedNeighbors(np.array(near.rows), near.distances.astype(np.float64))
affinities = PerplexityBasedNN(knn_index=index, perplexity=params.perplexity, n_jobs=threads)
embedding = TSNEEmbedding(
    start_layout(points, params),
    affinities,
    negative_gradient_method="fft" if params.n_components == 2 else "bh",
    n_jobs=threads,
)
early = params.early_exaggeration
embedding.optimize(params.early_exaggeration_iter, exaggeration=early, momentum=0.8, inplace=True)
embedding.optimize(params.n_iter, momentum=0.8, inplace=True)
print(time.perf_counter() - began)
np.save(out, np.asarray(embedding, np.float32))
"""


def arranging(stored: Stored) -> Iterator[Line]:
    """Measure runs in 2D and 3D; the graph of neighbors is there, as after a first run."""
    finished(stored, asked(stored, {"n_iter": 1, "early_exaggeration_iter": 0}))
    dataset = stored.services.datasets.open(stored.images.id)
    for n_components in (2, 3):
        given = {**ITERATIONS, "n_components": n_components}
        viewer = Viewer(stored.url)
        began = time.monotonic()
        record = asked(stored, given)
        viewer.follow(record["id"])
        viewer.wait()
        seconds = viewer.ended - began
        first = min((at for _, iteration, at in viewer.frames if iteration), default=float("inf"))
        bare_seconds, bare = _bare(stored, given)
        what = f"t-SNE of 10,000 x 784 in {n_components}D, "
        target = f"<= {MOST} x bare openTSNE, same graph"
        is_met = seconds <= MOST * bare_seconds
        yield Line(f"{what}asked to finished", seconds, bare_seconds, "s", target, is_met)
        yield Line(
            f"{what}first moving frame",
            first - began,
            None,
            "s",
            f"<= {MOST_FIRST_S:.0f} s",
            first - began <= MOST_FIRST_S,
        )
        rate = len(viewer.frames) / seconds
        target = f">= {LEAST_FRAMES:.0f}"
        yield Line(f"{what}seen by a viewer", rate, None, "frames/s", target, rate >= LEAST_FRAMES)
        coordinates = stored.services.projections.coordinates(record["id"])
        scores = [measure_quality(dataset.tensor, map_) for map_ in (coordinates, bare)]
        ours, floor = (score.trustworthiness for score in scores if score)
        target = f"at most {MOST_TRUST_LOST} lower"
        is_met = ours >= floor - MOST_TRUST_LOST
        yield Line(f"{what}trustworthiness", ours, floor, "of 1", target, is_met)


def _bare(stored: Stored, parameters: dict[str, Any]) -> tuple[float, np.ndarray]:
    root = Path(__file__).resolve().parents[2]
    tensor = stored.services.datasets.tensor_path(stored.images.id)
    out = stored.services.data_dir / "bare.npy"
    threads = str(stored.services.limits.threads_of_a_job)
    given = json.dumps(parameters)
    done = subprocess.run(
        [sys.executable, "-c", BARE, str(tensor), threads, str(out), given],
        capture_output=True,
        text=True,
        check=True,
        cwd=root,
        env=dict(os.environ),
    )
    return float(done.stdout), np.load(out)
