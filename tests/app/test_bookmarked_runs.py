"""Bookmarks and links of projections that still run, or went on under another id."""

import numpy as np
import pytest

from callbacks.links import link_of_view, opened_address
from callbacks.projections import chosen_record
from callbacks.saved_views import view_of_address
from data.bookmarks.bookmarking import save_bookmark
from data.errors import ConflictError
from data.view_state import ViewState
from tests.waiting import wait_until

LONG = {"n_iter": 4_000, "early_exaggeration_iter": 50}


def test_a_bookmark_shows_the_run_as_it_was_and_a_link_what_became_of_it(services, clustered):
    projections = services.projections
    record = projections.request(clustered.id, "tsne", LONG, start=False)
    view = ViewState(clustered.id, record.id, dimensionality=2)
    with pytest.raises(ConflictError, match="queued; there is nothing to keep yet"):
        save_bookmark(services, {"name": "early", "view": view.to_json()})
    assert services.bookmarks.all() == []
    projections.start(record.id)
    wait_until(lambda: projections.record(record.id).iteration >= 60)
    projections.ask(record.id, "pause")
    paused = wait_until(
        lambda: now if (now := projections.record(record.id)).state == "paused" else 0
    )

    # While it runs: the layout of this moment, which nothing changes any more.
    mark = save_bookmark(services, {"name": "now", "view": view.to_json()})
    kept = projections.record(mark.projection_id)
    assert mark.view.projection_id == kept.id != record.id
    assert kept.name == f"t-SNE at iteration {paused.iteration}"
    frame = projections.frame(record.id)
    seen = np.frombuffer(frame.values, "<f4").reshape(-1, 2)
    np.testing.assert_array_equal(projections.coordinates(kept.id), seen)
    page = opened_address(services, f"?bookmark={mark.id}")["page"]
    assert (page["method"], page["chosen"]) == ("columns", {"": kept.id})
    # The link of the view goes on with the run.
    link = link_of_view(services, view)
    assert chosen_record(services, clustered, record.id).state == "paused"

    # When it was stopped: what it became, also when its job is forgotten.
    projections.ask(record.id, "stop")
    stopped = wait_until(lambda: projections.record(record.id).superseded_by)
    for _ in range(2):
        assert view_of_address(services, link).notice == ""
        assert chosen_record(services, clustered, record.id).id == stopped
        later = save_bookmark(services, {"name": "stopped", "view": view.to_json()})
        assert later.view.projection_id == later.projection_id == stopped
        projections.jobs.remove(record.id)
        projections.frames.remove(record.id)
    np.testing.assert_array_equal(projections.coordinates(kept.id), seen)

    # When it was deleted: said, of links as of bookmarks.
    projections.delete(stopped)
    assert "coordinates of this link were deleted" in view_of_address(services, link).notice
    gone = view_of_address(services, f"?bookmark={later.id}")
    assert "coordinates of the bookmark “stopped” were deleted" in gone.notice
