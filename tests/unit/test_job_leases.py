"""When a worker counts as dead: not as long as its process is there and its silence is short."""

import signal
import time
from dataclasses import asdict, replace

import pytest

from data.jobs import SILENCES, Jobs
from data.limits import Limits
from data.workers.processes import suspend_workers
from data.workers.worker import Lease

LEASE = 10


@pytest.fixture
def jobs(tmp_path):
    return Jobs(tmp_path, Limits(lease_seconds=LEASE))


@pytest.fixture
def lease(jobs):
    """The hold of a worker, in this process, on a job that runs."""
    jobs.enqueue("a")
    lease = Lease(jobs, "a")
    assert lease.claim()
    lease.report(state="running")
    yield lease
    lease.let_go()


def silent(jobs, seconds):
    """Let the last sign of life be older."""
    job = replace(jobs.get("a"), heartbeat=time.monotonic() - seconds)
    jobs._records.set("a", asdict(job))
    return job


def test_a_worker_that_is_late_is_not_dead(jobs, lease):
    job = silent(jobs, 2 * LEASE)
    assert jobs.seen_state(job) == "running"
    assert jobs.sweep() == []
    assert lease.report().losses == 0


def test_a_worker_that_is_late_is_told_to_end_with_the_server(jobs, lease, monkeypatch):
    told = []
    monkeypatch.setattr("data.workers.processes.os.kill", lambda *told_now: told.append(told_now))
    job = silent(jobs, 2 * LEASE)
    suspend_workers(jobs)
    assert told == [(job.pid, signal.SIGTERM)]


def test_a_worker_whose_process_is_gone_is_dead(jobs, lease):
    lease.let_go()
    assert jobs.seen_state(jobs.get("a")) == "running"
    job = silent(jobs, 2 * LEASE)
    assert jobs.seen_state(job) == "lost"
    assert jobs.sweep() == ["a"]
    assert jobs.get("a").losses == 1


def test_a_process_that_hangs_is_given_up(jobs, lease):
    job = silent(jobs, (SILENCES + 1) * LEASE)
    assert jobs.seen_state(job) == "lost"
    assert jobs.sweep() == ["a"]


def test_nothing_stays_of_a_worker(jobs, lease):
    before = {path.name for path in jobs.directory.iterdir()}
    assert any(name.startswith("worker-") for name in before)
    lease.let_go()
    assert not any(path.name.startswith("worker-") for path in jobs.directory.iterdir())
