"""The browser of the journeys, for what is long and heavy."""

from tests.browser.conftest import chromium, open_page

__all__ = ["chromium", "open_page"]
