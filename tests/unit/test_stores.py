"""What is on disk, and its promises."""

import errno
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from callbacks.links import opened_event
from data.errors import NotFoundError, ParameterError, ReadError, StorageError
from data.parsing import MetadataRequest, ParseRequest, Source, parse
from data.services import Services
from data.stores import files
from data.view_state import ViewState


def request_of(path: Path) -> ParseRequest:
    return ParseRequest(tensor=Source(path, path.name))


def test_the_same_content_twice_is_one_dataset(services, small_files):
    first = services.datasets.add(request_of(small_files / "small.npy"), name="One")
    again = services.datasets.add(request_of(small_files / "small.npy"), name="Two")
    assert again.id == first.id
    assert [record.name for record in services.datasets.list()] == ["One"]


def test_the_same_content_with_another_label_is_no_change_for_the_others(
    services, small, small_files
):
    preview_of = {
        "tensor": Source(small_files / "small.npy", "small.npy"),
        "metadata": Source(small_files / "small.tsv", "small.tsv"),
        "sprite": Source(small_files / "small.png", "small.png"),
    }
    with files.staging(services.datasets.directory) as folder:
        request = ParseRequest(**preview_of, thumbnail=(4, 4))
        parsed = parse(request, folder, services.limits)
        again = services.datasets.keep(folder, parsed, "Mine", label_by="group")
    assert again == small
    opened = opened_event(services, {"id": small.id, "label": "group"}, None, None)
    assert opened["controls"]["label_by"] == "group"
    wrong = opened_event(services, {"id": small.id, "label": "nothing"}, None, None)
    assert wrong["controls"]["label_by"] == "word"


def test_an_unreadable_file_leaves_nothing_behind(services, tmp_path):
    bad = tmp_path / "bad.npy"
    bad.write_bytes(b"no tensor")
    with pytest.raises(ReadError):
        services.datasets.add(request_of(bad))
    assert list(services.datasets.directory.iterdir()) == []


def test_the_data_directory_is_private(services):
    assert services.data_dir.stat().st_mode & 0o777 == 0o700


def test_a_data_directory_that_cannot_be_made_is_one_sentence(tmp_path):
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(StorageError, match="cannot be written"):
        Services.open(file / "below")


def test_a_deleted_dataset_can_be_restored_for_seven_days(services, small):
    services.datasets.delete(small.id)
    with pytest.raises(NotFoundError):
        services.datasets.record(small.id)
    assert services.datasets.restore(small.id) == small
    services.datasets.delete(small.id)
    old = time.time() - 8 * 86_400
    os.utime(services.datasets.trash / small.id, (old, old))
    services.datasets.empty_trash()
    with pytest.raises(NotFoundError):
        services.datasets.restore(small.id)


def test_a_rename_is_seen_by_what_is_open_already(services, small):
    assert services.datasets.open(small.id).record.name == "Small"
    services.datasets.rename(small.id, "  Other ")
    assert services.datasets.open(small.id).record.name == "Other"


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, None, 5])
def test_a_name_must_be_a_short_text(services, small, name):
    with pytest.raises(ParameterError):
        services.datasets.rename(small.id, name)


def test_new_metadata_counts_the_revision_up_and_keeps_id_and_rows(services, small, tmp_path):
    metadata = tmp_path / "new.tsv"
    metadata.write_text("\n".join(f"name {i}" for i in range(60)) + "\n")
    changed = services.metadata.add(small.id, MetadataRequest(Source(metadata, "new.tsv")))
    assert (changed.id, changed.metadata_revision) == (small.id, 1)
    dataset = services.datasets.open(small.id)
    assert dataset.metadata.names == ["label"]
    assert dataset.metadata.texts("label", [3, 59]) == ["name 3", "name 59"]


