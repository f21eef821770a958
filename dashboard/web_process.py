"""Processes that answer, made by gunicorn; whichever moment a signal to end finds one in, it ends.

Gunicorn's own worker, told to end at once, waits for a lock that it may hold itself: nearly always
free, it is taken while a request is handed to a thread. Told while it is being made it does not
hear, and while it loads it goes on loading. Each time it was killed after ten seconds.
"""

from __future__ import annotations

import os
import selectors
import signal
import sys
import time
from contextlib import suppress
from typing import Any

from gunicorn.arbiter import Arbiter
from gunicorn.workers.gthread import _DEFER, ThreadWorker

# How often a thread that waits for a first request looks whether it is to end.
LOOK_SECONDS = 0.25
# As long as gunicorn's own threads wait before they leave a silent connection to the loop.
SILENT_SECONDS = 5.0
ENDS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)


class MainProcess(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """The process that makes the others, and tells them to end."""

    def spawn_worker(self) -> Any:
        """Make one; a signal that comes before it listens waits for it."""
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
        try:
            return super().spawn_worker()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)


class WebProcess(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A process that answers."""

    ends_at_once = False

    def init_signals(self) -> None:
        """Listen from now on; Python writes each signal into the pipe, which wakes the loop."""
        super().init_signals()
        self.poller.register(self.PIPE[0], selectors.EVENT_READ, self._empty)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)

    def handle_exit(self, number: int, frame: Any) -> None:
        """Answer what has been asked, and end."""
        self._leave_loading()
        super().handle_exit(number, frame)

    def handle_quit(self, number: int, frame: Any) -> None:
        """End from the loop, where no lock is held."""
        self._leave_loading()
        self.alive = False
        self.ends_at_once = True

    def run(self) -> None:
        """Answer until told to end; who ends need not be told again, as Ctrl-C does."""
        try:
            super().run()
        finally:
            for number in ENDS:
                signal.signal(number, signal.SIG_IGN)

    def handle(self, conn: Any) -> Any:
        """Answer; browsers open connections ahead, whose silence does not hold up the end."""
        if not (conn.initialized or conn.data_ready):
            until = time.monotonic() + SILENT_SECONDS
            while not conn.wait_for_data(LOOK_SECONDS):
                if not self.alive or conn.sock.fileno() < 0 or time.monotonic() > until:
                    return _DEFER
            conn.data_ready = True
        return super().handle(conn)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Go through the loop once."""
        super().wait_for_and_dispatch_events(timeout)
        if self.ends_at_once:
            sys.exit(0)

    def _leave_loading(self) -> None:
        # Nobody has been answered yet. Loading takes seconds, and an exception would be lost where
        # the signal finds a destructor at work.
        if not self.booted:
            os._exit(0)

    @staticmethod
    def _empty(pipe: int) -> None:
        with suppress(BlockingIOError):
            os.read(pipe, 4096)
