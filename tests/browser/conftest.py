"""A real Chromium on a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from data.demo import add_demo
from data.parsing import ParseRequest, Source
from data.services import Services
from tests.browser.dashboard_page import DashboardPage
from tests.chromium import launched_chromium
from tests.running_server import RunningServer, start_server
from tests.shared_data import shared_data

Opener = Callable[..., DashboardPage]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with launched_chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the demo and, where they are here, MNIST and the words."""
    services = Services.open(tmp_path_factory.mktemp("looked-at"))
    real = shared_data()
    if real:
        words, mnist = real / "words_10k", real / "mnist"
        services.datasets.add(
            ParseRequest(
                tensor=Source(words / "words_10k.npy", "words_10k.npy"),
                metadata=Source(words / "words_10k_metadata.tsv", "words_10k_metadata.tsv"),
            ),
            name="Words",
        )
        services.datasets.add(
            ParseRequest(
                tensor=Source(mnist / "mnist_10k_784d_u8.npy", "mnist.npy"),
                metadata=Source(mnist / "mnist_10k_784d_labels.tsv", "labels.tsv"),
                sprite=Source(mnist / "mnist_10k_sprite.png", "sprite.png"),
                thumbnail=(28, 28),
            ),
            name="MNIST",
        )
    add_demo(services.datasets)
    return services.data_dir


@pytest.fixture(scope="session")
def dashboard(looked_at: Path) -> Iterator[RunningServer]:
    """A server that the tests only look at; who changes datasets starts a server of their own."""
    with start_server(looked_at) as running:
        yield running


@pytest.fixture
def serve() -> Iterator[Callable[..., RunningServer]]:
    """Start servers of a test's own; they outlive its tabs, which would note a lost server."""
    with ExitStack() as running:
        yield lambda *options: running.enter_context(start_server(*options))


@pytest.fixture
def open_page(chromium: Browser, serve: object) -> Iterator[Opener]:
    """Open tabs of people who share nothing; in the end no console spoke, nobody called out."""
    opened: list[DashboardPage] = []

    def opener(server: RunningServer, address: str | None = "", **options: object) -> DashboardPage:
        usual = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"}
        context = chromium.new_context(**{**usual, **options})  # type: ignore[arg-type]
        tab = DashboardPage(context.new_page(), server.url)
        opened.append(tab)
        if address is not None:
            tab.open(address)
        return tab

    yield opener
    for tab in opened:
        tab.page.context.close()
    assert [text for tab in opened for text in tab.console] == [], "the console is not empty"
    assert [url for tab in opened for url in tab.foreign] == [], "a request left the host"


@pytest.fixture
def page(open_page: Opener, dashboard: RunningServer) -> DashboardPage:
    """A tab on the page as it opens: the handwritten digits."""
    tab = open_page(dashboard)
    tab.wait_for_points(1797)
    return tab


@pytest.fixture(scope="session")
def many_points(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tensor of 60,000 points, more than two bytes count, with a label each."""
    folder = tmp_path_factory.mktemp("many")
    tensor = np.random.default_rng(0).normal(size=(60_000, 4)).astype(np.float32)
    np.save(folder / "many.npy", tensor)
    (folder / "many.tsv").write_text("\n".join(f"item {i}" for i in range(60_000)) + "\n")
    return folder
