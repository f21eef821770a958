"""The browser of the journeys, for what is long and heavy."""

from tests.browser.conftest import chromium, idle_tabs, open_page, serve

__all__ = ["chromium", "idle_tabs", "open_page", "serve"]
