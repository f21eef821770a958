"""The Plotly 3D scene before any point is in it; scripts fill and theme it."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go


def blank_figure() -> go.Figure:
    """Return a figure without a scene: what is shown until the first points are there.

    An empty scene would cost a second of drawing that nobody sees.
    """
    figure = go.Figure()
    figure.update_layout(
        template="none",
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        xaxis={"visible": False},
        yaxis={"visible": False},
    )
    return figure


def scene_layout() -> dict[str, Any]:
    """Return the layout of a scene with equal scales on all axes; the script adds the points.

    The ranges are set by the script together with the points, all to the same length: a cube of
    equal ranges keeps proportions without moving the box when the points change.
    """
    axis: dict[str, Any] = {
        "showbackground": False,
        "showspikes": False,
        "zeroline": False,
        "title": {"text": ""},
        "range": [-1, 1],
        "nticks": 6,
    }
    scene = {
        "aspectmode": "cube",
        "xaxis": axis,
        "yaxis": axis,
        "zaxis": axis,
        "dragmode": "turntable",
    }
    return {
        "template": {},
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "showlegend": False,
        "hovermode": False,
        "scene": scene,
    }


# Everything that would talk to another host, or that is done better by the panels, is off.
GRAPH_CONFIG: Any = {
    "showSendToCloud": False,
    "displaylogo": False,
    "displayModeBar": False,
    "scrollZoom": True,
    "doubleClick": False,
    "responsive": True,
}
