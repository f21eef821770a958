"""Headless Chromium, and the moment in which a scene is on the screen."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

VIEWPORT = {"width": 1280, "height": 800}

# Looks once a frame. Written into the script itself: the page's policy forbids building functions
# out of text.
UNTIL = """
async () => {
    const start = performance.now();
    while (!(EXPRESSION)) {
        await new Promise(requestAnimationFrame);
        if (performance.now() - start > 60000) throw new Error("waited for 60 s");
    }
}
"""

# Milliseconds from the navigation until the frame has left the GPU: two more frames, then one
# pixel is read back, for which everything drawn before must be finished.
PAINTED = """
async () => {
    for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
    for (const canvas of document.querySelectorAll(".js-plotly-plot canvas")) {
        const gl = canvas.getContext("webgl2") || canvas.getContext("webgl");
        if (gl) gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
    }
    return performance.now();
}
"""


def new_person(browser: Browser) -> BrowserContext:
    """Return a context without cache, cookies or compiled scripts."""
    return browser.new_context(viewport=VIEWPORT)


def seconds_to_painted(page: Page, url: str, is_drawn: str) -> float:
    """Open an address; return the seconds until its points are on the screen.

    Parameters
    ----------
    is_drawn : JavaScript expression that holds once the points were given to the scene
    """
    page.goto(url, wait_until="commit")
    wait_until(page, is_drawn)
    milliseconds: Any = page.evaluate(PAINTED)
    return float(milliseconds) / 1000


def wait_until(page: Page, expression: str) -> None:
    """Wait until a JavaScript expression holds."""
    page.evaluate(UNTIL.replace("EXPRESSION", expression))
