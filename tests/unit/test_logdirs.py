"""Runs of log directories: what is listed, what is refused, what is read again."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import numpy as np
import pytest

from data.errors import NotFoundError, ReadError
from data.inside import open_inside
from data.limits import Limits
from data.logdirs.directories import LogDirectories
from data.logdirs.opening import open_tensor
from data.logdirs.runs import Run
from data.services import Services

CONFIG = "projector_config.pbtxt"
LONG_AGO = 1_600_000_000
PATH_FIELDS = (
    "tensor_path",
    "metadata_path",
    "bookmarks_path",
    "image_path",
    "model_checkpoint_path",
    "model_checkpoint_dir",
)


def listed(*folders: Path) -> dict[str, Run]:
    return {run.run: run for run in LogDirectories(folders, Limits()).runs()}


def write_step(folder: Path, step: int, tag: str = "default", rows: int = 3) -> None:
    """Write what PyTorch's add_embedding writes."""
    place = f"{step:05d}/{tag.replace('/', '%2f')}"
    (folder / place).mkdir(parents=True)
    (folder / place / "tensors.tsv").write_text("1.5\t2\n" * rows)
    (folder / place / "metadata.tsv").write_text("a\n" * rows)
    with (folder / CONFIG).open("a") as file:
        file.write(
            f'embeddings {{\n  tensor_name: "{tag}:{step:05d}"\n'
            f'  metadata_path: "{place}/metadata.tsv"\n  tensor_path: "{place}/tensors.tsv"\n}}\n'
        )


def make_old(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        os.utime(path, (LONG_AGO, LONG_AGO))


def sha256(services: Services, dataset_id: str) -> str:
    tensor = services.datasets.open(dataset_id).tensor
    return hashlib.sha256(np.ascontiguousarray(tensor, "<f4").tobytes()).hexdigest()


def check_expected(services: Services, real_data: Path, run: str, entry: dict) -> None:
    name, _, step = entry["tensor_name"].partition(":")
    record = open_tensor(services, run, name, int(step) if step else None)
    assert [record.n_points, record.n_dims] == entry["tensor"]["shape"]
    assert sha256(services, record.id) == entry["tensor"]["float32_sha256"]
    assert [column.name for column in record.columns] == entry["metadata"]["columns"]
    assert (record.sprite is not None) == ("sprite" in entry)
    assert record.warnings == ()
    (_, found) = services.logdirs.find(run, name, int(step) if step else None)
    assert list(found.shape) == entry["tensor"]["shape"]


@pytest.mark.parametrize("run", ["torch_mnist", "bytes_logdir"])
def test_real_runs_are_what_is_expected(run, real_data, tmp_path):
    entries = json.loads((real_data / "expected.json").read_text())["entries"][run]
    services = Services.open(tmp_path, logdirs=(real_data / run,))
    (found,) = services.logdirs.runs()
    assert (found.run, found.warnings, found.notes) == (".", (), ())
    assert len(found.tensors) == len(entries["config_embeddings"])
    for entry in entries["config_embeddings"]:
        check_expected(services, real_data, ".", entry)


def test_json_config_beside_nested_runs(real_data, tmp_path):
    entries = json.loads((real_data / "expected.json").read_text())["entries"]
    services = Services.open(tmp_path, logdirs=(real_data,))
    runs = {run.run: run for run in services.logdirs.runs()}
    assert {".", "torch_mnist", "bytes_logdir", "bad/pbtxt_syntax"} <= set(runs)
    assert [tensor.to_json() for tensor in runs["."].tensors] == [
        {
            "name": name,
            "step": None,
            "shape": shape,
            "dtype": "float32",
            "metadata": metadata,
            "sprite": None,
        }
        for name, shape, metadata in (
            ("Iris", [150, 4], "iris/iris_labels.tsv"),
            ("Words 500", [500, 32], "formats/words_500_metadata.tsv"),
        )
    ]
    named = entries["standalone_projector_config.json"]["config_embeddings"]
    assert [tensor.name for tensor in runs["."].tensors] == [item["tensor_name"] for item in named]
    for item in named:
        record = open_tensor(services, ".", item["tensor_name"])
        wanted = entries[item["same_as"]]["tensors"][""]
        assert sha256(services, record.id) == wanted["float32_sha256"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("pbtxt_syntax", (CONFIG, "line 2")),
        ("pbtxt_outside", ("/etc/passwd", "~/.bashrc", "../mnist/mnist_10k_sprite.png", "abs")),
        ("pbtxt_logdir_prefix", ("minimalsample/metadata.tsv", "missing", "beside the config")),
        (
            "pbtxt_wrong_name",
            ("embedding:0", "no tensor of that name", "embedding/.ATTRIBUTES", "1999 x 16"),
        ),
    ],
)
def test_bad_configs(name, words, real_data):
    (run,) = listed(real_data / "bad" / name).values()
    # The checkpoint beside the config opens all the same.
    assert [(tensor.name, tensor.shape) for tensor in run.tensors] == [("embedding", (1999, 16))]
    told = " ".join(run.warnings)
    assert all(word in told for word in words), told
    assert len(listed(real_data / "bad")) > 5


