"""What holds on every route: headers, which hosts may be named, and who may write."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, Request, Response, request

from dashboard.settings import Settings
from data.errors import ProjectorError

# name or [address], then perhaps a port
HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?")
READING = ("GET", "HEAD", "OPTIONS")


class ForeignHostError(ProjectorError):
    """The request names a host that is not this server (DNS rebinding)."""

    code = "foreign_host"


class CrossSiteError(ProjectorError):
    """A page of another site tries to write."""

    code = "cross_site"


def install_security(server: Flask, settings: Settings, script_hashes: Iterable[str]) -> None:
    """Check every request and put the headers on every answer.

    Parameters
    ----------
    script_hashes : of the page's inline scripts, as the content security policy spells them
    """
    headers = security_headers(script_hashes)
    is_own_host = own_hosts(settings)

    def check() -> None:
        if not is_own_host(request.headers.get("Host", "")):
            raise ForeignHostError(
                "This server does not answer under this host name.",
                hint="Whoever runs it can add the name with --allowed-hosts.",
            )
        if request.method not in READING and not is_same_site(request, settings.public_url):
            raise CrossSiteError("A page of another site may not change anything here.")

    def add_headers(response: Response) -> Response:
        response.headers.update(headers)
        return response

    # Before all others, Dash's included: a refused request must not cause any work.
    server.before_request_funcs.setdefault(None, []).insert(0, check)
    server.after_request(add_headers)


def security_headers(script_hashes: Iterable[str]) -> dict[str, str]:
    """Return the headers of every answer."""
    policy = (
        "default-src 'self'",
        " ".join(["script-src 'self'", *script_hashes]),
        # Dash's components and Plotly write style attributes.
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "font-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def own_hosts(settings: Settings) -> Callable[[str], bool]:
    """Return the test whether a Host header names this server."""
    public = urlsplit(settings.public_url).hostname
    names = {"localhost", "127.0.0.1", "::1", settings.host, *settings.allowed_hosts}
    names |= {public} if public else set()
    if not settings.is_local:
        names |= {socket.gethostname(), socket.getfqdn()}
    own = {name.lower().strip("[]").rstrip(".") for name in names}

    def is_own(header: str) -> bool:
        match = HOST.fullmatch(header)
        if match is None:
            return False
        name = match[1].lower().strip("[]").rstrip(".")
        # An address cannot be rebound to another machine; people on the network type it.
        return name in own or (not settings.is_local and _is_address(name))

    return is_own


def is_same_site(asked: Request, public_url: str = "") -> bool:
    """Tell whether a writing request comes from our own page or from no page at all.

    A proxy may have put another Host into the request; the page's address is the public one then.
    """
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = asked.headers.get("Origin")
    # Without either header it is no browser, and only browsers can be misled by a page.
    own = {asked.headers["Host"].lower(), urlsplit(public_url).netloc.lower()} - {""}
    return origin is None or urlsplit(origin).netloc.lower() in own


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
