"""Projection panel: the methods, PCA's axes and how much of the data they show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard import ids
from dashboard.panels.columns_form import build_columns_form
from dashboard.panels.custom_axes import build_custom_axes
from dashboard.panels.parameters import build_parameters
from dashboard.panels.parts import named, section, select, switch
from dashboard.panels.running import build_projection_list, build_run_row
from data.projections.methods import METHODS

N_COMPONENTS = 10
# Where the label of a method is too long for its tab.
TABS = {"custom_axes": "Custom"}
AXES = ((ids.COMPONENT_X, "X"), (ids.COMPONENT_Y, "Y"), (ids.COMPONENT_Z, "Z"))


def build_projection_panel() -> html.Section:
    """Build the panel of the methods, their parameters and what was computed."""
    forms = {
        "pca": _build_pca(),
        "tsne": build_parameters("tsne"),
        "umap": build_parameters("umap"),
        "custom_axes": [build_custom_axes()],
        "columns": build_columns_form(),
    }
    return section(
        "Projection",
        dmc.SegmentedControl(
            id=ids.METHOD,
            value="pca",
            size="xs",
            fullWidth=True,
            data=[{"value": m.name, "label": TABS.get(m.name, m.label)} for m in METHODS.values()],
        ),
        *(
            html.Div(parts, id=ids.form(method), className="form", hidden=method != "pca")
            for method, parts in forms.items()
        ),
        build_run_row(),
        html.Div(id=ids.PROJECTION_NOTE, className="hint"),
        html.Div(METHODS["pca"].sentence, id=ids.METHOD_SENTENCE, className="hint"),
        html.Details(
            [html.Summary("Compare maps"), html.Div(id=ids.MAP_TABLE)],
            title="How true each map of this dataset is, side by side",
        ),
        build_projection_list(),
    )


def _build_pca() -> list[Any]:
    return [
        html.Div(
            [
                select(id=component, label=axis, value=str(i), data=component_options(()))
                for i, (component, axis) in enumerate(AXES)
            ],
            className="columns components",
        ),
        html.Div(id=ids.VARIANCE, className="variance"),
        switch(
            "Normalize rows",
            ids.NORMALIZE,
            "Divide every point by its length before PCA, so that only directions count "
            "(as cosine distance does)",
        ),
        switch(
            "Standardize columns",
            ids.STANDARDIZE,
            "Divide every dimension by its standard deviation before PCA, so that dimensions "
            "of different units count the same",
        ),
    ]


def component_options(ratios: Sequence[float]) -> list[dict[str, object]]:
    """Return the choices of an axis; the share of each component is in the chart and on the axis.

    Always ten, because a select drops a value that is not among its choices; those that the data
    does not have are disabled.
    """
    return [
        {
            "value": str(i),
            "label": f"PC {i + 1}",
            "disabled": i >= len(ratios),
        }
        for i in range(N_COMPONENTS)
    ]


def build_variance_chart(ratios: Sequence[float], shown: Sequence[int]) -> list[html.Div]:
    """Build a bar per component, those on the axes marked, and the total that is shown."""
    highest = max(ratios, default=0.0) or 1.0
    bars = [
        html.Div(
            [
                html.Div(
                    className="bar shown" if i in shown else "bar",
                    style={"height": f"{100 * ratio / highest:.1f}%"},
                ),
                html.Span(str(i + 1)),
            ],
            className="bar-column",
            title=f"PC {i + 1}: {ratio:.2%} of the variance",
        )
        for i, ratio in enumerate(ratios)
    ]
    total = sum(ratios[i] for i in dict.fromkeys(shown) if i < len(ratios))
    what = f"The {len(set(shown))} axes show {total:.1%} of the variance"
    return [
        html.Div(bars, className="bars", role="img", **named(aria_label=what)),
        html.Div(what, className="hint"),
    ]
