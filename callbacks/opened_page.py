"""A view on the page: what every control and the parts about the dataset are set to."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from dash import no_update

from callbacks.jobs import tab_of
from callbacks.offers import OFFERED, offers
from callbacks.saved_views import complete
from dashboard import ids
from dashboard.controls import CONTROL_OF_FIELD, Grouping, controls_of_view
from dashboard.panels.data import build_remarks, dataset_options
from data.dataset import DatasetRecord, label_column
from data.errors import NotFoundError
from data.projection import ProjectionRecord
from data.services import Services
from data.view_state import Search, ViewState

# What opening a view writes beside the controls and what is offered.
PAGE: dict[str, Grouping] = {
    "datasets": (ids.DATASET, "data"),
    "info": (ids.DATASET_INFO, "data"),
    "camera": (ids.RESTORED_CAMERA, "data"),
    "restored": (ids.RESTORED, "data"),
    "normalize": (ids.NORMALIZE, "checked"),
    "standardize": (ids.STANDARDIZE, "checked"),
    "method": (ids.METHOD, "value"),
    "chosen": (ids.CHOSEN, "data"),
    "name": (ids.DATASET_NAME, "value"),
    "remarks": (ids.DATASET_REMARKS, "children"),
    "empty": (ids.EMPTY, "hidden"),
    "notice": (ids.NOTICE, "data"),
}
WRITTEN: dict[str, Grouping] = {"controls": CONTROL_OF_FIELD, "page": PAGE, "offers": OFFERED}


def default_view(record: DatasetRecord, label: Any = None) -> ViewState:
    """Return how a dataset is shown before anybody chose anything but a column to label by."""
    if not isinstance(label, str) or record.column(label) is None:
        label = label_column(record)
    groups = (c.name for c in record.columns if c.kind == "categorical" and c.n_unique > 1)
    return ViewState(
        dataset_id=record.id,
        label_by=label,
        color_by=next(groups, None),
        search=Search(column=label),
    )


def first_view(
    services: Services, dataset_id: str | None = None, label: Any = None
) -> ViewState | None:
    """Return the default view of a dataset, or of the newest; None when there is none."""
    if dataset_id is not None:
        return default_view(services.datasets.record(str(dataset_id)), label)
    newest = next(iter(services.datasets.list()), None)
    return default_view(newest) if newest else None


def kept_view(services: Services, dataset_id: str, view: ViewState) -> ViewState:
    """Return the same view of another dataset of as many points: the next step of a training."""
    record = services.datasets.record(dataset_id)
    if services.datasets.record(view.dataset_id).n_points != record.n_points:
        return default_view(record)
    # The neighbors of a point are others after another step of training.
    rows = () if view.selected_point is not None else view.selected_rows
    return complete(replace(view, dataset_id=dataset_id, selected_rows=rows), record)


def opened_page(
    services: Services,
    view: ViewState | None,
    notice: dict[str, Any] | None = None,
    camera: Any = None,
    *,
    keep_camera: bool = False,
    query: str = "",
) -> dict[str, Any]:
    """Return what every control and the parts about the dataset are set to.

    Parameters
    ----------
    camera : from where the view is seen; None shows all
    keep_camera : if the dataset is on the screen already, its camera stays
    query : under which the address names the view, as long as nobody changes it
    """
    datasets = dataset_options(services.datasets.list())
    if view is None:
        controls, parts = _blank(services)
    else:
        controls = controls_of_view(view)
        record = services.datasets.record(view.dataset_id)
        parts = _page_parts(services, record, _projection(services, view))
    # Without anything to say, what another callback has just said stays.
    said = no_update if notice is None else notice
    event = {
        "event": secrets.token_hex(8),
        "dataset": view.dataset_id if view else None,
        "dimensionality": view.dimensionality if view else 3,
        "camera": camera,
        "keep": keep_camera,
        "query": query,
        "color_by": view.color_by if view else None,
    }
    page = {**parts, "datasets": datasets, "notice": said, "camera": camera, "restored": event}
    return {"controls": controls, "page": page}


def page_at_start(services: Services) -> dict[str, Any]:
    """Return what `opened_page` and `offers` need not tell a page that has just been loaded."""
    controls, parts = _blank(services)
    return {"controls": controls, "page": parts | {"camera": None}, "offers": offers(services)}


def news(told: Any, known: Any, parts: Grouping = WRITTEN) -> Any:
    """Return what is told without what the page knows: each value that is written has a cost."""
    if isinstance(parts, dict):
        return {name: news(told[name], known.get(name, ...), parts[name]) for name in parts}
    if not isinstance(parts[0], str):
        return tuple(map(news, told, known, parts))
    return no_update if told == known else told


def _blank(services: Services) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the controls and the parts of a page without a dataset."""
    controls = {**controls_of_view(ViewState(dataset_id="")), "dataset_id": None}
    return controls, _page_parts(services, None, None)


def _page_parts(
    services: Services, record: DatasetRecord | None, projection: ProjectionRecord | None
) -> dict[str, Any]:
    # PCA is always at hand; anything else was chosen.
    chosen = projection if projection and projection.method != "pca" else None
    parameters = projection.parameters if projection and not chosen else {}
    return {
        "info": record.to_json() if record else None,
        "normalize": bool(parameters.get("normalize")),
        "standardize": bool(parameters.get("standardize")),
        "method": tab_of(chosen) if chosen else "pca",
        "chosen": {chosen.rows or "": chosen.id} if chosen else {},
        "name": record.name if record else "",
        "remarks": build_remarks(record) if record else [],
        "empty": record is not None,
    }


def _projection(services: Services, view: ViewState) -> ProjectionRecord | None:
    """Return the view's projection; None when it is PCA with defaults, or not here any more."""
    if view.projection_id is None:
        return None
    try:
        record = services.projections.current(view.projection_id)
    except NotFoundError:
        return None
    return record if record.dataset == view.dataset_id else None
