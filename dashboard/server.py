"""The server process: its socket, and the workers that answer."""

from __future__ import annotations

import errno
import gc
import logging
import socket
import threading
import time
import webbrowser
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from gunicorn.app.base import BaseApplication

from dashboard.settings import Settings
from dashboard.web_process import MainProcess, WebProcess
from data.errors import ParameterError

log = logging.getLogger(__name__)

BACKLOG = 2048
# What workers are forked from imports for seconds; until then people who have just started the
# server want its pages more, unless somebody is about to compute.
WARM_UP_SECONDS = 20
# Long enough for an upload that is being read; a supervisor kills after 10 s or more.
GRACEFUL_SECONDS = 10
# How often what is not needed any more is looked for.
SWEEP_SECONDS = 3_600
# The longest that gunicorn takes: rows of a selection stand in the address.
REQUEST_LINE = 8190


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one.

    Raises
    ------
    ParameterError
        If the port is taken or the address is not this machine's.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError:
        raise ParameterError(f"The host {host!r} is no address of this machine.") from None
    try:
        # Else a port stays taken for a minute after a server has ended.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        reasons = {
            errno.EADDRINUSE: f"Port {port} on {host} is taken by another program.",
            errno.EACCES: f"Port {port} is reserved for the system.",
            errno.EADDRNOTAVAIL: f"The host {host!r} is no address of this machine.",
        }
        reason = reasons.get(error.errno or 0, f"Port {port} on {host} cannot be opened.")
        raise ParameterError(reason, hint="Choose another one with --port or --host.") from None
    return listener


def address_of(listener: socket.socket) -> str:
    """Return the address that a person on this machine opens."""
    host, port = listener.getsockname()[:2]
    if ip_address(host).is_unspecified:
        host = "::1" if ":" in host else "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(settings: Settings, listener: socket.socket, say: Callable[[str], None]) -> None:
    """Answer until a signal ends it; then exit with status 0.

    Parameters
    ----------
    say : called once with the address, when it can be reached
    """
    logging.basicConfig(format="%(asctime)s [%(process)d] %(levelname)s %(name)s: %(message)s")
    WebServer(settings, listener, say).run()


class WebServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn with our settings; every worker builds its own application."""

    def __init__(
        self, settings: Settings, listener: socket.socket, say: Callable[[str], None]
    ) -> None:
        self.settings = settings
        self.address = address_of(listener)
        # Gunicorn closes the number that it is given, so the socket object must let go of it.
        self.descriptor = listener.detach()
        self.say = say
        self.worker: Any = None
        super().__init__()

    def run(self) -> None:
        """Answer until a signal comes."""
        MainProcess(self).run()

    def load_config(self) -> None:
        """Tell gunicorn."""
        chosen = {
            "bind": f"fd://{self.descriptor}",
            "worker_class": WebProcess,
            "workers": self.settings.workers,
            "threads": self.settings.threads,
            # Loading the application before the fork would hand its locks and the threads of
            # numpy and Arrow to children that have no such threads.
            "preload_app": False,
            "control_socket_disable": True,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "graceful_timeout": GRACEFUL_SECONDS,
            "limit_request_line": REQUEST_LINE,
            "post_worker_init": self.announce,
            "worker_exit": self.cool_down,
            "on_exit": self.suspend_workers,
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Build the application of one worker."""
        # Arrow imports it with the first table that it reads, in the thread of one request; Plotly,
        # in that of another, would take it half imported.
        import pandas  # noqa: F401

        # A new page shows PCA, whose first in a process would import it while somebody waits.
        import scipy.linalg  # noqa: F401
        import threadpoolctl  # noqa: F401

        from dashboard.app import create_app
        from data.services import Services

        settings = self.settings
        services = Services.open(settings.data_dir, settings.limits(), settings.logdir)
        server = create_app(settings, services).server
        self._watch_jobs(services, server)
        # Dash finishes its own setup in the first request, and finds mistakes in it there.
        server.test_client().get("/_dash-layout").close()
        # What is loaded by now stays; to look through it again and again would hold up answers.
        gc.collect()
        gc.freeze()
        return server

    def _watch_jobs(self, services: Any, server: Any) -> None:
        """Take up what an earlier server left, and from now on what loses its process."""
        from dashboard.routes.frames import IS_CLOSING
        from data.sweeping import sweep
        from data.workers.processes import import_ahead, used_before, wait_for_interest, warm_up

        import_ahead(*used_before(self.settings.data_dir))
        server.config[IS_CLOSING] = lambda: self.worker is not None and not self.worker.alive

        def prepare() -> None:
            wait_for_interest(self.settings.data_dir, WARM_UP_SECONDS)
            warm_up()

        def watch() -> None:
            is_first, swept_at = True, 0.0
            while True:
                try:
                    services.projections.sweep(at_start=is_first)
                    is_first = False
                    if time.monotonic() - swept_at > SWEEP_SECONDS or not swept_at:
                        swept_at = time.monotonic()
                        sweep(services)
                except Exception:
                    log.exception("jobs and stores cannot be looked through")
                time.sleep(services.projections.jobs.lease / 3)

        for task in (prepare, watch):
            threading.Thread(target=task, daemon=True).start()

    def cool_down(self, arbiter: Any, worker: Any) -> None:
        """Leave nothing behind that prepares to compute."""
        from data.workers.processes import cool_down

        cool_down()

    def suspend_workers(self, arbiter: Any) -> None:
        """Let running projections save and end; the next start goes on with them."""
        from data.jobs import Jobs
        from data.workers.processes import suspend_workers

        suspend_workers(Jobs(self.settings.data_dir, self.settings.limits()))

    def announce(self, worker: Any) -> None:
        """Say where the page is once the first worker can answer; later ones replace dead ones."""
        self.worker = worker
        if worker.age != 1:
            return
        page = self.address + self.settings.base_path
        self.say(f"Embedding dashboard is at {page}")
        if self.settings.open:
            # A browser in the terminal would hold this worker.
            threading.Thread(target=webbrowser.open, args=(page,), daemon=True).start()
