"""Addresses that people share: made of the public address, never of what a request names."""

from __future__ import annotations

from dashboard.settings import Settings


def shared_url(settings: Settings, query: str) -> str:
    """Return the address of the page with a query.

    Without a public address in the settings it is one without a host, which holds wherever the
    page was opened.
    """
    return f"{settings.public_url or settings.base_path}/?{query}"
