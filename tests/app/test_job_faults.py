"""What dies and what goes on: workers and servers as real processes, killed at random moments."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from data.limits import Limits
from data.projecting import Projections
from data.services import Services
from tests.running_server import REPOSITORY, start_server
from tests.waiting import wait_until

# A killed worker is noticed soon.
LIMITS = Limits(lease_seconds=1)
HASTY = ("--lease-seconds", str(LIMITS.lease_seconds))
PARAMETERS = {"n_iter": 900, "early_exaggeration_iter": 100}


@pytest.fixture
def data_dir(clustered_stored: Path, tmp_path: Path):
    """A data directory with the clusters; whoever works in it ends with the test."""
    folder = tmp_path / "data"
    shutil.copytree(clustered_stored, folder)
    yield folder
    for job in Services.open(folder, LIMITS).projections.jobs.all():
        if job.pid:
            kill(job.pid)


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    wait_until(lambda: is_dead(pid))


def is_dead(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def opened(folder: Path) -> tuple[Projections, str]:
    services = Services.open(folder, LIMITS)
    return services.projections, services.datasets.list()[0].id


def swept(projections: Projections, record_id: str, *states: str):
    """Look after the jobs, as a server does, until one is in a state."""

    def reached():
        projections.sweep()
        record = projections.record(record_id)
        return record if record.state in states else None

    return wait_until(reached)


def running_at(projections: Projections, record_id: str, iteration: int):
    def reached():
        job = projections.jobs.get(record_id)
        return job if job and job.state == "running" and job.iteration >= iteration else None

    return wait_until(reached)


@pytest.fixture(scope="module")
def undisturbed(clustered_stored: Path, tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """Where the points end when nobody dies."""
    folder = tmp_path_factory.mktemp("undisturbed") / "data"
    shutil.copytree(clustered_stored, folder)
    projections, dataset = opened(folder)
    record = projections.request(dataset, "tsne", PARAMETERS)
    swept(projections, record.id, "done")
    return np.array(projections.coordinates(record.id))


def kill_at_a_moment(data_dir: Path, undisturbed: np.ndarray, seed: int) -> None:
    """A worker that dies once changes nothing but the message."""
    projections, dataset = opened(data_dir)
    record = projections.request(dataset, "tsne", {**PARAMETERS, "random_state": 0})
    moment = random.Random(seed)
    # With this lease, every frame is a checkpoint.
    job = running_at(projections, record.id, moment.randrange(0, 700))
    time.sleep(moment.random() * 0.1)
    kill(job.pid)
    if projections.finished.find(record.id) is None:
        assert projections.record(record.id).state in ("running", "lost")
        seen = swept(projections, record.id, "done")
        assert "resumed" in seen.message
    np.testing.assert_array_equal(projections.coordinates(record.id), undisturbed)

    def is_tidy() -> bool:
        projections.sweep()
        return not list(projections.frames.directory.iterdir())

    wait_until(is_tidy)


@pytest.mark.parametrize("seed", range(5))
def test_a_killed_worker_is_resumed_from_its_last_checkpoint(data_dir, undisturbed, seed):
    kill_at_a_moment(data_dir, undisturbed, seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(5, 50))
def test_a_worker_may_be_killed_at_any_moment(data_dir, undisturbed, seed):
    kill_at_a_moment(data_dir, undisturbed, seed)


def test_a_worker_that_dies_twice_fails_with_a_reason(data_dir):
    projections, dataset = opened(data_dir)
    record = projections.request(dataset, "tsne", {**PARAMETERS, "n_iter": 20_000})
    first = running_at(projections, record.id, 1)
    kill(first.pid)
    wait_until(lambda: projections.record(record.id).state == "lost")
    projections.sweep()
    second = wait_until(
        lambda: (
            job
            if (job := projections.jobs.get(record.id)) and job.losses and job.state == "running"
            else None
        )
    )
    assert second.pid != first.pid
    kill(second.pid)
    failed = swept(projections, record.id, "failed")
    assert "died twice" in failed.message
    # Asking once more is a new try.
    assert projections.request(dataset, "tsne", {**PARAMETERS, "n_iter": 20_000}).state != "failed"
    projections.delete(record.id)


def test_an_error_is_a_sentence_and_nothing_else_breaks(data_dir):
    projections, dataset = opened(data_dir)
    tensor = data_dir / "datasets" / dataset / "tensor.npy"
    kept = tensor.read_bytes()
    record = projections.request(dataset, "tsne", PARAMETERS, start=False)
    tensor.write_bytes(kept[:100])
    projections.start(record.id)
    failed = swept(projections, record.id, "failed")
    assert "log id" in failed.message
    assert "Traceback" not in failed.message
    assert "Traceback" in (data_dir / "jobs" / "worker.log").read_text()
    tensor.write_bytes(kept)
    record = projections.request(dataset, "tsne", PARAMETERS)
    swept(projections, record.id, "done")


# The disk is full from the third frame on, for files and records; giving back the reserve helps
# the records only.
ON_A_FULL_DISK = """
import errno, sqlite3, sys
from pathlib import Path
from diskcache import Cache
from data.workers.worker import work

