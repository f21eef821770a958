"""Datasets into a data directory without a server: the command `add`, and the demo."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dashboard.settings import Settings
from data.errors import ProjectorError, ReadError

# numpy and the readers are imported where they are used: a wrong file name is told at once.


def add_files(settings: Settings, given: Mapping[str, Any], say: Callable[[str], None]) -> None:
    """Add a dataset and say what became of it.

    Parameters
    ----------
    given : options of `add` by name, as they were typed

    Raises
    ------
    ProjectorError
        If a file cannot be read or kept.
    """
    named = {
        "tensors": given["file"],
        "metadata": given.get("metadata"),
        "sprite": given.get("sprite"),
    }
    paths = {field: Path(name) for field, name in named.items() if name is not None}
    for field, path in paths.items():
        if field == "sprite" and path.is_dir():
            continue
        _check_file(path)
    from dashboard.parse_request import FIELDS, parse_request
    from data.parsing import Source
    from data.services import Services

    limits = settings.limits()
    sources = {field: Source(path, path.name) for field, path in paths.items()}
    fields = {field: [given[field]] for field in FIELDS if field in given}
    request = parse_request(sources, fields, limits)
    datasets = Services.open(settings.data_dir, limits).datasets
    name = given.get("name", "")
    record = datasets.add(request, name, source="command line", tell=_show_progress)
    _show_progress({})
    say(f"{record.name}: {record.n_points:,} points, {record.n_dims:,} dimensions")
    for remark in (*(f"Warning: {text}" for text in record.warnings), *record.notes):
        say(remark)
    say(f"id: {record.id}")


def _show_progress(progress: Mapping[str, Any]) -> None:
    """Say in one line of a terminal how far reading has come; without progress, clear it."""
    if sys.stderr.isatty():
        line = "{what}: {done:,} of {total:,}".format(**progress) if progress else ""
        sys.stderr.write(f"\r{line:<60}\r")
        sys.stderr.flush()


def add_demo(settings: Settings) -> None:
    """Add the demo datasets in a process of its own.

    The caller stays small and has no threads of numpy when it forks its workers.
    """
    child = multiprocessing.get_context("spawn").Process(target=_add_demo, args=(settings,))
    child.start()
    child.join()


def add_bookmarks(settings: Settings) -> None:
    """Open the files of bookmarks that the settings name, in a process of its own.

    Raises
    ------
    ReadError
        If a file cannot be opened.
    """
    for path in settings.bookmarks:
        _check_file(path)
    if settings.bookmarks:
        child = multiprocessing.get_context("spawn").Process(
            target=_add_bookmarks, args=(settings,)
        )
        child.start()
        child.join()


def _add_bookmarks(settings: Settings) -> None:
    from data.bookmarks.exchange.opening import open_file
    from data.services import Services

    services = Services.open(settings.data_dir, settings.limits(), settings.logdir)
    for path in settings.bookmarks:
        try:
            opened = open_file(services, path.read_bytes(), path.name, once=True)
            lines = [*opened.notes, f"{path.name}: {len(opened.bookmarks):,} new bookmarks"]
        except ProjectorError as error:
            # A server without these bookmarks is still a server.
            lines = [f"{error.message} {error.hint}".rstrip()]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
    services.bookmarks.records.close()


def _add_demo(settings: Settings) -> None:
    from data.demo import add_demo as add_datasets
    from data.services import Services

    try:
        add_datasets(Services.open(settings.data_dir, settings.limits()).datasets)
    except ProjectorError as error:
        # A server without the demo is still a server.
        sys.stderr.write(f"The demo was left out: {error.message}\n")


def _check_file(path: Path) -> None:
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise ReadError(f"{path} cannot be opened: {error.strerror}.") from None
