"""Long projections: Run, and the choice among those that there are."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import dash
from dash import ClientsideFunction, DiskcacheManager, Input, Output, State, no_update, set_props
from diskcache import Cache

from callbacks.arguments import content, isolation_steps, opened_dataset, shown_rows, text
from callbacks.parameters import asked_parameters, controls
from callbacks.refilling import asked_of
from dashboard import ids
from data.projection import FINISHED, ProjectionRecord
from data.projections.methods import METHODS
from data.rows import encode_rows
from data.services import Services
from data.workers.processes import import_ahead
from data.workers.worker import work

# Dash only waits for the end of the process here; the page follows the job's own record.
POLL_MILLISECONDS = 5_000
# A result is read once, by the page that waits for it, or never.
RESULT_SECONDS = 3_600


class JobManager(DiskcacheManager):
    """Dash's long callbacks, for jobs that belong to everyone.

    Dash ends a process when the page that started it starts another or has its result. A job goes
    on until its own record says otherwise, so nothing here may kill it.
    """

    def terminate_job(self, job: Any) -> None:
        """Leave the process alone."""


def register(app: dash.Dash, services: Services) -> None:
    """Register Run and what is around it."""

    @app.callback(
        inputs={
            "clicks": Input(ids.RUN_METHOD, "n_clicks"),
            "method": State(ids.METHOD, "value"),
            "info": State(ids.DATASET_INFO, "data"),
            "isolation": State(ids.ISOLATION, "data"),
            "author": State(ids.AUTHOR, "value"),
            "values": controls(State),
        },
        prevent_initial_call=True,
    )
    def run(clicks: Any, method: Any, info: Any, isolation: Any, author: Any, values: Any) -> None:
        dataset = opened_dataset(services, info)
        if dataset is None or not clicks or text(method) not in METHODS:
            return
        given = asked_parameters(method, values)
        chosen, started = asked(services, dataset.record.id, isolation, author, method, given)
        # Were these outputs, what they trigger would also run when the page opens.
        # What was asked for is in the form already, where it may be changed meanwhile.
        record = services.projections.record(chosen["id"])
        set_props(ids.REFILLED, {"data": asked_of(record.to_json())})
        set_props(ids.PROJECTION_CHOSEN, {"data": chosen})
        if started:
            set_props(ids.JOB_STARTED, {"data": started})

    manager = _manager(services)
    app.callback(
        Output(ids.JOB_ENDED, "data"),
        Input(ids.JOB_STARTED, "data"),
        background=True,
        manager=manager,
        interval=POLL_MILLISECONDS,
        prevent_initial_call=True,
    )(_computing(str(services.data_dir)))
    # Dash keeps every manager, and gives all of them the functions of every later application:
    # ours would compute in the data directory of another, and its files would stay open.
    JobManager.managers.remove(manager)

    @app.callback(
        Output(ids.CHOSEN, "data", allow_duplicate=True),
        Output(ids.METHOD, "value", allow_duplicate=True),
        Output(ids.ISOLATION, "data", allow_duplicate=True),
        Output(ids.DIMENSIONALITY, "value", allow_duplicate=True),
        Output(ids.NORMALIZE, "checked", allow_duplicate=True),
        Output(ids.STANDARDIZE, "checked", allow_duplicate=True),
        Input(ids.PROJECTION_CHOSEN, "data"),
        State(ids.CHOSEN, "data"),
        State(ids.ISOLATION, "data"),
        State(ids.DATASET_INFO, "data"),
        prevent_initial_call=True,
    )
    def choose(event: Any, chosen: Any, isolation: Any, info: Any) -> tuple[Any, ...]:
        if not event:
            # At the start of a page everything counts as changed.
            return (no_update,) * 6
        record = services.projections.record(str(content(event).get("id")))
        if record.dataset != content(info).get("id"):
            return (no_update,) * 6
        return shown_choice(record, content(chosen), isolation_steps(isolation))

    app.clientside_callback(
        ClientsideFunction("projector", "compareMaps"),
        Input(ids.DATASET_INFO, "data"),
        Input(ids.PROJECTION, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("projector", "follow"),
        Input(ids.PROJECTION, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("projector", "listProjections"),
        Input(ids.DATASET_INFO, "data"),
        Input(ids.METHOD, "value"),
        Input(ids.PROJECTION_ID, "data"),
        Input(ids.JOB_ENDED, "data"),
        prevent_initial_call=True,
    )


def asked(
    services: Services,
    dataset_id: str,
    isolation: Any,
    author: Any,
    method: str,
    given: dict[str, Any],
) -> tuple[dict[str, str], dict[str, str] | None]:
    """Ask for a projection; returns the choice of it, and the job that needs a process."""
    record = services.projections.request(
        dataset_id,
        method,
        given,
        shown_rows(isolation),
        text(author).strip(),
        start=False,
    )
    # Dash finds results by arguments: the nonce keeps those of two people apart.
    nonce = secrets.token_hex(8)
    event = {"id": record.id, "event": nonce}
    return event, None if record.state in FINISHED else {"id": record.id, "nonce": nonce}


def shown_choice(
    record: ProjectionRecord, chosen: dict[str, Any], isolation: list[Any]
) -> tuple[Any, ...]:
    """Return the choice, method, isolation, dimensions and switches that show a projection."""
    steps = isolation
    if (record.rows or None) != (steps[-1] if steps else None):
        steps = [record.rows] if record.rows else []
    isolated = no_update if steps == isolation else steps
    if record.method == "pca":
        # It is always at hand: its switches alone say which one is shown.
        switches = (record.parameters["normalize"], record.parameters["standardize"])
        return no_update, "pca", isolated, no_update, *switches
    dimensionality = "2" if record.n_components == 2 else "3"
    choice = {**chosen, record.rows or "": record.id}
    return choice, tab_of(record), isolated, dimensionality, no_update, no_update


def tab_of(record: ProjectionRecord) -> str:
    """Return the tab under which a projection belongs; what came with a file is as it is."""
    return record.method if record.method in METHODS else "columns"


def chosen_key(isolation: Any) -> str:
    """Return under which name the choice for the shown rows is kept; empty for all rows."""
    rows = shown_rows(isolation)
    return "" if rows is None else encode_rows(rows)


def _computing(data_dir: str) -> Callable[[Any], Any]:
    """Return the long callback: it carries the name of a directory, and nothing of the page."""

    def compute(started: Any) -> Any:
        work(data_dir, str(content(started).get("id")))
        return started

    return compute


def _manager(services: Services) -> DiskcacheManager:
    """Return what starts long callbacks, in processes that inherit nothing from this one."""
    import multiprocess

    # Stock multiprocessing would fork the web process: its sockets, locks and threads.
    multiprocess.set_start_method("forkserver", force=True)
    import_ahead(__name__)
    cache = Cache(str(services.projections.jobs.directory / "calls"), sqlite_mmap_size=0)
    manager: DiskcacheManager = JobManager(cache, expire=RESULT_SECONDS)  # type: ignore[no-untyped-call]
    return manager
