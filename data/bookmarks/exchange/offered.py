"""Bookmarks that a training run has beside a tensor: `bookmarks_path` of its config."""

from __future__ import annotations

from dataclasses import dataclass

from data.bookmarks.exchange.format import MAX_BYTES
from data.bookmarks.exchange.opening import Opened, open_file
from data.errors import NotFoundError
from data.logdirs.fetching import source_of
from data.logdirs.runs import Run, RunTensor
from data.services import Services


@dataclass(frozen=True)
class Offered:
    """A file that is offered; `name` is how the config calls it."""

    name: str
    run: Run
    tensor: RunTensor


def offered_file(services: Services, dataset_id: str) -> Offered | None:
    """Return the file of bookmarks that belongs to a dataset of a log directory, or None."""
    if not services.logdirs.directories:
        return None
    source = services.datasets.record(dataset_id).source
    for run in services.logdirs.runs():
        for tensor in run.tensors:
            if tensor.attached.bookmarks and source_of(run, tensor) == source:
                return Offered(tensor.attached.bookmarks.text, run, tensor)
    return None


def open_offered(services: Services, dataset_id: str) -> Opened:
    """Keep the bookmarks that are offered for a dataset; those known already stay as they are.

    Raises
    ------
    NotFoundError
        If there are none.
    ReadError, LimitError
        If the file cannot be read.
    """
    offered = offered_file(services, dataset_id)
    if offered is None or offered.tensor.attached.bookmarks is None:
        raise NotFoundError("There are no bookmarks beside this tensor.", hint="Reload the page.")
    content = services.logdirs.read(offered.run, offered.tensor.attached.bookmarks, MAX_BYTES + 1)
    return open_file(services, content, offered.name, dataset_id, once=True)
