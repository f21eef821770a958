"""Checkpoints in log directories: which are listed, what a config says of them, what opens."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from data.errors import NotFoundError, ProjectorError, ReadError
from data.inside import open_inside
from data.limits import Limits
from data.logdirs.directories import LogDirectories
from data.logdirs.opening import open_tensor
from data.logdirs.runs import Run
from data.services import Services
from tests.checkpoint_writer import write_checkpoint, write_first_version
from tests.unit.test_logdirs import listed, sha256

CONFIG = "projector_config.pbtxt"
ATTRIBUTE = "/.ATTRIBUTES/VARIABLE_VALUE"


def facts(run: Run) -> list[tuple[str, int | None, tuple[int, int] | None]]:
    return [(tensor.name, tensor.step, tensor.shape) for tensor in run.tensors]


def matrix(rows: int = 3, columns: int = 2, value: float = 1) -> np.ndarray:
    return np.full((rows, columns), value, np.float32) + np.arange(rows, dtype=np.float32)[:, None]


@pytest.mark.parametrize("name", ["tf1_mnist", "tf2_tutorial", "tf2_slots"])
def test_programs_of_the_tutorials_open_at_every_step(name, real_data, tmp_path):
    expected = json.loads((real_data / "expected.json").read_text())["entries"][name]
    services = Services.open(tmp_path, logdirs=(real_data / name,))
    (run,) = services.logdirs.runs()
    assert run.warnings == ()
    for step, checkpoint in expected["checkpoints"].items():
        for key, tensor in checkpoint["tensors"].items():
            if tensor["projectable"]:
                _, found = services.logdirs.find(".", key, int(step))
                assert (list(found.shape), found.dtype) == (tensor["shape"], tensor["dtype"])
    configured = expected.get("config_embeddings", [])
    for entry in configured:
        record = open_tensor(services, ".", entry["tensor_name"])
        key = entry.get("names_tensor", entry["tensor_name"])
        wanted = expected["checkpoints"][expected["latest"]]["tensors"][key]
        assert sha256(services, record.id) == wanted["float32_sha256"]
        assert [column.name for column in record.columns] == entry["metadata"]["columns"]
        assert (record.sprite is not None) == ("sprite" in entry)
        assert record.warnings == ()
    names = [tensor.name for tensor in run.tensors]
    wanted = [entry.get("names_tensor", "embedding") for entry in configured] or ["my/emb.table"]
    assert list(dict.fromkeys(names))[: len(wanted)] == wanted


@pytest.mark.parametrize(
    ("case", "words", "opens"),
    [
        ("ckpt_truncated_shard", "past the end", False),
        ("ckpt_flipped_data", "checksum", False),
        ("ckpt_missing_shard", "embedding.ckpt-1.data-00000-of-00001", False),
        ("ckpt_flipped_index", "checksum (crc32c) of a block", False),
        ("ckpt_moved", "", True),
        ("pbtxt_syntax", "", True),
        ("pbtxt_wrong_name", "no tensor of that name", True),
        ("pbtxt_outside", "leads out", True),
    ],
)
def test_damaged_checkpoints_are_met_in_a_sentence(case, words, opens, real_data, tmp_path):
    services = Services.open(tmp_path, logdirs=(real_data / "bad" / case,))
    if opens:
        record = open_tensor(services, ".", "embedding")
        assert (record.n_points, record.n_dims) == (1999, 16)
        assert words in " ".join(record.warnings)
        return
    with pytest.raises(ProjectorError) as raised:
        open_tensor(services, ".", "embedding")
    told = raised.value.message + raised.value.hint
    assert words in told
    assert str(real_data) not in told


def test_every_step_on_disk_is_listed_and_prefixes_are_not_mixed_up(tmp_path):
    for step in (5, 50):
        write_checkpoint(tmp_path / f"model.ckpt-{step}", {"x": matrix(value=step)})
    (tmp_path / "checkpoint").write_text('model_checkpoint_path: "model.ckpt-50"\n')
    services = Services.open(tmp_path / "data", logdirs=(tmp_path,))
    assert facts(services.logdirs.runs()[0]) == [("x", 5, (3, 2)), ("x", 50, (3, 2))]
    for step in (5, 50):
        record = open_tensor(services, ".", "x", step)
        assert services.datasets.open(record.id).tensor[0, 0] == step
    shutil.copy(tmp_path / "model.ckpt-50.index", tmp_path / "model.ckpt-500.index")
    (tmp_path / "model.ckpt-5.data-00000-of-00001").unlink()
    warnings = listed(tmp_path)["."].warnings
    assert len(warnings) == 2
    assert all("is missing" in text for text in warnings)


def test_config_attaches_to_every_step_and_others_follow(tmp_path):
    (tmp_path / "m.tsv").write_text("a\nb\nc\n")
    (tmp_path / "rest.tsv").write_text("d\ne\nf\n")
    (tmp_path / CONFIG).write_text(
        'embeddings { tensor_name: "x:0" metadata_path: "m.tsv" }'
        'embeddings { metadata_path: "rest.tsv" }'
        'embeddings { tensor_name: "cube" }'
    )
    for step in (1, 2):
        arrays = {"big": matrix(9), "x": matrix(), "x/Adam": matrix(), "cube": matrix()[None]}
        write_checkpoint(tmp_path / f"model-{step}", arrays, n_shards=2)
    run = listed(tmp_path)["."]
    assert facts(run) == [
        ("x", 1, (3, 2)),
        ("x", 2, (3, 2)),
        ("big", 1, (9, 2)),
        ("big", 2, (9, 2)),
    ]
    texts = [tensor.attached.metadata.text for tensor in run.tensors]
    assert texts == ["m.tsv", "m.tsv", "rest.tsv", "rest.tsv"]
    assert any("cube" in text and "no 2D tensor" in text for text in run.warnings)
    assert any("x/Adam" in text for text in run.notes)
    assert LogDirectories((tmp_path,), Limits()).find(".", "x/Adam")[1].step == 2


def test_several_savers_in_one_folder_are_told_apart(tmp_path):
    for prefix in ("model-1", "best-1"):
        write_checkpoint(tmp_path / prefix, {"x": matrix()})
    assert [name for name, _, _ in facts(listed(tmp_path)["."])] == ["x (best)", "x (model)"]
    (tmp_path / CONFIG).write_text('model_checkpoint_path: "/elsewhere/model-1"')
    run = listed(tmp_path)["."]
    assert sorted(name for name, _, _ in facts(run)) == ["x", "x (best)"]
    assert "model-1 beside the config was taken" in run.warnings[0]


@pytest.mark.parametrize(
    ("place", "config"),
    [
        ("train/model-3", 'model_checkpoint_path: "train/model-3"'),
        ("train/model-3", 'model_checkpoint_dir: "train"'),
        ("../model-3", ""),
    ],
)
def test_checkpoint_of_another_folder_inside_the_log_directory(place, config, tmp_path):
    run = tmp_path / "logs" / "run"
    (run / "train").mkdir(parents=True)
    write_checkpoint(run / place, {"x": matrix()})
    (run / CONFIG).write_text(f'{config} embeddings {{ tensor_name: "x" }}')
    assert facts(listed(tmp_path / "logs")["run"]) == [("x", 3, (3, 2))]
    # The same folder is not left when it is the log directory.
    assert (facts(listed(run)["."]) == []) == place.startswith("..")


def test_saved_model_and_written_checkpoint_are_runs(tmp_path):
    variables = tmp_path / "export" / "variables"
    variables.mkdir(parents=True)
    (tmp_path / "export" / "saved_model.pb").write_bytes(b"")
    write_checkpoint(variables / "variables", {f"emb{ATTRIBUTE}": matrix()})
    (tmp_path / "written").mkdir()
    write_checkpoint(tmp_path / "written" / "weights", {f"emb{ATTRIBUTE}": matrix(4)})
    runs = listed(tmp_path)
    assert {name: facts(run) for name, run in runs.items()} == {
        "export": [("emb", None, (3, 2))],
        "written": [("emb", None, (4, 2))],
    }
    services = Services.open(tmp_path / "data", logdirs=(tmp_path,))
    assert open_tensor(services, "export", "emb").n_points == 3
    assert open_tensor(services, "written", f"emb{ATTRIBUTE}").n_points == 4


def test_checkpoints_of_the_first_version_open(tmp_path):
    array = matrix(8, 3)
    write_first_version(tmp_path / "model.ckpt-2", {"x": array, "x/Momentum": array})
    for number, rows in enumerate((slice(0, 5), slice(5, 8))):
        path = tmp_path / f"model.ckpt-3-{number:05d}-of-00002"
        write_first_version(path, {"x": array}, slices={"x": [(rows, slice(0, 3))]})
    services = Services.open(tmp_path / "data", logdirs=(tmp_path,))
    (run,) = services.logdirs.runs()
    assert facts(run) == [("x", 2, (8, 3)), ("x", 3, (8, 3))]
    for step in (2, 3):
        record = open_tensor(services, ".", "x", step)
        np.testing.assert_array_equal(services.datasets.open(record.id).tensor, array)


def test_names_are_found_before_a_tensor_that_is_too_large_to_be_read_for_them(
    tmp_path, monkeypatch
):
    # TensorFlow puts the first tensor into the block of the names, whatever its size.
    monkeypatch.setattr("data.readers.level_table.MAX_BLOCK_BYTES", 8_192)
    array = matrix(1_000, 50)
    write_first_version(tmp_path / "model.ckpt-2", {"x": array, "y": matrix()})
    services = Services.open(tmp_path / "data", logdirs=(tmp_path,))
    (run,) = services.logdirs.runs()
    assert facts(run) == [("x", 2, (1_000, 50)), ("y", 2, (3, 2))]
    assert run.warnings == ()
    record = open_tensor(services, ".", "x")
    np.testing.assert_array_equal(services.datasets.open(record.id).tensor, array)


def test_files_that_only_look_like_checkpoints_are_left_alone(tmp_path):
    for name in ("faiss.index", "lightning.ckpt", "run-1", "model.ckpt-1.meta"):
        (tmp_path / name).write_bytes(b"PK\x03\x04" + bytes(100))
    assert listed(tmp_path) == {}


def test_data_files_behind_links(tmp_path):
    logs, store = tmp_path / "logs", tmp_path / "store"
    for folder in (logs / "inside", store):
        folder.mkdir(parents=True)
        write_checkpoint(folder / "m-1", {"x": matrix()})
    names = ("m-1.index", "m-1.data-00000-of-00001")
    for name in names:
        (logs / name.replace("m-1", "ok-1")).symlink_to(logs / "inside" / name)
    shutil.copy(store / names[0], logs / "out-1.index")
    (logs / "out-1.data-00000-of-00001").symlink_to(store / names[1])
    services = Services.open(tmp_path / "data", logdirs=(logs,))
    run = services.logdirs.runs()[0]
    assert any("leads out" in text for text in run.warnings)
    assert open_tensor(services, ".", "x (ok)").n_points == 3
    with pytest.raises(ReadError, match=r"out-1\.data-00000-of-00001"):
        open_tensor(services, ".", "x (out)")


def test_index_is_read_once_until_it_changes(tmp_path):
    reads = []

    def open_file(root: Path, path: Path):
        reads.append(path.name)
        return open_inside(root, path)

    write_checkpoint(tmp_path / "m-1", {"x": matrix()})
    logdirs = LogDirectories((tmp_path,), Limits(), open_file)
    for path in (tmp_path / "m-1.index", tmp_path):
        os.utime(path, (1_600_000_000, 1_600_000_000))
    for _ in range(3):
        assert len(logdirs.runs()) == 1
    assert reads == ["m-1.index"]
    with pytest.raises(NotFoundError, match="no step 7"):
        logdirs.find(".", "x", 7)
