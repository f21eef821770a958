"""Log directories: run, tensor and step are chosen, and opened as a dataset."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, State, no_update

from callbacks.arguments import content, texts
from dashboard import ids
from dashboard.panels.data import NO_RUN, build_messages
from data.errors import NotFoundError
from data.logdirs.opening import open_tensor
from data.services import Services

# How the step of a tensor that has none stands in a select.
NO_STEP = "-"


def register(app: dash.Dash, services: Services) -> None:
    """Register the list of runs and the choice among them."""
    if services.logdirs.directories:
        _register_list(app, services)

    @app.callback(
        Output(ids.TENSOR, "data"),
        Output(ids.TENSOR, "value"),
        Output(ids.TENSOR, "placeholder"),
        Output(ids.RUN_REMARKS, "children"),
        Input(ids.RUN, "value"),
        Input(ids.RUNS, "data"),
        State(ids.TENSOR, "value"),
        prevent_initial_call=True,
    )
    def list_tensors(run: Any, runs: Any, chosen: Any) -> tuple[Any, Any, Any, Any]:
        found = content(content(runs).get(str(run)))
        names = list(content(found.get("tensors")))
        value = chosen if chosen in names else next(iter(names), None)
        remarks = build_messages(texts(found.get("warnings")), texts(found.get("notes")))
        return names, value, "No tensors" if run else NO_RUN, remarks

    @app.callback(
        Output(ids.STEP, "data"),
        Output(ids.STEP, "value"),
        Output(ids.STEP, "placeholder"),
        Input(ids.RUN, "value"),
        Input(ids.TENSOR, "value"),
        Input(ids.RUNS, "data"),
        State(ids.STEP, "value"),
        prevent_initial_call=True,
    )
    def list_steps(run: Any, tensor: Any, runs: Any, chosen: Any) -> tuple[Any, Any, Any]:
        found = content(content(runs).get(str(run)))
        steps = texts(content(found.get("tensors")).get(str(tensor)))
        step = chosen if chosen in steps else next(reversed(steps), None)
        return steps, step, "No steps" if run else NO_RUN

    @app.callback(
        Output(ids.OPENED, "data", allow_duplicate=True),
        Output(ids.NOTICE, "data", allow_duplicate=True),
        Input(ids.RUN, "value"),
        Input(ids.TENSOR, "value"),
        Input(ids.STEP, "value"),
        State(ids.DATASET_INFO, "data"),
        State(ids.NOTICE, "data"),
        running=[(Output(ids.BUSY, "hidden"), False, True)],
        prevent_initial_call=True,
    )
    def open_step(run: Any, tensor: Any, step: Any, info: Any, notice: Any) -> tuple[Any, Any]:
        if not run or not tensor or not step:
            return no_update, no_update
        record = open_tensor(services, str(run), str(tensor), step_number(step))
        is_shown = content(info).get("id") == record.id
        # What was said of a step before is over.
        is_over = content(notice).get("kind") == "error"
        return (
            no_update if is_shown else {"id": record.id, "keep": True},
            None if is_over else no_update,
        )


def _register_list(app: dash.Dash, services: Services) -> None:
    @app.callback(
        Output(ids.RUNS, "data"),
        Output(ids.RUN_CHOICE, "hidden"),
        Output(ids.RUN, "data"),
        Output(ids.RUNS_TIMER, "disabled"),
        Input(ids.RUNS_TIMER, "n_intervals"),
        State(ids.RUNS, "data"),
    )
    def list_runs(n: Any, known: Any) -> tuple[Any, Any, Any, Any]:
        runs = {run.run: summary(run.to_json()) for run in services.logdirs.runs()}
        if runs == known:
            return no_update, no_update, no_update, no_update
        return runs, False, list(runs), False


def summary(run: dict[str, Any]) -> dict[str, Any]:
    """Return what the selects need of a run: the steps of each tensor, and what to say."""
    tensors: dict[str, list[str]] = {}
    for tensor in run["tensors"]:
        step = NO_STEP if tensor["step"] is None else str(tensor["step"])
        tensors.setdefault(tensor["name"], []).append(step)
    return {"tensors": tensors, "warnings": run["warnings"], "notes": run["notes"]}


def step_number(step: Any) -> int | None:
    """Return the step that a select names."""
    if step == NO_STEP:
        return None
    if not isinstance(step, str) or not step.isascii() or not step.isdigit():
        raise NotFoundError(f"There is no step {str(step)[:40]!r}.")
    return int(step)
