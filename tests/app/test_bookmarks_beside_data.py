"""Bookmarks that come with data: files named at the start, and those of a training run."""

import json

import numpy as np
import pytest

from dashboard.adding import _add_bookmarks, add_bookmarks
from dashboard.app import create_app
from dashboard.settings import Settings
from data.errors import ReadError
from data.logdirs.opening import open_tensor
from data.services import Services
from data.view_state import ViewState


def state(label, n=40, dims=3, **more):
    points = [{"tsne-0": float(i), "tsne-1": i / 2} for i in range(n)]
    return {
        "label": label,
        "dataSetDimensions": [n, dims],
        "selectedProjection": "tsne",
        "tSNEis3d": False,
        "projections": points,
        "filteredPoints": None,
        "selectedPoints": [],
        **more,
    }


def test_files_named_at_the_start_are_opened_once(services, small, tmp_path, capsys):
    file = tmp_path / "mine.json"
    item = {"name": "Mine", "view": ViewState(small.id, selected_rows=(1, 2)).to_json()}
    file.write_text(
        json.dumps(
            {"format": "embedding-dashboard bookmarks", "version": 1, "bookmarks": [item, item]}
        )
    )
    other = tmp_path / "other.txt"
    other.write_text(json.dumps([state("of other data")]))
    settings = Settings(data_dir=services.data_dir, bookmarks=(file, other))
    for n_new in (1, 0):
        _add_bookmarks(settings)
        said = capsys.readouterr().out
        assert f"mine.json: {n_new} new bookmarks" in said
        assert "40 points × 3 dimensions" in said
    (kept,) = services.bookmarks.all()
    assert kept.view.selected_rows == (1, 2)
    # What somebody deleted does not come back with the next start.
    services.bookmarks.delete(kept.id)
    _add_bookmarks(settings)
    assert services.bookmarks.all() == []


def test_a_file_that_is_not_there_is_said_before_anything_starts(services, tmp_path):
    settings = Settings(data_dir=services.data_dir, bookmarks=(tmp_path / "missing.json",))
    with pytest.raises(ReadError, match=r"missing\.json cannot be opened"):
        add_bookmarks(settings)


def test_the_bookmarks_of_a_run_are_offered_in_order(tmp_path):
    logdir = tmp_path / "logs"
    logdir.mkdir()
    np.savetxt(logdir / "t.tsv", np.random.default_rng(0).normal(size=(40, 3)), delimiter="\t")
    (logdir / "states.txt").write_text(json.dumps([state("second"), state("first")]))
    (logdir / "projector_config.pbtxt").write_text(
        'embeddings { tensor_name: "t" tensor_path: "t.tsv" bookmarks_path: "states.txt" }'
    )
    services = Services.open(tmp_path / "data", logdirs=[logdir], reserve_bytes=4096)
    dataset = open_tensor(services, ".", "t")
    client = create_app(Settings(data_dir=services.data_dir), services).server.test_client()
    offered = client.get(f"/page/bookmarks/offered?dataset={dataset.id}").get_json()
    assert offered == {"file": "states.txt"}
    assert services.bookmarks.all() == []
    for _ in range(2):
        answer = client.post("/page/bookmarks/offered", json={"dataset": dataset.id})
        assert answer.status_code == 200
    assert [mark.name for mark in services.bookmarks.all()] == ["second", "first"]
    shown = services.projections.coordinates(services.bookmarks.all()[0].projection_id)
    np.testing.assert_allclose(shown[:, 0], np.arange(40))
