"""t-SNE of 100,000 x 128 points to its last iteration; approximate neighbors of real images."""

from __future__ import annotations

import time

import numpy as np
import psutil
import pytest

from data.neighbor_graph import MAX_EXACT, neighbor_graph
from data.parsing import ParseRequest, Source
from data.projections.parameters import PcaParameters
from data.projections.pca import compute_pca
from data.quality import measure_quality
from data.services import Services
from tests.bench.stored import clustered
from tests.shared_data import shared_data
from tests.waiting import wait_until

N_POINTS, N_DIMS, N_CLUSTERS = 100_000, 128, 50

pytestmark = pytest.mark.soak


def test_a_hundred_thousand_points_are_arranged(tmp_path, capsys):
    points, labels = clustered(N_POINTS, N_DIMS, N_CLUSTERS)
    np.save(tmp_path / "points.npy", points)
    services = Services.open(tmp_path / "data")
    dataset = services.datasets.add(ParseRequest(Source(tmp_path / "points.npy", "points.npy")))
    projections = services.projections
    cost = projections.wanted(dataset.id, "tsne").cost
    began = time.perf_counter()
    asked = projections.request(dataset.id, "tsne")
    memory, stages = [0], {}

    def is_over() -> bool:
        job = projections.jobs.get(asked.id)
        if job is None or job.state == "failed":
            return True
        if job.pid and psutil.pid_exists(job.pid):
            memory.append(psutil.Process(job.pid).memory_info().rss)
        # Progress in percent is no stage of its own.
        stages[job.stage.split(",")[0] or "Iterations"] = time.perf_counter() - began
        return False

    wait_until(is_over, 3_600)
    seconds = time.perf_counter() - began
    done = projections.record(asked.id)
    assert (done.state, done.iteration) == ("done", 750)
    map_ = projections.coordinates(asked.id)
    score = measure_quality(points, map_)
    centers = np.array([map_[labels == label].mean(axis=0) for label in range(N_CLUSTERS)])
    nearest = np.array([np.argmin(((centers - place) ** 2).sum(1)) for place in map_[::50]])
    with capsys.disabled():
        print(f"\n{N_POINTS:,} x {N_DIMS}: {seconds:.0f} s, estimated {cost.seconds:.0f} s")
        print(f"peak memory: {max(memory) / 1e9:.2f} GB, estimated {cost.bytes / 1e9:.2f} GB")
        print("ends of stages:", ", ".join(f"{name} {at:.0f} s" for name, at in stages.items()))
        print(f"{done.message} Trustworthiness {score.trustworthiness:.4f}")
    assert "of them were found" in done.message
    assert (nearest == labels[::50]).mean() > 0.99
    assert max(memory) < 1.5 * cost.bytes


def test_approximate_neighbors_of_images_are_as_true_as_they_say(capsys):
    real = shared_data()
    if real is None:
        pytest.skip("the images are not here")
    images = np.load(real / "mnist" / "mnist_10k_784d_u8.npy").reshape(-1, 28, 28)
    # As many as the whole of MNIST has: each one also moved a pixel, and flipped.
    moved = [images, *(np.roll(images, by, axis) for by in (-1, 1) for axis in (1, 2))]
    many = np.concatenate([*moved, images[:, :, ::-1]]).reshape(-1, 784).astype(np.float32)
    assert len(many) == 60_000 > MAX_EXACT
    points = compute_pca(many, None, PcaParameters(50)).coordinates
    began = time.perf_counter()
    graph = neighbor_graph(points, 90, threads=2)
    seconds = time.perf_counter() - began
    sample = np.random.default_rng(5).choice(len(points), 500, replace=False)
    found = []
    for row in sample:
        distances = ((points - points[row]) ** 2).sum(axis=1)
        distances[row] = np.inf
        true = np.argpartition(distances, 90)[:90]
        found.append(np.isin(true, graph.rows[row]).mean())
    with capsys.disabled():
        print(f"\n60,000 x 50, 90 neighbors in {seconds:.0f} s: recall {graph.recall:.4f} is told,")
        print(f"{np.mean(found):.4f} in another sample")
    assert graph.recall > 0.95
    assert abs(np.mean(found) - graph.recall) < 0.02
