"""Axes that are kept under a name, for everyone who opens the dataset."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, State, ctx, no_update

from callbacks.arguments import content, opened_dataset
from callbacks.axis_boxes import boxes_of
from callbacks.custom_axes import each_axis
from dashboard import ids
from dashboard.panels.columns import color_options
from dashboard.panels.custom_axes import ENDS
from data.dataset import Dataset
from data.errors import NotFoundError, ParameterError
from data.projections.axes_parameters import Axis
from data.services import Services


def register(app: dash.Dash, services: Services) -> None:
    """Register keeping, forgetting and recalling an axis."""

    @app.callback(
        output={
            "names": each_axis("name", "data", Output),
            "colors": Output(ids.COLOR_BY, "data", allow_duplicate=True),
            "notice": Output(ids.NOTICE, "data", allow_duplicate=True),
        },
        inputs={
            "kept": each_axis("keep", "n_clicks", Input),
            "forgotten": each_axis("forget", "n_clicks", Input),
            "info": State(ids.DATASET_INFO, "data"),
            "axes": State(ids.CUSTOM_AXES, "data"),
            "names": each_axis("name", "value", State),
        },
        prevent_initial_call=True,
    )
    def keep(info: Any, axes: Any, names: Any, **_: Any) -> dict[str, Any]:
        dataset = opened_dataset(services, info)
        if dataset is None:
            return {"names": of_axes([]), "colors": [], "notice": no_update}
        said = kept_or_forgotten(services, dataset, str(ctx.triggered_id), axes, names)
        return choices(services, dataset, said)

    for axis in ENDS:
        _register_recall(app, services, axis)


def _register_recall(app: dash.Dash, services: Services, axis: str) -> None:
    low, high = ENDS[axis]

    @app.callback(
        Output(ids.axis_part(axis, low), "value"),
        Output(ids.axis_part(axis, high), "value"),
        Output(ids.axis_part(axis, "column"), "value"),
        Output(ids.axis_part(axis, "regex"), "checked"),
        Output(ids.AXIS_ROWS, "data", allow_duplicate=True),
        Input(ids.axis_part(axis, "name"), "value"),
        State(ids.DATASET_INFO, "data"),
        State(ids.AXIS_ROWS, "data"),
        prevent_initial_call=True,
    )
    def recall(name: Any, info: Any, rows: Any) -> tuple[Any, ...]:
        dataset = opened_dataset(services, info)
        if dataset is None or not isinstance(name, str):
            return (no_update,) * 5
        return recalled(services, dataset, axis, name, content(rows))


def of_axes(value: Any) -> dict[str, Any]:
    """Return the same for every axis."""
    return dict.fromkeys(ENDS, value)


def kept_or_forgotten(
    services: Services, dataset: Dataset, button: str, axes: Any, names: Any
) -> str | None:
    """Keep or forget an axis; return what to say, None when no button was pressed."""
    _, axis, what = button.split("-") if button.count("-") == 2 else ("", "", "")
    name = str(content(names).get(axis) or "").strip()
    if what == "forget":
        services.axes.remove(dataset.record.id, name)
        return f"The axis {name} was forgotten." if name else "Choose a kept axis first."
    if what != "keep":
        return None
    given = (content(axes).get("axes") or [None] * 3)[list(ENDS).index(axis)]
    if given is None:
        raise ParameterError(f"The boxes of {axis.upper()} are empty.", hint="Fill both ends.")
    services.axes.save(dataset.record.id, Axis.parse({**given, "name": name}, axis.upper()))
    return f"The axis {name} is kept with the dataset; points can be colored by it."


def choices(services: Services, dataset: Dataset, said: str | None) -> dict[str, Any]:
    """Return the choices of names and colors, and what to say."""
    kept = services.axes.of(dataset.record.id)
    return {
        "names": of_axes([axis.name for axis in kept]),
        "colors": color_options(dataset.record.columns, kept),
        "notice": {"kind": "info", "text": said} if said else no_update,
    }


def recalled(
    services: Services, dataset: Dataset, axis: str, name: str, rows: dict[str, Any]
) -> tuple[Any, ...]:
    """Return the boxes of an axis as they were kept under a name; nothing when there is none."""
    try:
        kept = services.axes.get(dataset.record.id, name.strip())
    except NotFoundError:
        return (no_update,) * 5
    boxes = boxes_of(dataset, axis, kept, services.limits.pattern_length)
    others = {box: given for box, given in rows.items() if not box.startswith(f"{axis}-")}
    return *boxes.texts.values(), boxes.column, boxes.regex, {**others, **boxes.rows}
