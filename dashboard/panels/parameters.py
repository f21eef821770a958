"""The parameters of a method as controls, made from its table."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard import ids
from dashboard.panels.columns import column_select
from dashboard.panels.parts import explained, select
from data.projections.parameters import PARAMETERS, Rule, parameters_class, rules

# Methods whose parameters stand in a form made from their table.
STEPWISE = ("tsne", "umap")
# What most people never touch.
MORE = {
    "tsne": (
        "early_exaggeration",
        "early_exaggeration_iter",
        "learning_rate",
        "initialization",
        "pca_components",
        "n_landmarks",
        "random_state",
    ),
    "umap": ("n_epochs", "supervise_by", "n_landmarks", "random_state"),
}
# Choices in words of the screen.
WORDS = {
    "euclidean": "Euclidean",
    "cosine": "Cosine",
    "pca": "PCA",
    "random": "Random",
    2: "2D",
    3: "3D",
}
# What an empty box stands for.
EMPTY = {
    "learning_rate": "auto",
    "pca_components": "all dimensions",
    "n_landmarks": "all points",
    "n_epochs": "auto",
}


def build_parameters(method: str) -> list[Any]:
    """Build a control for every parameter; what is rarely changed is folded away."""
    controls = {name: _build(method, name, rule) for name, rule in rules(method).items()}
    more = MORE.get(method, ())
    shown = [control for name, control in controls.items() if name not in more]
    return [
        html.Div(shown, className="parameters"),
        html.Details(
            [
                html.Summary("More parameters"),
                html.Div([controls[name] for name in more], className="parameters"),
            ]
        ),
    ]


def bounded_by_data() -> dict[str, list[str]]:
    """Return the parameters of each method whose largest value depends on the data."""
    return {
        method: [name for name, rule in rules(method).items() if callable(rule.high)]
        for method in STEPWISE
    }


def read_parameters(method: str, values: dict[str, Any]) -> dict[str, Any]:
    """Return what the controls of a method ask for, as the API takes it.

    What is at its default is left out, so that it is fitted to the data instead of refused.
    """
    given: dict[str, Any] = {}
    for field in fields(PARAMETERS[method]):
        value = values.get(field.name)
        if value in (None, ""):
            if field.default is not None and field.name in EMPTY and field.name != "learning_rate":
                given[field.name] = None
            continue
        rule: Rule = field.metadata["rule"]
        if rule.choices and isinstance(value, str):
            # A select holds texts.
            value = next((choice for choice in rule.choices if str(choice) == value), value)
        # A box holds 5 where 5.0 is meant.
        if value != field.default:
            given[field.name] = value
    return given


def shown_parameters(method: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return what the controls of a method hold for parameters as the API gives them."""
    return {name: _shown(given.get(name), name, rule) for name, rule in rules(method).items()}


def _shown(value: Any, name: str, rule: Rule) -> Any:
    """Return what a control holds: a select a text, and a box nothing where EMPTY stands for it."""
    if name == "supervise_by":
        return value
    if rule.choices and rule.low is None:
        return str(value)
    return "" if value is None or isinstance(value, str) else value


def _build(method: str, name: str, rule: Rule) -> Any:
    """Build the control of one parameter; pointing at it explains it."""
    default = next(f.default for f in fields(parameters_class(method)) if f.name == name)
    common: dict[str, Any] = {"id": ids.parameter(method, name), "label": rule.label}
    common |= explained(f"{rule.help} {_range(rule, default)}".strip())
    if name == "supervise_by":
        # Its columns are those of the dataset.
        return column_select(data=[], clearable=True, placeholder="no column", **common)
    if rule.choices and rule.low is None:
        data = [{"value": str(c), "label": WORDS.get(c, str(c))} for c in rule.choices]
        return select(data=data, value=str(default), **common)
    low, high = (bound if not callable(bound) else None for bound in (rule.low, rule.high))
    return dmc.NumberInput(
        value="" if isinstance(default, str) or default is None else default,
        min=low,
        max=high,
        placeholder=EMPTY.get(name, ""),
        size="xs",
        hideControls=True,
        clampBehavior="none",
        # As wide as "≤ 1,666,666" at most; a click goes through to the box.
        rightSectionWidth="auto",
        rightSectionPointerEvents="none",
        **common,
    )


def _range(rule: Rule, default: Any) -> str:
    """Say what is legal and what is taken otherwise."""
    if rule.choices and rule.low is None:
        return ""
    low, high = (bound if not callable(bound) else None for bound in (rule.low, rule.high))
    if low is None:
        return ""
    to = f" to {high:,g}" if high is not None else " up to what the data allows"
    text = f"From {low:,g}{to}"
    return f"{text}; default {default:g}." if isinstance(default, int | float) else f"{text}."
