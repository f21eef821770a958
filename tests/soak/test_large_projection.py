"""t-SNE of 100,000 x 128 clustered points, to its last iteration."""

from __future__ import annotations

import time

import numpy as np
import psutil
import pytest

from data.parsing import ParseRequest, Source
from data.quality import measure_quality
from data.services import Services
from tests.bench.stored import clustered
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