def test_metadata_added_later_leave_out_the_rows_that_the_tensor_left_out(services, tmp_path):
    tensor = np.random.default_rng(0).normal(size=(10, 3)).astype(np.float32)
    tensor[3, 1] = np.nan
    np.save(tmp_path / "gap.npy", tensor)
    record = services.datasets.add(request_of(tmp_path / "gap.npy"))
    assert record.n_points == 9
    for lines in (range(10), [0, 1, 2, 4, 5, 6, 7, 8, 9]):
        (tmp_path / "names.tsv").write_text("".join(f"x{i}\n" for i in lines))
        changed = services.metadata.add(
            record.id, MetadataRequest(Source(tmp_path / "names.tsv", "n.tsv"))
        )
        names = services.datasets.open(record.id).metadata.texts("label", range(9))
        assert names == ["x0", "x1", "x2", "x4", "x5", "x6", "x7", "x8", "x9"]
        assert set(record.warnings) <= set(changed.warnings)


def test_a_rename_while_metadata_are_read_is_kept(services, small, tmp_path):
    path = tmp_path / "new.tsv"
    path.write_text("".join(f"name {i}\n" for i in range(60)))
    with ThreadPoolExecutor(4) as pool:
        added = [
            pool.submit(services.metadata.add, small.id, MetadataRequest(Source(path, "new.tsv")))
            for _ in range(2)
        ]
        services.datasets.rename(small.id, "Renamed")
        revisions = {request.result().metadata_revision for request in added}
    assert revisions == {1, 2}
    assert services.datasets.record(small.id).name == "Renamed"


def test_equal_files_added_at_once_are_one_dataset(services, small_files):
    with ThreadPoolExecutor(4) as pool:
        request = request_of(small_files / "small.npy")
        added = [pool.submit(services.datasets.add, request) for _ in range(4)]
        assert len({future.result().id for future in added}) == 1


def test_restoring_what_was_added_again_meanwhile_is_no_failure(services, small, small_files):
    plain = services.datasets.add(request_of(small_files / "small.npy"))
    services.datasets.delete(plain.id)
    again = services.datasets.add(request_of(small_files / "small.npy"))
    assert services.datasets.restore(plain.id) == again


@pytest.mark.parametrize("bad_id", ["..", "../..", "a/b", "", "x" * 5000, "%2e%2e", "ä" * 26])
def test_ids_from_outside_open_no_file(services, bad_id):
    with pytest.raises(NotFoundError):
        services.datasets.record(bad_id)
    with pytest.raises(NotFoundError):
        services.projections.record(bad_id)
    with pytest.raises(NotFoundError):
        services.views.load(bad_id)


def test_equal_requests_are_one_projection_computed_once(services, small):
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(services.projections.request, small.id) for _ in range(16)]
        records = [request.result() for request in asked]
    assert len({record.id for record in records}) == 1
    assert len({record.created_at for record in records}) == 1
    assert len(services.projections.list(small.id)) == 1


def test_rows_and_parameters_make_another_projection(services, small):
    whole = services.projections.request(small.id)
    some = services.projections.request(small.id, rows=(1, 5, 9, 20))
    scaled = services.projections.request(small.id, parameters={"standardize": True})
    assert len({whole.id, some.id, scaled.id}) == 3
    assert services.projections.coordinates(some.id).shape[0] == 4


def test_coordinates_are_those_of_the_chosen_components(services, small):
    record = services.projections.request(small.id)
    whole = services.projections.coordinates(record.id)
    chosen = services.projections.coordinates(record.id, [2, 0])
    assert chosen.dtype == np.float32
    np.testing.assert_array_equal(chosen, whole[:, [2, 0]])
    with pytest.raises(ParameterError, match="from 0 to 4"):
        services.projections.coordinates(record.id, [5])


def test_a_stored_view_comes_back_and_the_same_view_has_the_same_id(services):
    view = ViewState("d", selected_rows=tuple(range(0, 5000, 3)))
    assert services.views.save(view) == services.views.save(view)
    assert services.views.load(services.views.save(view)) == view


def test_a_full_disk_is_said_and_the_old_value_stays(tmp_path, monkeypatch):
    path = tmp_path / "record.json"
    files.write_json(path, {"kept": 1})

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="disk is full"):
        files.write_json(path, {"kept": 2})
    assert json.loads(path.read_text()) == {"kept": 1}
    assert os.listdir(tmp_path) == ["record.json"]  # noqa: PTH208 - no half-written file either
