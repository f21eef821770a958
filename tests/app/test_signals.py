"""Signals that end a server, in moments that are short: each is held open by a changed program."""

import select
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection

import psutil
import pytest

from data.workers.processes import expect_run
from tests.running_server import REPOSITORY, environment, start_server
from tests.waiting import wait_until

# It has ended; who started it has not asked for its status.
DEAD = psutil.STATUS_ZOMBIE

# As Ctrl-C does, which tells all processes of a terminal.
TOLD_WHILE_IT_HANDS_A_REQUEST_TO_A_THREAD = """
import os, signal, sys
from concurrent.futures import ThreadPoolExecutor
from dashboard.__main__ import main
hand_over = ThreadPoolExecutor._adjust_thread_count
def hand_over_and_be_told(threads):
    hand_over(threads)
    os.kill(os.getppid(), signal.SIGINT)
    signal.raise_signal(signal.SIGINT)
ThreadPoolExecutor._adjust_thread_count = hand_over_and_be_told
sys.exit(main())
"""
# The new process does nothing before the main one has told it to end.
TOLD_WHILE_IT_IS_MADE = """
import os, signal, sys
from dashboard.__main__ import main
fork, kill = os.fork, os.kill
is_told, tell = os.pipe()
def fork_and_be_told():
    pid = fork()
    if pid:
        kill(os.getpid(), signal.SIGTERM)
    else:
        os.read(is_told, 1)
    return pid
def kill_and_let_go(pid, number):
    kill(pid, number)
    os.write(tell, b".")
os.fork, os.kill = fork_and_be_told, kill_and_let_go
sys.exit(main())
"""
# It would say where it is once it has loaded.
TOLD_WHILE_IT_LOADS = """
import os, signal, sys
from dashboard.__main__ import main
from data.services import Services
load = Services.open
def be_told_and_load(*where):
    os.kill(os.getppid(), signal.SIGTERM)
    signal.raise_signal(signal.SIGTERM)
    return load(*where)
Services.open = be_told_and_load
sys.exit(main())
"""


OPTIONS = ("--no-demo", "--port=0", "--workers=1")


def connect(server):
    host, port = server.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)))


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_the_server_cleanly(tmp_path, sign):
    with start_server(tmp_path) as server, connect(server) as idle:
        # A browser keeps its connection open.
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200" in idle.recv(100)
        started = time.monotonic()
        server.process.send_signal(sign)
        assert server.process.wait(15) == 0
        assert time.monotonic() - started < 8
        assert server.output.count("\n") == 1, server.output


def test_a_connection_that_asked_nothing_does_not_hold_up_the_end(tmp_path):
    # Browsers open them ahead.
    with start_server(tmp_path, "--workers", "1") as server, connect(server) as silent:
        asking = HTTPConnection(*silent.getpeername())
        asking.request("GET", "/healthz")
        asking.getresponse().read()
        server.process.send_signal(signal.SIGTERM)
        # Where something was asked, more may be on its way.
        ended, _, _ = select.select([asking.sock, silent], [], [], 15)
        assert ended == [silent]
        assert server.process.wait(15) == 0
        asking.close()


def test_a_process_that_is_handing_a_request_to_a_thread_ends_on_a_signal(tmp_path):
    program = ("-c", TOLD_WHILE_IT_HANDS_A_REQUEST_TO_A_THREAD)
    with start_server(tmp_path, "--workers", "1", program=program) as server:
        with connect(server) as asking:
            asking.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert server.process.wait(15) == 0
        # Else a process was killed.
        assert server.output.count("\n") == 1, server.output


@pytest.mark.parametrize(
    "program", [TOLD_WHILE_IT_IS_MADE, TOLD_WHILE_IT_LOADS], ids=["made", "loading"]
)
def test_a_process_that_is_not_ready_yet_ends_on_a_signal(tmp_path, program):
    ended = subprocess.run(
        [sys.executable, "-c", program, "--data-dir", tmp_path, *OPTIONS],
        cwd=REPOSITORY,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=30,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (0, "")


def test_a_server_that_stops_takes_what_prepares_to_compute_with_it(tmp_path):
    with start_server(tmp_path, "--workers", "1") as server:
        (worker,) = psutil.Process(server.process.pid).children()
        expect_run(tmp_path)
        preparing = wait_until(
            lambda: [child for child in worker.children() if "forkserver" in str(child.cmdline())]
        )
        assert server.stop() == 0
        assert [child for child in preparing if child.is_running() and child.status() != DEAD] == []
