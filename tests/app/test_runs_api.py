"""Runs of log directories over HTTP."""

from __future__ import annotations

import os

import pytest

from dashboard.app import create_app
from data.services import Services

RUNS = "/api/v1/runs"
DATASETS = "/api/v1/datasets"


@pytest.fixture
def logdir(tmp_path):
    (tmp_path / "logs").mkdir()
    return tmp_path / "logs"


@pytest.fixture
def run_client(settings, logdir):
    services = Services.open(settings.data_dir, settings.limits(), (logdir,))
    return create_app(settings, services).server.test_client()


@pytest.fixture
def torch_client(settings, real_data):
    services = Services.open(settings.data_dir, settings.limits(), (real_data / "torch_mnist",))
    return create_app(settings, services).server.test_client()


def write_config(logdir, *steps):
    (logdir / "v.tsv").write_text("1\t2\n3\t5\n7\t9\n")
    entries = [f'embeddings {{ tensor_name: "v:{s:05d}" tensor_path: "v.tsv" }}' for s in steps]
    (logdir / "projector_config.pbtxt").write_text("\n".join(entries))


def test_no_log_directory(client):
    assert client.get(RUNS).get_json() == {"runs": []}
    answer = client.post(DATASETS, json={"run": ".", "tensor": "default"})
    assert answer.status_code == 404
    assert "--logdir" in answer.get_json()["error"]["hint"]


def test_steps_appear_while_the_server_runs(run_client, logdir):
    assert run_client.get(RUNS).get_json() == {"runs": []}
    for steps in ((1,), (1, 20)):
        write_config(logdir, *steps)
        (run,) = run_client.get(RUNS).get_json()["runs"]
        assert [tensor["step"] for tensor in run["tensors"]] == list(steps)
    assert run == {
        "run": ".",
        "tensors": [
            {
                "name": "v",
                "step": step,
                "shape": [3, 2],
                "dtype": "float32",
                "metadata": None,
                "sprite": None,
            }
            for step in (1, 20)
        ],
        "warnings": [],
        "notes": [],
    }


def test_tensor_becomes_a_dataset(torch_client):
    (run,) = torch_client.get(RUNS).get_json()["runs"]
    assert [(t["name"], t["step"]) for t in run["tensors"]] == [
        ("default", 0),
        ("default", 1),
        ("default", 2),
        ("words/first", 2),
    ]
    wanted = {"run": ".", "tensor": "default", "step": 1}
    answer = torch_client.post(DATASETS, json=wanted)
    dataset = answer.get_json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{DATASETS}/{dataset['id']}"
    assert (dataset["n_points"], dataset["n_dims"]) == (300, 16)
    assert (dataset["name"], dataset["source"]) == ("torch_mnist / default / 1", ". default 1")
    assert dataset["sprite"] == {"width": 28, "height": 28, "columns": 18}
    assert torch_client.post(DATASETS, json=wanted).get_json()["id"] == dataset["id"]
    assert torch_client.get(answer.headers["Location"]).get_json() == dataset
    other = torch_client.post(DATASETS, json={"run": ".", "tensor": "words/first"}).get_json()
    assert [column["name"] for column in other["columns"]] == ["label"]
    listed = torch_client.get(DATASETS).get_json()["datasets"]
    assert {item["id"] for item in listed} == {dataset["id"], other["id"]}


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"run": "x", "tensor": "v"}, 404, "The runs are: ."),
        ({"run": "../logs", "tensor": "v"}, 404, "The runs are: ."),
        ({"run": ".", "tensor": "x"}, 404, "v"),
        ({"run": ".", "tensor": "v", "step": 7}, 404, "1, 20"),
        ({"run": ".", "tensor": "v", "step": "1"}, 422, "whole number"),
        ({"run": ".", "tensor": "v", "step": True}, 422, "whole number"),
        ({"run": ".", "tensor": "v", "step": -1}, 422, "whole number"),
        ({"run": ".", "tensor": "v", "step": 1.0}, 422, "whole number"),
        ({"run": ".", "tensor": ["v"]}, 422, "tensor must be a text"),
        ({"tensor": "v"}, 422, "run must be a text"),
        ({"run": ".", "tensor": "v", "path": "/etc"}, 422, "path"),
        ([], 422, "object"),
    ],
)
def test_wrong_questions(body, status, words, run_client, logdir):
    write_config(logdir, 1, 20)
    answer = run_client.post(DATASETS, json=body)
    error = answer.get_json()["error"]
    assert answer.status_code == status
    assert words in error["message"] + error["hint"]
    assert run_client.get(DATASETS).get_json() == {"datasets": []}


def test_no_json(run_client):
    answer = run_client.post(DATASETS, data="{", content_type="application/json")
    assert answer.status_code == 400


def test_refused_paths_are_told_and_the_points_open(run_client, logdir):
    write_config(logdir, 1)
    os.mkfifo(logdir / "fifo")
    text = 'embeddings { tensor_name: "w" tensor_path: "v.tsv" metadata_path: "../../secret.tsv" '
    text += 'sprite { image_path: "fifo" } }'
    (logdir / "projector_config.pbtxt").write_text(text)
    (run,) = run_client.get(RUNS).get_json()["runs"]
    assert len(run["warnings"]) == 2
    answer = run_client.post(DATASETS, json={"run": ".", "tensor": "w", "step": None})
    assert answer.status_code == 201
    told = " ".join(answer.get_json()["warnings"])
    assert "../../secret.tsv" in told
    assert "fifo" in told
    (logdir / "projector_config.pbtxt").write_text("embeddings {\n oops")
    (run,) = run_client.get(RUNS).get_json()["runs"]
    assert "projector_config.pbtxt, line 2" in run["warnings"][0]