root, job_id = Path(sys.argv[1]), sys.argv[2]
write, put, written = Path.write_bytes, Cache.set, []

def write_bytes(path, content):
    written.append(path)
    if len(written) > 2:
        raise OSError(errno.ENOSPC, "No space left on device")
    return write(path, content)

def put_value(cache, key, value, **more):
    if len(written) > 1 and (root / "jobs" / "jobs.reserve").exists():
        raise sqlite3.OperationalError("database or disk is full")
    return put(cache, key, value, **more)

Path.write_bytes, Cache.set = write_bytes, put_value
work(str(root), job_id)
"""


def start_on_a_full_disk(root: Path, job_id: str) -> None:
    subprocess.run([sys.executable, "-c", ON_A_FULL_DISK, str(root), job_id], cwd=REPOSITORY)


def test_a_full_disk_is_a_sentence_and_nothing_else_breaks(data_dir):
    services = Services.open(data_dir, LIMITS)
    projections, dataset = services.projections, services.datasets.list()[0].id
    full = Projections(data_dir, services.datasets, LIMITS, start_on_a_full_disk)
    failed = full.request(dataset, "tsne", PARAMETERS)
    assert failed.state == "failed"
    assert "disk is full" in failed.message
    assert [path.name for path in (projections.frames.directory / failed.id).iterdir()] == [
        "request.json"
    ]
    # With room again, asking once more is a new try.
    again = projections.request(dataset, "tsne", PARAMETERS)
    assert again.id == failed.id
    assert swept(projections, again.id, "done").message == ""


def test_a_web_server_that_is_killed_leaves_its_jobs_running(data_dir):
    projections, dataset = opened(data_dir)
    with start_server(data_dir, *HASTY) as server:
        port = server.url.rsplit(":", 1)[1]
        record = ask_server(server.url, dataset, {**PARAMETERS, "n_iter": 20_000})
        job = running_at(projections, record["id"], 10)
        parents = [server.process.pid]
        parents += [p.pid for p in psutil.Process(server.process.pid).children()]
        for pid in parents:
            kill(pid)
        server.process.wait()
        # Threads of a killed process end a moment after it. The worker holds none of its sockets.
        wait_until(lambda: not is_listened_to(int(port)))
        with start_server(data_dir, *HASTY, "--port", port) as again:
            assert again.url == server.url
            assert psutil.pid_exists(job.pid)
            at = projections.record(record["id"]).iteration
            running_at(projections, record["id"], at + 20)
            assert projections.jobs.get(record["id"]).pid == job.pid
            told = get(f"{again.url}/api/v1/projections/{record['id']}")
            assert told["state"] == "running"
            projections.delete(record["id"])
        # Its death was ours.
        server.process.returncode = 0


def test_a_stopped_server_saves_and_the_next_one_goes_on(data_dir):
    projections, dataset = opened(data_dir)
    with start_server(data_dir, *HASTY) as server:
        record = ask_server(server.url, dataset, {**PARAMETERS, "n_iter": 20_000})
        job = running_at(projections, record["id"], 10)
        started = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - started < 10
    queued = wait_until(
        lambda: seen if (seen := projections.record(record["id"])).state == "queued" else None
    )
    assert queued.iteration >= 10
    wait_until(lambda: not psutil.pid_exists(job.pid))
    with start_server(data_dir, *HASTY):
        resumed = running_at(projections, record["id"], queued.iteration)
        assert resumed.pid != job.pid
        assert resumed.losses == 0
        projections.delete(record["id"])


def is_listened_to(port: int) -> bool:
    return any(
        connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
        for connection in psutil.net_connections("tcp")
    )


def ask_server(url: str, dataset: str, parameters: dict[str, object]) -> dict[str, str]:
    import requests

    body = {"dataset": dataset, "method": "tsne", "parameters": parameters}
    answer = requests.post(f"{url}/api/v1/projections", json=body, timeout=30)
    assert answer.status_code == 202, answer.text
    return answer.json()


def get(url: str) -> dict[str, object]:
    import requests

    return requests.get(url, timeout=30).json()


def test_the_command_line_computes_and_shares(data_dir):
    def project(*options):
        command = [sys.executable, "-m", "dashboard", "project", "Clustered", *options]
        return subprocess.run(
            [*command, "--data-dir", str(data_dir)],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=REPOSITORY,
        )

    for options, expected in (
        (("--n-iter", "40", "--perplexity", "20"), {"n_iter": 40, "perplexity": 20}),
        (("--method", "umap", "--n-epochs", "20", "--n-landmarks", "300"), {"n_landmarks": 300}),
    ):
        run = project(*options)
        assert run.returncode == 0, run.stderr
        found = re.search(r"id: (\S+)", run.stdout)
        assert found
        record = opened(data_dir)[0].record(found[1])
        assert record.state == "done"
        assert expected.items() <= record.parameters.items()
    wrong = project("--perplexity", "900")
    assert wrong.returncode == 2
    assert "from 1 to 166" in wrong.stderr
