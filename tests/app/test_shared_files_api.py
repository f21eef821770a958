"""The real and the hostile files of the shared data, through HTTP as people send them."""

from __future__ import annotations

import hashlib
import io
import json
import resource
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dashboard.app import create_app
from dashboard.settings import Settings
from data.limits import Limits
from data.readers.tensor_file import PICKLES, READERS
from data.services import Services
from tests.shared_data import shared_data

FOLDER = shared_data()
DATASETS = "/api/v1/datasets"
# An answer within 10 seconds, and 1 GB of memory beyond what a child needs to start.
LIMITS = Limits(parse_seconds=10, parse_memory=1_500 * 1024**2)
GROWTH = 150 * 1024**2
# A file of bookmarks.
LATER = ("not_json_bookmarks.txt",)
# What is no single file to be uploaded, by the tests that open it.
ELSEWHERE = {
    "test_bookmarks_api.py": LATER,
    "test_readers_shared_files.py": ("folder.npy",),
    "test_checkpoint_runs.py": (
        *("ckpt_truncated_shard", "ckpt_flipped_index", "ckpt_flipped_data"),
        *("ckpt_missing_shard", "ckpt_moved", "pbtxt_wrong_name"),
    ),
    "test_logdirs.py": ("pbtxt_syntax", "pbtxt_outside", "pbtxt_logdir_prefix"),
}

pytestmark = pytest.mark.skipif(FOLDER is None, reason="the shared data is not here")


def load(name: str, key: str) -> Any:
    return json.loads((FOLDER / name).read_text())[key] if FOLDER else []


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    return Services.open(tmp_path_factory.mktemp("shared"), LIMITS)


@pytest.fixture(scope="module")
def client(services):
    """A server whose memory is measured: no file may make it grow."""
    settings = Settings(data_dir=services.data_dir)
    client = create_app(settings, services).server.test_client()
    client.get("/healthz")
    before = resident()
    yield client
    assert resident() - before < GROWTH


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def stored(services) -> set[str]:
    """Return the datasets, finished or not."""
    return {path.name for path in services.datasets.directory.iterdir() if path.is_dir()}


def sent(client, fields: dict[str, str] | None = None, **files: Path):
    form: dict[str, Any] = dict(fields or {})
    form |= {field: (io.BytesIO(path.read_bytes()), path.name) for field, path in files.items()}
    return client.post(DATASETS, data=form)


def cases() -> list[Any]:
    chosen = []
    for case in load("bad/cases.json", "cases"):
        name = case["path"]
        is_file = FOLDER and (FOLDER / "bad" / name).is_file() and name not in LATER
        suffix = Path(name.removesuffix(".gz")).suffix
        by_suffix = is_file and suffix in (*READERS, *PICKLES)
        if by_suffix or "opens" in case or name.startswith("sprite_"):
            chosen.append(pytest.param(case, id=name))
    return chosen


def files_of(case: dict[str, Any]) -> tuple[dict[str, str], dict[str, Path]]:
    path = FOLDER / "bad" / case["path"]
    if "opens" in case:
        tensors, metadata = (path / name for name in case["opens"])
        return {}, {"tensors": tensors, "metadata": metadata}
    if case["path"].startswith("sprite_"):
        return {"sprite_size": "16x16"}, {"tensors": path / "v.tsv", "sprite": path / "s.png"}
    return {}, {"tensors": path}


@pytest.mark.parametrize("case", cases())
def test_hostile_file_is_met_as_its_policy_says(case, client, services, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    known = stored(services)
    fields, files = files_of(case)
    answer = sent(client, fields, **files)
    assert str(FOLDER) not in answer.text
    assert "Traceback" not in answer.text
    if answer.status_code == 201:
        record = answer.get_json()
        outcome = "warn" if record["warnings"] else "ok"
        with client.get(f"{DATASETS}/{record['id']}/tensor") as tensor:
            assert np.isfinite(np.load(io.BytesIO(tensor.data))).all()
        client.delete(f"{DATASETS}/{record['id']}")
    else:
        outcome = "error"
        assert answer.status_code in (413, 422)
        error = answer.get_json()["error"]
        assert error["message"]
        assert error["hint"], "a way out is missing"
        assert "parse_seconds" not in error["message"]
    assert outcome in (case["policy"], case.get("also"))
    # Nothing is left of what was refused, and nothing was run.
    assert stored(services) <= known
    for trace in ("UNPICKLED", "EVALUATED"):
        for folder in (tmp_path, Path(__file__).resolve().parents[2], FOLDER / "bad"):
            assert not (folder / trace).exists()


def test_no_hostile_case_is_left_out():
    tested = [case.id for case in cases()]
    for file, names in ELSEWHERE.items():
        (place,) = Path(__file__).parents[1].glob(f"*/{file}")
        assert all(name in place.read_text() for name in names)
        tested += names
    assert sorted(tested) == sorted(case["path"] for case in load("bad/cases.json", "cases"))


def entries() -> list[Any]:
    return [
        pytest.param(path, name, entry, id=f"{path}:{name}")
        for path, entry in (load("expected.json", "entries") or {}).items()
        if Path(path.removesuffix(".gz")).suffix in READERS
        for name, tensor in entry.get("tensors", {}).items()
        if tensor["projectable"]
    ]


@pytest.mark.parametrize(("path", "name", "entry"), entries())
def test_real_file_opens_as_expected(path, name, entry, client):
    tensor, metadata, files = entry["tensors"][name], entry.get("metadata") or {}, {}
    fields = {"tensor": name} if name else {}
    if entry.get("shape_not_in_file"):
        fields["n_dims"] = str(tensor["shape"][1])
    beside = metadata.get("path") or entry.get("goes_with")
    if beside:
        place = FOLDER / beside
        files["metadata"] = place if place.is_file() else FOLDER / Path(path).parent / beside
    if sprite := entry.get("sprite"):
        files["sprite"] = FOLDER / sprite["path"]
        fields["sprite_size"] = "x".join(map(str, sprite["single_image_dim"]))
    answer = sent(client, fields, tensors=FOLDER / path, **files)
    assert answer.status_code == 201, answer.text
    record = answer.get_json()
    assert [record["n_points"], record["n_dims"]] == tensor["shape"]
    assert record["warnings"] == []
    with client.get(f"{DATASETS}/{record['id']}/tensor") as response:
        values = np.load(io.BytesIO(response.data))
    assert hashlib.sha256(values.astype("<f4")).hexdigest() == tensor["float32_sha256"]
    if "columns" in metadata:
        # A column without a name, such as pandas' index, gets one; names are checked in order.
        names = [column["name"] for column in record["columns"]]
        assert len(names) >= len(metadata["columns"])
        wanted = [column for column in metadata["columns"] if column]
        assert [column for column in names if column in wanted] == wanted
    if sprite:
        assert record["sprite"]["columns"] == sprite["per_row"]
