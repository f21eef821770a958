"""UMAP beside bare umap-learn on the same graph; custom axes with their counts; scores of a map."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from data.dataset import Column, Dataset, DatasetRecord
from data.metadata import Metadata
from data.projections.axes_parameters import CustomAxesParameters
from data.projections.custom_axes import compute_custom_axes, group_rows
from data.quality import measure_quality
from tests.bench.repeat import alternate
from tests.bench.stored import Stored
from tests.bench.table import Line

MOST_UMAP = 1.15
MOST_SCORES_S = 1.0
MOST_AXES_MS = 100.0
N_WORDS, N_DIMS = 100_000, 128
COLORS = ("red", "green", "blue", "teal")

# In a process of its own: this one may have imported numba without a lasting folder.
UMAP_SCRIPT = """
import sys, warnings
import numpy as np
from data.neighbor_graph import neighbor_graph
from data.projections.parameter_table import UmapParameters
from data.projections.umap import UmapRun, warm_up
from tests.bench.repeat import alternate
warnings.simplefilter("ignore")
warm_up()
import umap
points = np.asarray(np.load(sys.argv[1], mmap_mode="r")[:10_000])
graph = neighbor_graph(points, 14, threads=2)
own = np.arange(len(points))[:, None]
known = np.hstack([own, graph.rows]), np.hstack([0.0 * own, graph.distances]).astype(np.float32)

def ours():
    run = UmapRun(graph, points, UmapParameters())
    while not run.is_finished:
        run.advance(lambda epoch, embedding: False)
    return run.moment.embedding

def bare():
    model = umap.UMAP(random_state=0, precomputed_knn=known, force_approximation_algorithm=True)
    return model.fit_transform(points)

assert np.array_equal(ours(), bare()), "not the same coordinates"
times = alternate({"ours": ours, "bare": bare}, 2)
print(*(float(np.median(times[name])) for name in ("ours", "bare")))
"""


def maps(stored: Stored) -> Iterator[Line]:
    """Measure what issue after issue promises about maps."""
    dataset = stored.services.datasets.open(stored.images.id)
    yield _umap(stored.services.datasets.tensor_path(stored.images.id))
    yield _scores(dataset)
    yield from _custom_axes()


def _umap(tensor: Path) -> Line:
    root = Path(__file__).resolve().parents[2]
    asked = [sys.executable, "-c", UMAP_SCRIPT, str(tensor)]
    done = subprocess.run(
        asked, capture_output=True, text=True, check=True, cwd=root, env=dict(os.environ)
    )
    ours, bare = (float(part) for part in done.stdout.split())
    target = f"<= {MOST_UMAP} of umap-learn, same graph"
    return Line("UMAP, warm, same coordinates", ours, bare, "s", target, ours <= MOST_UMAP * bare)


def _scores(dataset: Dataset) -> Line:
    tensor = dataset.tensor[:10_000]
    drawn = np.random.default_rng(0).normal(size=(len(tensor), 2))
    seconds = alternate({"ours": lambda: measure_quality(tensor, drawn)}, 3)["ours"]
    ours = float(np.median(seconds))
    target = f"< {MOST_SCORES_S:.0f} s"
    return Line("scores of a map", ours, None, "s", target, ours < MOST_SCORES_S)


def _custom_axes() -> Iterator[Line]:
    words = [f"{COLORS[i % 4]} {i}" for i in range(N_WORDS)]
    table = pa.table({"word": pa.array(words)})
    record = DatasetRecord("", "", N_WORDS, N_DIMS, columns=(Column("word", "text", N_WORDS),))
    random = np.random.default_rng(0)
    tensor = random.standard_normal((N_WORDS, N_DIMS), dtype=np.float32)
    dataset = Dataset(record, tensor, Metadata(table))
    ends = [{"text": f"^{color}", "regex": True} for color in COLORS]
    params = CustomAxesParameters.parse(
        {"axes": [dict(zip(("left", "right"), ends[i : i + 2], strict=True)) for i in (0, 2)]}
    )
    groups = [group for axis in params.axes if axis for group in (axis.left, axis.right)]

    def ours() -> None:
        for group in groups:
            group_rows(dataset, group)
        compute_custom_axes(dataset, None, params)

    def bare() -> None:
        tensor @ tensor[:2].T

    times = alternate({"ours": ours, "bare": bare}, 7)
    ms = {name: float(np.median(seconds)) * 1000 for name, seconds in times.items()}
    target, met = f"< {MOST_AXES_MS:.0f} ms", ms["ours"] < MOST_AXES_MS
    yield Line("custom axes and counts, 100,000 x 128", ms["ours"], ms["bare"], "ms", target, met)
