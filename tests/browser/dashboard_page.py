"""The dashboard as a person uses it: what tests click, type and wait for."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

WAIT = 30_000  # ms; software GL on shared machines draws 10,000 points in seconds


@dataclass
class DashboardPage:
    """One browser tab on one server."""

    page: Page
    url: str
    console: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(WAIT)
        self.page.on("console", self._note_message)
        self.page.on("pageerror", self._note_error)
        self.page.on("request", self._note_request)

    def forget(self) -> None:
        """Leave the tab as a new one is: no page, nothing stored, nothing allowed.

        Raises
        ------
        playwright Error
            If what is open has no storage that could be emptied, such as the note of a lost server.
        """
        page = self.page
        # What is on its way as the page is left has no answer, which is nobody's fault.
        page.remove_listener("console", self._note_message)
        page.remove_listener("pageerror", self._note_error)
        page.remove_listener("request", self._note_request)
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        # By itself: told from outside, the browser would give it another process, and that has to
        # read the scripts anew.
        page.evaluate("location.replace('about:blank')")
        page.wait_for_url("about:blank")
        page.unroute_all()
        page.context.clear_permissions()
        page.set_viewport_size({"width": 1280, "height": 800})
        page.mouse.move(0, 0)

    def _note_message(self, message: Any) -> None:
        # Of a request that failed, only the place names the address.
        self.console.append(f"{message.text} ({message.location['url']})")

    def _note_error(self, error: Any) -> None:
        self.console.append(str(error))

    def _note_request(self, request: Any) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.foreign.append(request.url)

    def open(self, address: str = "") -> None:
        self.page.goto(address if address.startswith("http") else self.url + "/" + address)

    def drop(self, folder: Path, *names: str) -> None:
        """Drop files on the view."""
        expect(self.button("Upload")).to_be_visible()
        dropped = {name: base64.b64encode((folder / name).read_bytes()).decode() for name in names}
        self.page.evaluate(
            """(files) => {
                const dataTransfer = new DataTransfer();
                for (const [name, content] of Object.entries(files)) {
                    const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
                    dataTransfer.items.add(new File([bytes], name));
                }
                document.querySelector("#view").dispatchEvent(
                    new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
            }""",
            dropped,
        )

    @property
    def view(self) -> Locator:
        return self.page.locator("#view")

    def wait_for_points(self, n: int) -> None:
        """Wait until exactly n points are drawn."""
        expect(self.view).to_have_attribute("data-points", str(n), timeout=WAIT)

    def wait_for_change(self, attribute: str, before: str | None) -> None:
        expect(self.view).not_to_have_attribute(attribute, before or "", timeout=WAIT)

    def wait_for_rest(self) -> None:
        """Wait until no frame has been drawn for a quarter of a second."""
        self.page.wait_for_function(
            """() => {
                const { frame } = document.querySelector("#view").dataset, now = performance.now();
                if (window.restFrame !== frame) [window.restFrame, window.restSince] = [frame, now];
                return now - window.restSince > 250;
            }"""
        )

    def choose(self, label: str, option: str | re.Pattern[str]) -> None:
        """Choose an option of a select by mouse."""
        self.page.get_by_label(label, exact=True).click()
        self.page.get_by_role("option", name=option).first.click()

    def open_dataset(self, name: str, n_points: int) -> None:
        self.choose("Dataset", re.compile(re.escape(name)))
        expect(self.headline).to_contain_text(f"{n_points:,} points", timeout=WAIT)
        self.wait_for_points(n_points)

    @property
    def headline(self) -> Locator:
        return self.page.locator("#headline")

    @property
    def neighbors(self) -> Locator:
        return self.page.get_by_role("listbox", name="Nearest neighbors").get_by_role("option")

    @property
    def matches(self) -> Locator:
        return self.page.get_by_role("listbox", name="Matches").get_by_role("option")

    @property
    def search(self) -> Locator:
        return self.page.get_by_label("Search", exact=True)

    @property
    def legend(self) -> Locator:
        return self.page.locator("#legend .entry")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def wait_for_thumbnails(self) -> None:
        """Wait until nothing moves and the thumbnails, if there are any, are drawn."""
        self.page.wait_for_function(
            """() => !projector.isMoving()
                && (!projector.dataset?.sprite || projector.cloud().tiles.length > 0)"""
        )

    def reachable_row(self) -> int:
        """Return a row that nothing covers on the screen, so that a click on it meets it."""
        self.wait_for_thumbnails()
        row: int = self.page.evaluate(
            """() => {
                const { drawn } = projector.shown;
                for (const place of drawn) {
                    const row = projector.rowOf(place), at = projector.positionOfRow(row);
                    if (at && projector.rowAt(at[0], at[1], 9) === row) return row;
                }
                return -1;
            }"""
        )
        assert row >= 0, "no point can be met by the pointer"
        return row

    def point_at(self, row: int) -> None:
        """Move the pointer onto a point."""
        x, y = self.page.evaluate(
            """(row) => {
                const frame = document.querySelector("#view").getBoundingClientRect();
                const at = projector.positionOfRow(row);
                return [frame.left + at[0], frame.top + at[1]];
            }""",
            row,
        )
        self.page.mouse.move(x, y)

    def click_point(self, row: int) -> None:
        self.point_at(row)
        self.page.mouse.down()
        self.page.mouse.up()

    def shown(self, expression: str) -> Any:
        """Read what the scripts have drawn: an expression over `shown`."""
        return self.page.evaluate(
            f"() => {{ const shown = projector.shown; return {expression}; }}"
        )
