"""Fixtures that many tests share, and the count of what was skipped for missing real data."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dash
import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from dashboard.app import Server, create_app
from dashboard.settings import Settings
from data.dataset import DatasetRecord
from data.parsing import ParseRequest, Source
from data.services import Services
from tests.running_server import RunningServer, start_server
from tests.shared_data import shared_data

# How a skip for want of the real data is told from others.
NO_DATA = "shared data is not here"
# Half of the time of many a test went into waiting for the disk: what is stored is synced.
MEMORY_DISK = Path("/dev/shm")
MEMORY_BYTES = 4 * 2**30


class Client(FlaskClient):
    """Lets go of what it has sent: from 500 kB on, that is an open file."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        answer = super().open(*args, **options)
        answer.request.environ["wsgi.input"].close()
        return answer


def pytest_configure() -> None:
    """Have clients of ours everywhere; keep temporary files in memory unless told a place."""
    Server.test_client_class = Client
    if MEMORY_DISK.is_dir() and shutil.disk_usage(MEMORY_DISK).free >= MEMORY_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY_DISK))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    """Stores of an empty data directory."""
    opened = Services.open(settings.data_dir, settings.limits(), reserve_bytes=64 * 1024)
    yield opened
    opened.bookmarks.records.close()


@pytest.fixture
def app(settings: Settings, services: Services) -> dash.Dash:
    return create_app(settings, services)


@pytest.fixture
def client(app: dash.Dash) -> FlaskClient:
    """A browser without a page; it remembers nothing."""
    client: FlaskClient = app.server.test_client()
    return client


@pytest.fixture(scope="session")
def small_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of 60 points in 5 dimensions with three columns; row 7 has no group."""
    folder = tmp_path_factory.mktemp("small")
    tensor = np.random.default_rng(0).normal(size=(60, 5)).astype(np.float32)
    np.save(folder / "small.npy", tensor)
    lines = ["word\tgroup\tsize"]
    for row in range(60):
        group = "" if row == 7 else ("red", "green", "blue")[row % 3]
        lines.append(f"word {row}\t{group}\t{row / 10}")
    (folder / "small.tsv").write_text("\n".join(lines) + "\n")
    Image.new("RGB", (32, 32), "teal").save(folder / "small.png")
    return folder


@pytest.fixture(scope="session")
def small_stored(small_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with these files as one dataset; tests work on copies."""
    services = Services.open(tmp_path_factory.mktemp("stored"))
    request = ParseRequest(
        tensor=Source(small_files / "small.npy", "small.npy"),
        metadata=Source(small_files / "small.tsv", "small.tsv"),
        sprite=Source(small_files / "small.png", "small.png"),
        thumbnail=(4, 4),
    )
    services.datasets.add(request, name="Small")
    return services.data_dir


@pytest.fixture
def small(services: Services, small_stored: Path) -> DatasetRecord:
    """The small dataset, stored where `services` and `client` see it."""
    folder = services.data_dir / "datasets"
    shutil.copytree(small_stored / "datasets", folder, dirs_exist_ok=True)
    return services.datasets.list()[0]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A real server on an empty data directory, one for all tests of a module."""
    with start_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real files; tests that ask for it are skipped without it."""
    folder = shared_data()
    if folder is None:
        pytest.skip(NO_DATA)
    return folder


def pytest_collection_finish() -> None:
    """Leave what is imported by now to itself: looking through it took a third of every app."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests could not run for want of the real data."""
    skipped = terminalreporter.stats.get("skipped", [])
    missing = [report for report in skipped if NO_DATA in str(report.longrepr)]
    if missing:
        names = sorted({report.nodeid for report in missing})
        terminalreporter.write_line(
            f"{len(missing)} tests were skipped because the real data is not there: "
            + ", ".join(names[:10])
            + (", ..." if len(names) > 10 else "")
        )
