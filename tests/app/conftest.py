"""Data for projections that go step by step: small, but with something to arrange."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from data.dataset import DatasetRecord
from data.parsing import ParseRequest, Source
from data.services import Services

N_CLUSTERED = 500


@pytest.fixture(scope="session")
def clustered_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """500 points in 5 clusters of 12 dimensions, with the cluster and a coin toss as columns."""
    folder = tmp_path_factory.mktemp("clustered")
    random = np.random.default_rng(0)
    centers = random.normal(scale=6, size=(5, 12))
    points = centers[np.arange(N_CLUSTERED) % 5] + random.normal(size=(N_CLUSTERED, 12))
    np.save(folder / "clustered.npy", points.astype(np.float32))
    lines = [f"{i % 5}\t{'head' if random.random() < 0.5 else 'tail'}" for i in range(N_CLUSTERED)]
    (folder / "clustered.tsv").write_text("\n".join(["cluster\tcoin", *lines]) + "\n")
    return folder


def add_clustered(services: Services, files: Path) -> DatasetRecord:
    request = ParseRequest(
        tensor=Source(files / "clustered.npy", "clustered.npy"),
        metadata=Source(files / "clustered.tsv", "clustered.tsv"),
    )
    return services.datasets.add(request, name="Clustered")


@pytest.fixture(scope="session")
def clustered_stored(clustered_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the clusters; tests work on copies."""
    services = Services.open(tmp_path_factory.mktemp("clustered-stored"))
    add_clustered(services, clustered_files)
    return services.data_dir


@pytest.fixture
def clustered(services: Services, clustered_stored: Path) -> DatasetRecord:
    """The clusters, stored where `services` and `client` see them."""
    folder = services.data_dir / "datasets"
    shutil.copytree(clustered_stored / "datasets", folder, dirs_exist_ok=True)
    return next(record for record in services.datasets.list() if record.name == "Clustered")
