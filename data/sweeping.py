"""What may go: old trash, what datasets that are gone have left, what can be computed again."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from data.errors import NotFoundError, StorageError
from data.projection import ProjectionRecord
from data.projections.methods import METHODS
from data.services import Services
from data.stores.files import alone, remove_directory, remove_leftovers
from data.stores.graphs import GraphStore

# What was used this lately may be on a screen, and about to be bookmarked.
REST_SECONDS = 3_600.0
DAY = 86_400


@dataclass(frozen=True)
class Computed:
    """A directory that can be computed again: its bytes, and when it was last used."""

    path: Path
    n_bytes: int
    used_at: float


def sweep(services: Services, rest_seconds: float = REST_SECONDS) -> None:
    """Remove what nobody needs any more, and of what can be computed again what is too much.

    Parameters
    ----------
    rest_seconds : what was used since then stays
    """
    with alone(services.data_dir, "sweep"):
        services.datasets.empty_trash()
        services.views.forget_old()
        for folder in ("projections", "graphs"):
            remove_leftovers(services.data_dir / folder, time.time() - DAY)
        try:
            services.bookmarks.forget_deleted()
            services.stories.forget_deleted()
            named = services.bookmarks.projections_named()
        except StorageError:
            # While the bookmarks cannot be read, nobody knows what they show.
            return
        records = [r for r in services.projections.finished.all() if r.id not in named]
        _remove_orphans(services, records)
        _evict(services, records, time.time() - rest_seconds)


def _remove_orphans(services: Services, records: list[ProjectionRecord]) -> None:
    """Remove the projections of datasets that are not even in the trash any more."""
    for record in records:
        if not services.datasets.has(record.dataset):
            services.projections.delete(record.id)


def _evict(services: Services, records: list[ProjectionRecord], before: float) -> None:
    """Remove what was not used for longest, until the rest is within the limit."""
    store = services.projections.finished
    paths = [store.directory / r.id for r in records if can_be_computed_again(services, r)]
    paths += GraphStore(services.data_dir).all()
    found = [_computed(path) for path in paths if path.is_dir()]
    excess = sum(kept.n_bytes for kept in found) - services.limits.computed_bytes
    for kept in sorted(found, key=lambda kept: kept.used_at):
        if excess <= 0 or kept.used_at > before:
            return
        remove_directory(kept.path)
        excess -= kept.n_bytes


def can_be_computed_again(services: Services, record: ProjectionRecord) -> bool:
    """Tell whether the same request has the same result.

    It has not for what came with a file, was stopped, perturbed or run on, had no seed, or read
    metadata that has changed since. What people gave a name is not taken from them either.
    """
    try:
        revision = services.datasets.record(record.dataset).metadata_revision
    except NotFoundError:
        return False
    return (
        record.method in METHODS
        and record.state == "done"
        and not record.interventions
        and not record.name
        and record.parameters.get("random_state", 0) is not None
        and record.metadata_revision in (None, revision)
    )


def _computed(path: Path) -> Computed:
    n_bytes = sum(file.stat().st_size for file in path.iterdir())
    return Computed(path, n_bytes, path.stat().st_mtime)
