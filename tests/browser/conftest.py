"""A real Chromium on a real server."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Error, Page

from data.demo import add_demo
from data.services import Services
from tests.browser.dashboard_page import DashboardPage
from tests.chromium import PAINTED_WITHOUT_GL, launched_chromium
from tests.running_server import RunningServer, start_server
from tests.shared_data import mnist_request, shared_data, words_request

Opener = Callable[..., DashboardPage]
# As a person's browser on a small screen; nothing flies about.
USUAL = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with launched_chromium(PAINTED_WITHOUT_GL) as browser:
        yield browser


@pytest.fixture(scope="session")
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the demo and, where they are here, MNIST and the words."""
    services = Services.open(tmp_path_factory.mktemp("looked-at"))
    real = shared_data()
    if real:
        services.datasets.add(words_request(real), name="Words")
        services.datasets.add(mnist_request(real), name="MNIST")
    add_demo(services.datasets)
    return services.data_dir


@pytest.fixture(scope="session")
def demo_copied(looked_at: Path) -> Callable[[Path], Path]:
    """Copy the demo into a new data directory, which a test may change, and return it."""

    def copy(folder: Path) -> Path:
        known, mine = Services.open(looked_at), Services.open(folder)
        for record in known.datasets.list():
            if record.source == "demo":
                stored = known.datasets.directory / record.id
                shutil.copytree(stored, mine.datasets.directory / record.id)
        return folder

    return copy


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


@pytest.fixture(scope="session")
def idle_tabs() -> list[Page]:
    """Tabs in which nothing is open: they know the scripts, which are long to read, and nobody."""
    return []


@pytest.fixture
def open_page(
    chromium: Browser, idle_tabs: list[Page], request: pytest.FixtureRequest, serve: object
) -> Iterator[Opener]:
    """Open tabs of people who share nothing; in the end no console spoke, nobody called out.

    Options of a browser context, if any are given, get a new one.
    """
    opened: list[DashboardPage] = []
    lent: list[DashboardPage] = []
    servers: list[RunningServer] = []
    n_failed = request.session.testsfailed

    def opener(server: RunningServer, address: str | None = "", **options: object) -> DashboardPage:
        if idle_tabs and not options:
            page = idle_tabs.pop()
        else:
            page = chromium.new_context(**{**USUAL, **options}).new_page()  # type: ignore[arg-type]
        tab = DashboardPage(page, server.url)
        opened.append(tab)
        servers.append(server)
        if not options:
            lent.append(tab)
        if address is not None:
            tab.open(address)
        return tab

    yield opener
    for tab in opened:
        if tab in lent and request.session.testsfailed == n_failed:
            with suppress(Error):
                tab.forget()
                idle_tabs.append(tab.page)
                continue
        tab.page.context.close()
    printed = "".join({server.url: server.output for server in servers}.values())
    said = [text for tab in opened for text in tab.console]
    assert said == [], f"the console is not empty; the servers printed\n{printed}"
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
