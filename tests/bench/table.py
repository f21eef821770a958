"""One line per figure: what | ours | floor | ratio | target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Unit = Literal["s", "ms", "bytes", "frames/s", "of 1", "jobs"]

HEAD = ("what", "ours", "floor", "ratio", "target")


@dataclass(frozen=True)
class Line:
    """One figure beside the floor measured in the same run.

    Attributes
    ----------
    ours, floor : in `unit`; a floor of None is one that cannot be measured here
    target : what is promised, in words
    met : whether the promise holds in this run; None where there is none
    """

    what: str
    ours: float
    floor: float | None
    unit: Unit
    target: str = ""
    met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        floor = "" if self.floor is None else spell(self.floor, self.unit)
        ratio = f"{self.ours / self.floor:.2f}" if self.floor else ""
        verdict = {True: ": met", False: ": MISSED", None: ""}[self.met]
        return self.what, spell(self.ours, self.unit), floor, ratio, self.target + verdict


def spell(value: float, unit: Unit) -> str:
    if unit == "bytes":
        return f"{value:,.0f} bytes"
    if unit == "jobs":
        return f"{value:.0f} jobs"
    if unit == "of 1":
        return f"{value:.4f}"
    return f"{value:.2f} {unit}"


def render(lines: Sequence[Line]) -> str:
    """Return the table as Markdown with aligned columns."""
    rows = [HEAD, *(line.cells() for line in lines)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    rows.insert(1, tuple("-" * width for width in widths))
    sides = ("<", ">", ">", ">", "<")
    return "\n".join(
        "| " + " | ".join(f"{c:{s}{w}}" for c, s, w in zip(row, sides, widths, strict=True)) + " |"
        for row in rows
    )
