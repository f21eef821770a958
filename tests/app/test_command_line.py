"""The command line, with real processes."""

import json
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

from data.dataset import Sprite
from data.services import Services
from data.workers.processes import expect_run
from tests.running_server import REPOSITORY, environment, start_server
from tests.waiting import wait_until


def run(*arguments, **variables):
    return subprocess.run(
        [sys.executable, "-m", "dashboard", *map(str, arguments)],
        cwd=REPOSITORY,
        env=environment() | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def check_refusal(result, *words):
    """Exit status 2 and one sentence."""
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr


def fetch(url, **options):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, **options), timeout=20) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def test_help_names_every_option_without_heavy_imports():
    result = run("--help")
    assert result.returncode == 0
    for option in ("--logdir", "--data-dir", "--host", "--port", "--no-demo", "--open", "add FILE"):
        assert option in result.stdout
    program = "import sys; from dashboard.__main__ import main; main(['--port', 'x']); "
    program += "print([m for m in ('numpy', 'dash', 'pyarrow', 'flask') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_taken_port(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        check_refusal(run("--data-dir", tmp_path, "--no-demo", "--port", port), port, "taken")


def test_missing_log_directory(tmp_path):
    missing = tmp_path / "runs"
    check_refusal(run("--data-dir", tmp_path, "--logdir", missing), str(missing), "not exist")
    assert not (tmp_path / "datasets").exists()


def test_data_directory_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "below", "/proc/nothing"):
        check_refusal(run("--data-dir", path, "--port", "0"), str(path), "--data-dir")
        check_refusal(run("add", __file__, "--data-dir", path), str(path))


def test_wrong_values(tmp_path):
    check_refusal(run("--port", "eighty"), "--port", "65,535")
    check_refusal(run(EMBEDDING_DASHBOARD_WORKERS="0"), "EMBEDDING_DASHBOARD_WORKERS")
    check_refusal(run("--data-dir", tmp_path, "--host", "no.such.host.invalid"), "no address")


def test_add_says_what_was_added(tmp_path, small_files):
    options = ("--metadata", small_files / "small.tsv", "--sprite", small_files / "small.png")
    options += ("--sprite-size", "4x4", "--name", "My points", "--data-dir", tmp_path / "new")
    result = run("add", small_files / "small.npy", *options)
    assert (result.returncode, result.stderr) == (0, "")
    assert "My points: 60 points, 5 dimensions" in result.stdout
    (record,) = Services.open(tmp_path / "new").datasets.list()
    assert f"id: {record.id}" in result.stdout
    assert (record.name, record.source, len(record.columns)) == ("My points", "command line", 3)
    assert all(note in result.stdout for note in record.notes)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_add_makes_thumbnails_of_a_folder_of_images(tmp_path, small_files):
    folder = tmp_path / "images"
    folder.mkdir()
    for row in range(59):
        Image.new("RGB", (6, 4), (row, 0, 0)).save(folder / f"{row}.png")
    options = ("--sprite", folder, "--data-dir", tmp_path / "new")
    result = run("add", small_files / "small.npy", *options)
    assert (result.returncode, result.stderr) == (0, "")
    assert "images: of 60 points, 1 have no image" in result.stdout
    services = Services.open(tmp_path / "new")
    (record,) = services.datasets.list()
    assert record.sprite == Sprite(6, 4, 7)
    kept = {path.name for path in (tmp_path / "new" / "datasets" / record.id).iterdir()}
    assert kept == {"dataset.json", "tensor.npy", "sprite.png", "tiles.json"}


def test_add_refuses_what_cannot_be_read(tmp_path, small_files):
    data_dir = ("--data-dir", tmp_path / "data")
    check_refusal(run("add", tmp_path / "no.npy", *data_dir), "no.npy", "No such file")
    check_refusal(run("add", tmp_path, *data_dir), "directory")
    (tmp_path / "broken.npy").write_bytes((small_files / "small.npy").read_bytes()[:-8])
    check_refusal(run("add", tmp_path / "broken.npy", *data_dir), "broken.npy")
    check_refusal(run("add", small_files / "small.npy", *data_dir, "--n-dims", "0"), "n_dims")
    assert Services.open(tmp_path / "data").datasets.list() == []


def test_add_lists_the_tensors_to_choose_from(tmp_path):
    np.savez(tmp_path / "two.npz", first=np.zeros((4, 3)), second=np.eye(5))
    result = run("add", tmp_path / "two.npz", "--data-dir", tmp_path)
    assert result.returncode == 2
    assert "--tensor first" in result.stderr
    assert "--tensor second" in result.stderr
    chosen = run("add", tmp_path / "two.npz", "--tensor", "second", "--data-dir", tmp_path)
    assert "5 points" in chosen.stdout


def test_new_data_directory_gets_the_demo_once(tmp_path):
    with start_server(tmp_path / "data", demo=True) as server:
        _, answer = fetch(f"{server.url}/api/v1/datasets")
        names = sorted(record["name"] for record in answer["datasets"])
        assert names == ["Handwritten digits (demo)", "Iris (demo)"]
        digits = next(r for r in answer["datasets"] if r["sprite"])
        status, _ = fetch(f"{server.url}/api/v1/datasets/{digits['id']}", method="DELETE")
        assert status == 200
    with start_server(tmp_path / "data", demo=True) as server:
        assert len(fetch(f"{server.url}/api/v1/datasets")[1]["datasets"]) == 1
        assert "demo" not in server.output


def test_output_of_a_start(tmp_path):
    (tmp_path / "runs").mkdir()
    options = ("--logdir", str(tmp_path / "runs"), "--host", "0.0.0.0", "--workers", "1")
    with start_server(tmp_path / "data", *options) as server:
        assert "without a login" in server.output
        assert fetch(f"{server.url}/api/v1/runs") == (200, {"runs": []})
        assert server.url.startswith("http://127.0.0.1:")
        assert fetch(f"{server.url}/healthz") == (200, {"status": "ok"})
    assert not list(Path.home().glob(".gunicorn/*"))


def test_what_computes_is_prepared_when_a_run_is_likely_and_dead_workers_are_replaced(tmp_path):
    with start_server(tmp_path, "--workers", "1") as server:
        (worker,) = psutil.Process(server.process.pid).children()
        assert worker.children() == []
        # Said by another process, as if another worker had answered the page.
        expect_run(tmp_path)
        wait_until(worker.children)
        worker.kill()
        assert fetch(f"{server.url}/healthz")[0] == 200
        assert server.output.count("is at http") == 1


def test_web_process_starts_without_scikit_learn_and_pandas():
    program = (
        "import sys, dashboard.app, data.services; "
        "print([m for m in ('sklearn', 'pandas', 'openTSNE', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
