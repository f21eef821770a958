"""A real server process for tests: started on a free port, stopped by SIGTERM."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
START_SECONDS = 60
STOP_SECONDS = 20


@dataclass
class RunningServer:
    """A server and what it has printed."""

    url: str
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    @property
    def output(self) -> str:
        return "".join(self.lines)

    def stop(self) -> int:
        """End it as a supervisor does and return its exit status."""
        self.process.terminate()
        return self.process.wait(STOP_SECONDS)


def environment() -> dict[str, str]:
    """Return the environment without settings of the person who runs the tests."""
    return {k: v for k, v in os.environ.items() if not k.startswith("EMBEDDING_DASHBOARD_")}


@contextmanager
def start_server(
    data_dir: Path,
    *options: str,
    demo: bool = False,
    program: tuple[str, str] = ("-m", "dashboard"),
) -> Iterator[RunningServer]:
    """Start a server that answers, and stop it; its output is printed when it dies by itself."""
    command = [sys.executable, *program, "--port", "0", "--data-dir", str(data_dir)]
    process = subprocess.Popen(
        [*command, *([] if demo else ["--no-demo"]), *options],
        cwd=REPOSITORY,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    server = RunningServer("", process)
    # Read all the time: a full pipe would make the server wait.
    reader = threading.Thread(target=_read, args=(server,), daemon=True)
    reader.start()
    try:
        server.url = _address(server)
        yield server
        if process.poll() not in (None, 0):
            raise AssertionError(f"the server died with status {process.returncode}")
    except BaseException:
        print(f"--- the server printed ---\n{server.output}---")
        raise
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        reader.join()
        if process.stdout is not None:
            process.stdout.close()


def _read(server: RunningServer) -> None:
    assert server.process.stdout is not None
    for line in server.process.stdout:
        server.lines.append(line)


def _address(server: RunningServer) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        found = re.search(r"is at (http://\S+)", server.output)
        if found:
            return found[1]
        if server.process.poll() is not None:
            raise AssertionError(f"the server ended with status {server.process.returncode}")
        time.sleep(0.02)
    raise AssertionError(f"the server printed no address for {START_SECONDS} s")
