"""What goes by itself, and what never does."""

import os
import time

import numpy as np
import pytest

from data.bookmarks.bookmarking import save_bookmark
from data.errors import NotFoundError
from data.limits import Limits
from data.links import link_text
from data.neighbor_graph import neighbor_graph
from data.services import Services
from data.stores.graphs import GraphStore
from data.stores.kept_coordinates import keep_coordinates
from data.sweeping import sweep
from data.view_state import ViewState


@pytest.fixture
def services(settings) -> Services:
    """Stores that keep next to nothing of what can be computed again."""
    return Services.open(settings.data_dir, Limits(computed_bytes=1), reserve_bytes=4096)


def pca(services, dataset, n_components):
    return services.projections.request(dataset.id, "pca", {"n_components": n_components}).id


def kept(services):
    return {record.id for record in services.projections.finished.all()}


def test_only_what_can_be_computed_again_and_nobody_bookmarked_goes(services, small):
    gone, shown, named, deleted = (pca(services, small, n) for n in (2, 3, 4, 5))
    save_bookmark(services, {"name": "x", "view": {"dataset_id": small.id, "projection_id": shown}})
    view = {"dataset_id": small.id, "projection_id": deleted}
    services.bookmarks.delete(save_bookmark(services, {"name": "y", "view": view}).id)
    services.projections.rename(named, "Mine")
    uploaded = keep_coordinates(
        services.projections, small.id, np.zeros((60, 2), np.float32), None, {"file": "a.csv"}
    )
    graphs = GraphStore(services.data_dir)
    points = services.datasets.open(small.id).tensor
    graphs.get({"dataset": small.id}, 3, lambda k: neighbor_graph(np.asarray(points), k, "cosine"))
    # What was used just now may be on a screen.
    sweep(services)
    assert kept(services) == {gone, shown, named, deleted, uploaded.id}
    sweep(services, rest_seconds=-1)
    assert kept(services) == {shown, named, deleted, uploaded.id}
    assert graphs.all() == []
    assert pca(services, small, 2) == gone


def test_what_was_deleted_long_ago_is_forgotten_with_its_picture(services, small):
    mark = save_bookmark(services, {"name": "x", "view": {"dataset_id": small.id}})
    services.bookmarks.set_thumbnail(mark.id, "abc")
    services.bookmarks.delete(mark.id)
    sweep(services)
    assert services.bookmarks.can_be_restored(mark.id)
    with services.bookmarks.records.changing() as records:
        (key,) = services.bookmarks.records.keys("deleted:")
        records.set(key, {**records.get(key), "time": time.time() - 8 * 86_400})
    sweep(services)
    assert not services.bookmarks.can_be_restored(mark.id)
    assert services.bookmarks.with_thumbnail() == set()


def test_what_was_not_used_for_longest_goes_first(services, small):
    old, new = pca(services, small, 2), pca(services, small, 3)
    directory = services.projections.finished.directory
    size = sum(file.stat().st_size for file in (directory / new).iterdir())
    for number, projection in enumerate((old, new)):
        os.utime(directory / projection, (1000 + number, 1000 + number))
    services.projections.coordinates(old)
    roomy = Services.open(services.data_dir, Limits(computed_bytes=size + 10), reserve_bytes=4096)
    sweep(roomy, rest_seconds=-1)
    assert kept(services) == {old}


def test_what_belonged_to_a_dataset_goes_when_its_trash_is_emptied(services, small):
    shown, other = pca(services, small, 2), pca(services, small, 3)
    view = {"dataset_id": small.id, "projection_id": shown}
    save_bookmark(services, {"name": "x", "view": view})
    services.datasets.delete(small.id)
    sweep(services)
    assert kept(services) == {shown, other}
    old = time.time() - 8 * 86_400
    os.utime(services.datasets.trash / small.id, (old, old))
    sweep(services)
    # The same files added again are the same dataset, and the bookmark opens.
    assert kept(services) == {shown}


def test_nothing_is_evicted_while_the_bookmarks_cannot_be_read(services, small):
    shown = pca(services, small, 2)
    services.bookmarks.records.close()
    (services.bookmarks.records.directory / "cache.db").write_bytes(b"damaged " * 2000)
    again = Services.open(services.data_dir, Limits(computed_bytes=1), reserve_bytes=4096)
    sweep(again, rest_seconds=-1)
    assert kept(again) == {shown}


def test_a_long_view_is_forgotten_unless_it_was_opened_or_its_link_copied(services, small, client):
    views = [ViewState(small.id, selected_rows=(row,)) for row in range(3)]
    unused, opened, copied = (services.views.save(view) for view in views)
    assert client.post(f"/page/views/{copied}/keep").status_code == 200
    assert client.post("/page/views/nothing/keep").status_code == 404
    old = time.time() - 100 * 86_400
    for path in services.views.root.iterdir():
        os.utime(path, (old, old))
    services.views.load(opened)
    sweep(services)
    with pytest.raises(NotFoundError) as told:
        services.views.load(unused)
    assert "90 days" in told.value.hint
    assert [link_text(services.views.load(i)) for i in (opened, copied)] == [
        link_text(view) for view in views[1:]
    ]
