"""Opening a view from a link or a choice, and keeping the address bar up to date."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import dash
from dash import ClientsideFunction, Input, Output, State, ctx
from dash.exceptions import PreventUpdate

from callbacks.arguments import content
from callbacks.bringing_back import way_back
from callbacks.errors import sentence, show_error
from callbacks.offers import OFFERED, offers
from callbacks.opened_page import (
    PAGE,
    default_view,
    first_view,
    kept_view,
    news,
    opened_page,
    page_at_start,
)
from callbacks.saved_views import complete, complete_view, view_of_address
from dashboard import ids
from dashboard.controls import bind, bind_all, view_of_controls
from data.errors import ProjectorError, StorageError
from data.links import MAX_LINK, link_text
from data.services import Services
from data.view_state import Camera, ViewState, check_rows

NO_LINK = "?"


def register(app: dash.Dash, services: Services) -> None:
    """Register the join of all controls and the restore from a link."""

    @app.callback(
        output={
            "controls": bind_all(_another),
            "page": {**bind(PAGE, Output), "notice": _another(ids.NOTICE, "data")},
            "offers": bind(OFFERED, _another),
        },
        inputs={
            "address": Input(ids.LOCATION, "search"),
            "chosen": Input(ids.DATASET, "value"),
            "opened": Input(ids.OPENED, "data"),
            "info": State(ids.DATASET_INFO, "data"),
            "state": State(ids.VIEW_STATE, "data"),
            "camera": State(ids.CAMERA, "data"),
            "tag_column": State(ids.TAG_COLUMN, "value"),
        },
        prevent_initial_call="initial_duplicate",
    )
    def open_view(tag_column: Any, info: Any, **asked: Any) -> dict[str, Any]:
        opened = opened_by(services, ctx.triggered_id, info=info, **asked)
        found = {**opened, "offers": offers(services, opened["page"]["info"], tag_column)}
        is_start = ctx.triggered_id == ids.LOCATION and not info
        return news(found, page_at_start(services)) if is_start else found

    @app.callback(
        Output(ids.VIEW_STATE, "data"),
        Output(ids.LINK, "data"),
        inputs={"values": bind_all(Input)},
        prevent_initial_call=True,
    )
    def join(values: dict[str, Any]) -> tuple[Any, str]:
        view = view_of_controls(values)
        return (view.to_json(), told_link(services, view)) if view else (None, NO_LINK)

    app.clientside_callback(
        ClientsideFunction("projector", "writeAddress"),
        Input(ids.LINK, "data"),
        Input(ids.CAMERA, "data"),
        State(ids.VIEW_STATE, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("projector", "restoreView"),
        Input(ids.RESTORED, "data"),
        prevent_initial_call=True,
    )


def _another(component: str, name: str) -> Output:
    return Output(component, name, allow_duplicate=True)


def opened_by(
    services: Services,
    trigger: Any,
    *,
    address: Any,
    chosen: Any,
    opened: Any,
    info: Any,
    state: Any,
    camera: Any,
) -> dict[str, Any]:
    """Open what a person has chosen, what a script asks for, or what the address names."""
    if trigger == ids.DATASET and chosen:
        if content(info).get("id") == chosen:
            # Not a person's choice but what this callback itself has just written.
            raise PreventUpdate
        return opened_page(services, default_view(services.datasets.record(str(chosen))))
    # At the start of a page everything counts as changed; then the address decides.
    if trigger == ids.OPENED and opened:
        return opened_event(services, content(opened), state, camera)
    if address is None:
        # The browser has not told its address yet; it will in a moment.
        raise PreventUpdate
    return opened_address(services, str(address))


def link_of_view(services: Services, view: ViewState) -> str:
    """Return the query of a view's address; what is too long for one is stored."""
    text = link_text(view)
    return f"?view={text}" if len(text) <= MAX_LINK else f"?saved={services.views.save(view)}"


def told_link(services: Services, view: ViewState) -> str:
    """Return the link of a view; on a full disk the page goes on without one, and says so."""
    try:
        return link_of_view(services, view)
    except StorageError as error:
        show_error(error)
        return NO_LINK


def opened_event(
    services: Services, event: dict[str, Any], state: Any, camera: Any
) -> dict[str, Any]:
    """Open what a script asks for: a dataset, an address, a view of before, a step of a run."""
    if "address" in event:
        return opened_address(services, str(event["address"]))
    if "view" in event:
        view = ViewState.from_json(event["view"])
        record = services.datasets.record(view.dataset_id)
        shown = complete(check_rows(view, record.n_points), record)
        return opened_page(services, shown, keep_camera=True)
    if event.get("keep") and state:
        view = kept_view(services, str(event.get("id")), ViewState.from_json(state))
        return opened_page(services, view, camera=camera, keep_camera=True)
    return opened_page(services, first_view(services, event.get("id"), event.get("label")))


def opened_address(services: Services, address: str) -> dict[str, Any]:
    """Open what an address holds; what is gone is said, and what is left is opened."""
    try:
        found = view_of_address(services, address)
        view = complete_view(services, found.view) if found else first_view(services)
    except ProjectorError as error:
        said = {"kind": "error", "text": sentence(error), **way_back(services, address)}
        return opened_page(services, first_view(services), said)
    if found is None:
        return opened_page(services, view)
    plain = camera_of_address(address) or plotly_camera(found.view.camera)
    notice = {"kind": "error", "text": found.notice} if found.notice else None
    return opened_page(services, view, notice, camera=plain, query=found.query)


def plotly_camera(camera: Camera | None) -> dict[str, Any] | None:
    """Return a camera as scripts and Plotly write it."""
    if camera is None:
        return None
    return {
        part: dict(zip("xyz", getattr(camera, part), strict=True))
        for part in ("eye", "center", "up")
    }


def camera_of_address(address: str) -> dict[str, Any] | None:
    """Return the camera of an address: nine numbers for eye, center and up."""
    try:
        parts = [float(part) for part in parse_qs(address[1:])["camera"][0].split(",")]
        names = ("eye", "center", "up")
        vectors = [dict(zip("xyz", parts[i : i + 3], strict=True)) for i in (0, 3, 6)]
        return dict(zip(names, vectors, strict=True))
    except (KeyError, ValueError):
        return None
