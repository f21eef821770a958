"""Projections: what is computed for the rows that are shown, and what is said about it."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, State, ctx, no_update

from callbacks.arguments import content, opened_dataset, shown_rows
from callbacks.jobs import chosen_key
from dashboard import ids
from dashboard.panels.projection import AXES, N_COMPONENTS, build_variance_chart, component_options
from dashboard.panels.status_line import status_text
from data.dataset import DatasetRecord
from data.errors import NotFoundError
from data.projection import FINISHED, ProjectionRecord
from data.projections.methods import METHODS
from data.rows import Rows, decode_rows
from data.services import Services

NOTHING: dict[str, Any] = {
    "projection": None,
    "projection_id": None,
    "options": (component_options(()),) * len(AXES),
    "components": (no_update,) * len(AXES),
    "note": "",
    "status": "",
    "sentence": "",
}

# Under the parameters, while the view still shows PCA.
NOT_YET = "PCA is shown. Press Run, or choose one of the projections below."


def register(app: dash.Dash, services: Services) -> None:
    """Register PCA of the shown rows, its axes and its chart."""

    @app.callback(
        output={
            "projection": Output(ids.PROJECTION, "data"),
            "projection_id": Output(ids.PROJECTION_ID, "data"),
            "options": tuple(Output(component, "data") for component, _ in AXES),
            "components": tuple(
                Output(component, "value", allow_duplicate=True) for component, _ in AXES
            ),
            "note": Output(ids.PROJECTION_NOTE, "children"),
            "status": Output(ids.STATUS, "children"),
            "sentence": Output(ids.METHOD_SENTENCE, "children"),
        },
        inputs={
            "info": Input(ids.DATASET_INFO, "data"),
            "isolation": Input(ids.ISOLATION, "data"),
            "normalize": Input(ids.NORMALIZE, "checked"),
            "standardize": Input(ids.STANDARDIZE, "checked"),
            "named": State(ids.PROJECTION_ID, "data"),
            "method": Input(ids.METHOD, "value"),
            "chosen": Input(ids.CHOSEN, "data"),
        },
        running=[(Output(ids.BUSY, "hidden"), False, True)],
        prevent_initial_call=True,
    )
    def project(info: Any, **asked: Any) -> dict[str, Any]:
        dataset = opened_dataset(services, info)
        if dataset is None:
            return NOTHING
        is_opened = f"{ids.DATASET_INFO}.data" in ctx.triggered_prop_ids
        return asked_projection(services, dataset.record, is_opened=is_opened, **asked)

    @app.callback(
        output={
            "forms": {method: Output(ids.form(method), "hidden") for method in METHODS},
            "run": Output(ids.RUN_ROW, "hidden"),
            "others": Output(ids.LONG_PROJECTIONS, "hidden"),
        },
        inputs={"method": Input(ids.METHOD, "value")},
        prevent_initial_call=True,
    )
    def show_form(method: Any) -> dict[str, Any]:
        return {
            "forms": {name: name != method for name in METHODS},
            "run": method == "pca",
            "others": method == "pca",
        }

    @app.callback(
        Output(ids.VARIANCE, "children"),
        inputs={
            "projection": Input(ids.PROJECTION, "data"),
            "dimensionality": Input(ids.DIMENSIONALITY, "value"),
            "components": tuple(Input(component, "value") for component, _ in AXES),
        },
        prevent_initial_call=True,
    )
    def variance(projection: Any, dimensionality: Any, components: Any) -> Any:
        if not projection:
            return no_update
        drawn = services.projections.record(str(content(projection).get("id")))
        if drawn.method != "pca":
            return no_update
        n_axes = 2 if dimensionality == "2" else 3
        shown = [i for i in range(N_COMPONENTS) if str(i) in components[:n_axes]]
        return build_variance_chart(drawn.explained_variance_ratio or (), shown)


def asked_projection(
    services: Services,
    dataset: DatasetRecord,
    *,
    is_opened: bool,
    isolation: Any,
    normalize: Any,
    standardize: Any,
    named: Any,
    method: Any,
    chosen: Any,
) -> dict[str, Any]:
    """Return the projection that the controls ask for, and the texts around it.

    Parameters
    ----------
    is_opened : whether a view is opened, which names its axes, too
    named : id of the projection that the view names
    chosen : projections that people chose, by the rows that are shown
    """
    if method != "pca":
        record = chosen_record(services, dataset, content(chosen).get(chosen_key(isolation)))
        if record is not None:
            return shown(record, dataset, keeps_axes=is_opened)
    if is_opened and (kept := kept_projection(services, dataset, isolation, named)):
        return shown_projection(kept, dataset)
    switches = {"normalize": bool(normalize), "standardize": bool(standardize)}
    seen = projected(services, dataset, shown_rows(isolation), switches)
    return seen if method == "pca" else {**seen, "note": NOT_YET, "projection_id": None}


def projected(
    services: Services, dataset: DatasetRecord, rows: Rows | None, switches: dict[str, bool]
) -> dict[str, Any]:
    """Compute the projection and return it with the texts around it."""
    chosen = {name: True for name, on in switches.items() if on}
    record = services.projections.request(dataset.id, "pca", chosen, rows)
    # Without choices of one's own the link needs no id: PCA with defaults is always at hand.
    return {**shown_projection(record, dataset), "projection_id": record.id if chosen else None}


def kept_projection(
    services: Services, dataset: DatasetRecord, isolation: Any, named: Any
) -> ProjectionRecord | None:
    """Return the projection that a view names, if it is here and of the rows that are shown."""
    if not isinstance(named, str):
        return None
    try:
        record = services.projections.record(named)
    except NotFoundError:
        return None
    rows = None if record.rows is None else decode_rows(record.rows)
    is_same = record.dataset == dataset.id and rows == shown_rows(isolation)
    return record if is_same and record.state in ("done", "stopped") else None


def shown_projection(record: ProjectionRecord, dataset: DatasetRecord) -> dict[str, Any]:
    """Return a projection and the texts around it."""
    shares = record.explained_variance_ratio or (0.0,) * record.n_components
    return {
        **NOTHING,
        "projection": record.to_json(),
        "projection_id": record.id,
        "options": (component_options(shares),) * len(AXES),
        "note": record.message,
        "status": status_text(record, dataset),
        "sentence": _sentence(record),
    }


def chosen_record(
    services: Services, dataset: DatasetRecord, projection_id: Any
) -> ProjectionRecord | None:
    """Return the projection that people chose for the shown rows, or what it became; or None."""
    if not projection_id:
        return None
    try:
        record = services.projections.current(str(projection_id))
    except NotFoundError:
        return None
    return record if record.dataset == dataset.id else None


def shown(
    record: ProjectionRecord, dataset: DatasetRecord, *, keeps_axes: bool = False
) -> dict[str, Any]:
    """Return a projection that was chosen, with the texts around it."""
    first = tuple(str(i) for i in range(len(AXES)))
    return {
        **NOTHING,
        "projection": record.to_json(),
        "projection_id": record.id,
        "components": NOTHING["components"] if keeps_axes else first,
        "note": record.message if record.state in FINISHED else "",
        "status": status_text(record, dataset),
        "sentence": _sentence(record),
    }


def _sentence(record: ProjectionRecord) -> str:
    return METHODS[record.method].sentence if record.method in METHODS else ""
