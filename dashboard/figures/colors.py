"""Colors of classes and numbers: one palette for points, legend and lists.

Eight of the ten class colors are those of M. A. Petroff, "Accessible Color Sequences for Data
Visualization" (2021), chosen to stay apart for people with color-vision deficiency. Gray means
"missing" here, so a teal and a plum stand for his two grays: among dark colors they lie farthest
from the others in Oklab, also as protan, deutan and tritan vision see them.
"""

from __future__ import annotations

from plotly.colors import sample_colorscale, unlabel_rgb

TEN = (
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#0d5c63",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#8a1c5c",
    "#92dadd",
)
# The same hues lighter, then darker: 30 classes that can be told apart before any repeats.
SHADES = (0.0, 0.45, -0.4)
N_DISTINCT = len(TEN) * len(SHADES)
MISSING = "#9aa0a6"
PLAIN = "#3f90da"
N_STEPS = 64


def class_colors(n_classes: int) -> list[str]:
    """Return a color for each of `n_classes` classes; they repeat after 30."""
    return [
        _shade(TEN[i % len(TEN)], SHADES[i // len(TEN) % len(SHADES)]) for i in range(n_classes)
    ]


def number_colors() -> list[str]:
    """Return the 64 steps of viridis, from the lowest number to the highest."""
    steps = [i / (N_STEPS - 1) for i in range(N_STEPS)]
    colors = sample_colorscale("viridis", steps)
    return [_hex([round(part) for part in unlabel_rgb(color)]) for color in colors]


def _shade(color: str, amount: float) -> str:
    """Mix a color with white (amount above 0) or black (below)."""
    target = 255 if amount > 0 else 0
    parts = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
    return _hex([round(part + (target - part) * abs(amount)) for part in parts])


def _hex(parts: list[int]) -> str:
    return "#" + "".join(f"{part:02x}" for part in parts)