def test_a_tensor_whose_config_has_the_working_folder_in_its_paths_opens(real_data, tmp_path):
    logs = real_data / "bad" / "pbtxt_logdir_prefix"
    services = Services.open(tmp_path, logdirs=(logs,))
    record = open_tensor(services, ".", "embedding")
    assert (record.n_points, record.n_dims) == (1999, 16)
    # What is missing, and the file that is meant, is told of the dataset, too.
    (warning,) = record.warnings
    assert "minimalsample/metadata.tsv" in warning
    assert "beside the config" in warning


@pytest.fixture
def outside(tmp_path):
    """A log directory `logs` among things that must not be read."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs-private").mkdir()
    for name in ("secret.tsv", "logs-private/secret.tsv", "logs/v.tsv", "logs/m.tsv"):
        (tmp_path / name).write_text("1\n2\n")
    (tmp_path / "logs" / "link.tsv").symlink_to(tmp_path / "secret.tsv")
    (tmp_path / "logs" / "linked").symlink_to(tmp_path / "logs-private")
    (tmp_path / "logs" / "loop").symlink_to("loop")
    (tmp_path / "logs" / "folder").mkdir()
    os.mkfifo(tmp_path / "logs" / "fifo")
    return tmp_path


@pytest.mark.parametrize("field", PATH_FIELDS)
@pytest.mark.parametrize(
    "text",
    [
        "../secret.tsv",
        "folder/../../secret.tsv",
        "../logs-private/secret.tsv",
        "/proc/self/environ",
        "/etc/passwd",
        "~/secret.tsv",
        "~root/secret.tsv",
        "link.tsv",
        "linked/secret.tsv",
        "loop",
        "folder",
        "fifo",
        "m.tsv/x",
        "a" * 5000,
        "nul\\000.tsv",
        "\\355\\240\\200.tsv",
        "http://169.254.169.254/latest",
        "gs://bucket/v.tsv",
        "file:///etc/passwd",
        "simplecache::http://host/v.tsv",
        "C:\\\\secret.tsv",
    ],
)
def test_paths_that_are_not_read(outside, field, text):
    logs = outside / "logs"
    path = f'{field}: "{text}"'
    inner = f"sprite {{ {path} }}" if field == "image_path" else path
    is_checkpoint = field.startswith("model")
    tensor = "" if field == "tensor_path" else 'tensor_path: "v.tsv"'
    entry = f'embeddings {{ tensor_name: "v" {tensor} {"" if is_checkpoint else inner} }}'
    (logs / CONFIG).write_text(f"{entry}\n{inner if is_checkpoint else ''}")
    (run,) = listed(logs).values()
    is_inside = text in ("folder", "fifo", "loop", "m.tsv/x", "a" * 5000, "\\355\\240\\200.tsv")
    if not (is_checkpoint and is_inside):
        (warning,) = run.warnings
        assert f"{field} " in warning
    if field == "tensor_path":
        assert run.tensors == ()
        return
    (found,) = run.tensors
    attached = found.attached
    assert (attached.metadata, attached.sprite, attached.bookmarks) == (None, None, None)
    assert found.shape == (2, 1)


def test_links_and_parents_inside_the_log_directory_are_read(outside):
    run = outside / "logs" / "run"
    run.mkdir()
    (run / "v.tsv").symlink_to("../v.tsv")
    (run / CONFIG).write_text(
        'embeddings { tensor_name: "v" tensor_path: "v.tsv" metadata_path: "../m.tsv" }'
    )
    (found,) = listed(outside / "logs")["run"].tensors
    assert (found.warnings, found.attached.metadata.text) == ((), "../m.tsv")
    assert found.file.path == outside / "logs" / "v.tsv"
    assert listed(run)["."].tensors == ()
    # The log directory itself may be given as a link.
    (outside / "latest").symlink_to("logs")
    assert len(listed(outside / "latest")["run"].tensors) == 1


def test_link_that_takes_the_place_of_a_checked_file_is_not_opened(outside):
    logs = outside / "logs"
    (logs / "folder" / "v.tsv").write_text("1\n")
    open_inside(logs, logs / "folder" / "v.tsv").close()
    (logs / "folder" / "v.tsv").unlink()
    (logs / "folder" / "v.tsv").symlink_to(outside / "secret.tsv")
    with pytest.raises(ReadError):
        open_inside(logs, logs / "folder" / "v.tsv")
    (logs / "folder" / "v.tsv").unlink()
    (logs / "folder").rmdir()
    (logs / "folder").symlink_to(outside)
    with pytest.raises(ReadError):
        open_inside(logs, logs / "folder" / "secret.tsv")


def test_config_that_is_a_link_or_a_fifo_is_not_read(outside):
    logs = outside / "logs"
    os.mkfifo(logs / CONFIG)
    (logs / "folder" / CONFIG).symlink_to(outside / "secret.tsv")
    runs = listed(logs)
    assert "no regular file" in runs["."].warnings[0]
    assert "leads out" in runs["folder"].warnings[0]
    assert set(runs) == {".", "folder"}


def test_thousand_runs_are_read_once(tmp_path):
    for i in range(1000):
        folder = tmp_path / f"sweep-{i // 100}" / f"run-{i}"
        write_step(folder, 7)
    make_old(tmp_path)
    reads: list[Path] = []

    def open_file(root, path):
        reads.append(path)
        return open_inside(root, path)

    logdirs = LogDirectories((tmp_path,), Limits(), open_file)
    assert len(logdirs.runs()) == 1000
    assert len(reads) == 2000
    assert len(logdirs.runs()) == 1000
    assert len(reads) == 2000
    write_step(tmp_path / "sweep-3" / "run-301", 8, rows=5)
    runs = {run.run: run for run in logdirs.runs()}
    assert [t.step for t in runs["sweep-3/run-301"].tensors] == [7, 8]
    assert runs["sweep-3/run-301"].tensors[1].shape == (5, 2)
    assert len(reads) == 2002


def test_changes_appear_at_the_next_call(tmp_path):
    logdirs = LogDirectories((tmp_path,), Limits())
    assert logdirs.runs() == []
    write_step(tmp_path / "a" / "b", 0)
    assert [run.run for run in logdirs.runs()] == ["a/b"]
    write_step(tmp_path / "a" / "b", 1, tag="words/first")
    (run,) = logdirs.runs()
    assert [(t.name, t.step) for t in run.tensors] == [("default", 0), ("words/first", 1)]
    (tmp_path / "a" / "b" / "00001" / "words%2ffirst" / "tensors.tsv").unlink()
    (run,) = logdirs.runs()
    assert len(run.tensors) == 1
    assert "words%2ffirst/tensors.tsv" in run.warnings[0]
    (tmp_path / "a" / "b" / CONFIG).write_text("embeddings {")
    assert logdirs.runs()[0].tensors == ()
    (tmp_path / "a" / "b" / CONFIG).unlink()
    assert logdirs.runs() == []


def test_several_directories_are_told_apart(tmp_path):
    folders = [tmp_path / name for name in ("one", "two", "other/one")]
    for folder in folders:
        write_step(folder, 0)
        write_step(folder / "deep", 0)
    names = ["one", "one/deep", "two", "two/deep", "one (2)", "one (2)/deep"]
    assert list(listed(*folders)) == names
    assert list(listed(folders[0])) == [".", "deep"]
    (warned,) = listed(tmp_path / "gone").values()
    assert "cannot be read" in warned.warnings[0]


def test_names_and_steps(tmp_path):
    (tmp_path / "v.tsv").write_text("1\t2\n")
    (tmp_path / "w.tsv").write_text("1\t2\n")
    names = ("a:b:00012", "tf:0", "tf:1", "x:123", "", "v.tsv")
    entries = [f'embeddings {{ tensor_name: "{n}" tensor_path: "v.tsv" }}' for n in names]
    entries.append('embeddings { tensor_name: "tf" tensor_path: "w.tsv" }')
    (tmp_path / CONFIG).write_text("\n".join(entries))
    run = listed(tmp_path)["."]
    assert [(t.name, t.step) for t in run.tensors] == [
        ("a:b", 12),
        ("tf", None),
        ("tf:1", None),
        ("x:123", None),
        ("v.tsv", None),
        ("tf (2)", None),
    ]
    assert 'several times; the last one counts: "v.tsv"' in run.notes[0]


@pytest.mark.parametrize(
    ("name", "content", "shape", "expected"),
    [
        ("v.tsv", b"1\t2\n3\t4\n\n\n", "", (2, 2)),
        ("v.tsv", b"1\t2\r\n3\t4", "", (2, 2)),
        ("v.tsv", b"1\t2\r3\t4\r", "", (2, 2)),
        ("v.tsv", b"x\ty\n1\t2\n", "", (1, 2)),
        ("v.csv", b"word,x,y\nred,1,2\n", "", (1, 2)),
        ("v", b"1\t2\n", "", (1, 2)),
        ("v.bin", np.full((3, 2), 0.1, "<f4").tobytes(), "[3, 2]", (3, 2)),
        ("v.tsv", np.full((3, 2), 0.1, "<f4").tobytes(), "[3, 2]", (3, 2)),
        ("v.bytes", np.zeros((3, 2), "<f4").tobytes(), "[3, 2]", (3, 2)),
    ],
)
def test_shape_is_that_of_the_opened_tensor(name, content, shape, expected, tmp_path):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / name).write_bytes(content)
    shape = f"tensor_shape: {shape}" if shape else ""
    (tmp_path / "logs" / CONFIG).write_text(
        f'embeddings {{ tensor_name: "v" tensor_path: "{name}" {shape} }}'
    )
    services = Services.open(tmp_path / "data", logdirs=(tmp_path / "logs",))
    (run,) = services.logdirs.runs()
    assert (run.tensors[0].shape, run.warnings) == (expected, ())
    record = open_tensor(services, ".", "v")
    assert (record.n_points, record.n_dims) == expected


def test_npy_raw_and_wrong_shapes(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((4, 3), np.float64))
    (tmp_path / "bad.npy").write_bytes(b"no array")
    (tmp_path / "raw.bytes").write_bytes(bytes(48))
    (tmp_path / CONFIG).write_text(
        'embeddings { tensor_path: "a.npy" } embeddings { tensor_path: "bad.npy" }'
        'embeddings { tensor_name: "six" tensor_path: "raw.bytes" tensor_shape: [6, 4] }'
        'embeddings { tensor_name: "one" tensor_path: "raw.bytes" tensor_shape: 12 }'
    )
    run = listed(tmp_path)["."]
    facts = {tensor.name: (tensor.shape, tensor.dtype) for tensor in run.tensors}
    assert facts == {
        "a.npy": ((4, 3), "float64"),
        "bad.npy": (None, None),
        "six": ((3, 4), "float32"),
        "one": (None, "float32"),
    }
    told = " ".join(run.warnings)
    for words in ("bad.npy is not an npy", "6 x 4, but the file holds 3 x 4", "shape 12", "needs"):
        assert words in told


def test_opening_says_what_there_is(tmp_path):
    write_step(tmp_path, 0)
    write_step(tmp_path, 5)
    logdirs = LogDirectories((tmp_path,), Limits())
    assert logdirs.find(".", "default")[1].step == 5
    for asked, words in (
        (("nope", "default"), "The runs are: ."),
        ((".", "nope"), "default"),
        ((".", "default", 3), "0, 5"),
        (("../" + tmp_path.name, "default"), "no run"),
    ):
        with pytest.raises(NotFoundError) as caught:
            logdirs.find(*asked)
        assert words in caught.value.message + caught.value.hint
    with pytest.raises(NotFoundError, match="no run") as caught:
        LogDirectories((), Limits()).find(".", "default")
    assert "--logdir" in caught.value.hint


def test_opening_again_and_after_a_change(tmp_path):
    logs = tmp_path / "logs"
    write_step(logs, 0)
    services = Services.open(tmp_path / "data", logdirs=(logs,))
    first = open_tensor(services, ".", "default", 0)
    assert (first.name, first.source) == ("logs / default / 0", ". default 0")
    assert open_tensor(services, ".", "default", 0).id == first.id
    services.datasets.delete(first.id)
    assert open_tensor(services, ".", "default", 0).id == first.id
    (logs / "00000" / "default" / "tensors.tsv").write_text("3\t4\n" * 3)
    second = open_tensor(services, ".", "default", 0)
    assert second.id != first.id
    assert services.datasets.open(second.id).tensor[0].tolist() == [3, 4]
    # Points open without metadata that do not fit.
    (logs / "00000" / "default" / "metadata.tsv").write_bytes(bytes(500))
    third = open_tensor(services, ".", "default", 0)
    assert third.columns == ()
    assert any("metadata.tsv" in text for text in third.warnings)
    assert not list((services.data_dir / "uploads").iterdir())
