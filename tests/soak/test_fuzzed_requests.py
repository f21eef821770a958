"""Requests with wrong values and wrong types: refused in a sentence, never a failure of ours."""

from __future__ import annotations

import collections
import copy
import json
import logging
import random
from typing import Any
from urllib.parse import quote

import pytest

from tests.running_server import REPOSITORY

pytestmark = pytest.mark.soak

N_ADDRESSES = 6_000
N_BODIES = 6_000
N_CALLBACKS = 8_000
SHOWN = 40

TEXTS = (
    *("", " ", "0", "1", "-1", "100", "1e3", "1.0", "nan", "inf", "9" * 30, "0x10", "١", "²", "½"),
    *("true", "yes", "on", "None", "null", "[]", "{}", "(", "[", "a{2,1}", "\\", "(?P<", "é", "\0"),
    *("group", "word", "size", "cosine", "euclidean", "COSINE", "../../etc/passwd", "a" * 600),
    *("0,1,2", "0,1,", ",", "2,1,0", "0,99", "\ud7ff\uffff", "👁", "%00", "\r\nX: y", "a;b", "-0"),
    *("pca", "tsne", "AAAA", "____", "data", "_all", "__class__"),
)
VALUES = (
    *TEXTS,
    *(None, True, False, 0, 1, -1, 7, 59, 60, 10**30, 1.5, -0.0, 1e308, 1e-320),
    *([], {}, [[]], [None], {"id": "x"}, {"row": 3}, {"row": "3"}, {"row": -1}, {"text": 5}),
    *(["AAAA"], [3], [["AAAA"]], {"text": "word"}, [0, 1, 2], "2", "3", {"a": {"b": [1]}}),
)
PATHS = {
    "neighbors": ("row", "k", "metric"),
    "search": ("text", "column", "regex", "case", "limit"),
    "metadata": ("columns", "rows"),
    "tensor": ("x",),
    "sprite": ("x",),
    "": ("x",),
}


class Unforeseen(logging.Handler):
    """Counts what the server logs as unforeseen, with the first request that caused it."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.request: Any = None
        self.broken: list[Any] = []
        self.causes: collections.Counter[str] = collections.Counter()
        self.first: dict[str, Any] = {}

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        last = error.__traceback__ if error else None
        while last and last.tb_next:
            last = last.tb_next
        code = last.tb_frame.f_code if last else None
        ours = _last_of_ours(error)
        where = f"{code.co_filename.rsplit('/', 1)[-1]}:{last.tb_lineno}" if code and last else ""
        cause = f"{type(error).__name__}: {str(error)[:90]} at {where}, from {ours}"
        key = f"{type(error).__name__} from {ours}"
        self.causes[key] += 1
        self.first.setdefault(key, (cause, copy.deepcopy(self.request)))

    def report(self) -> str:
        lines = [
            f"{n} x {self.first[key][0]}\n    {_short(self.first[key][1])}"
            for key, n in self.causes.most_common(SHOWN)
        ]
        return "\n".join(lines)


def _last_of_ours(error: BaseException | None) -> str:
    place, step = "?", error.__traceback__ if error else None
    while step:
        name = step.tb_frame.f_code.co_filename
        if name.startswith(str(REPOSITORY)) and "site-packages" not in name:
            place = f"{name.rsplit('/', 1)[-1]}:{step.tb_lineno}"
        step = step.tb_next
    return place


def _short(request: Any) -> str:
    return repr(request)[:160]


@pytest.fixture
def unforeseen(app):
    """Everything that our code logs as an error while the test runs."""
    handler = Unforeseen()
    names = ("dashboard", "callbacks", "data", app.server.name)
    loggers = [logging.getLogger(name) for name in names]
    for logger in loggers:
        logger.addHandler(handler)
        # Thousands of tracebacks would hide the report.
        logger.propagate = False
    yield handler
    for logger in loggers:
        logger.removeHandler(handler)
        logger.propagate = True


def check(response, unforeseen) -> int:
    status: int = response.status_code
    if status >= 500:
        unforeseen.broken.append(unforeseen.request)
    elif status >= 400:
        assert set(response.get_json()["error"]) >= {"code", "message", "hint"}
    response.close()
    return status


def conclude(name, statuses, unforeseen, capsys) -> None:
    """Fail when a status of 500 was seen; print what a callback answered only with a log id."""
    with capsys.disabled():
        print(f"\n{name}: {dict(sorted(statuses.items()))}")
        if unforeseen.causes:
            n = unforeseen.causes.total()
            print(f"{n} were not foreseen (a log id):\n{unforeseen.report()}")
    examples = "\n".join(repr(request)[:1_000] for request in unforeseen.broken[:5])
    assert not unforeseen.broken, f"{len(unforeseen.broken)} answers of status 500:\n{examples}"


def test_addresses_with_wrong_parameters(client, services, small, unforeseen, capsys):
    chance, statuses = random.Random(0), collections.Counter()
    projection = services.projections.request(small.id).id
    for _ in range(N_ADDRESSES):
        if chance.random() < 0.2:
            path, names = f"/api/v1/projections/{projection}/coordinates", ("components",)
        elif chance.random() < 0.2:
            what = chance.choice(("classes", "numbers", "points/3", "points/60", "points/x"))
            path, names = (
                f"/page/datasets/{small.id}/{chance.choice((0, 0, 1))}/{what}",
                ("column",),
            )
        else:
            part = chance.choice(list(PATHS))
            path, names = f"/api/v1/datasets/{small.id}/{part}".rstrip("/"), PATHS[part]
        address = f"{path}?{_query(names, chance)}"
        unforeseen.request = address
        statuses[check(client.get(address), unforeseen)] += 1
    conclude("addresses", statuses, unforeseen, capsys)


def _query(names: tuple[str, ...], chance: random.Random) -> str:
    good = {"row": "3", "k": "5", "text": "word", "column": "word", "components": "0,1"}
    given = []
    for name in names:
        for _ in range(chance.choice((0, 1, 1, 1, 2))):
            text = good.get(name, "1") if chance.random() < 0.5 else chance.choice(TEXTS)
            # Some of them as bytes that are no UTF-8.
            given.append(f"{name}={quote(text) if chance.random() < 0.95 else '%ff%fe'}")
    return "&".join(given)


def test_bodies_with_wrong_types(client, services, small, unforeseen, capsys):
    chance, statuses = random.Random(0), collections.Counter()
    projection = services.projections.request(small.id).id
    requests = (
        ("PATCH", f"/api/v1/datasets/{small.id}", {"name": "Small"}),
        ("PATCH", f"/api/v1/projections/{projection}", {"name": "mine"}),
        (
            "POST",
            "/api/v1/projections",
            {
                "dataset": small.id,
                "method": "pca",
                "rows": "AAAA",
                "parameters": {"n_components": 3, "normalize": True, "standardize": False},
            },
        ),
    )
    for _ in range(N_BODIES):
        method, address, body = chance.choice(requests)
        sent = distorted(body, chance)
        unforeseen.request = (method, address, sent)
        statuses[check(client.open(address, method=method, json=sent), unforeseen)] += 1
    for raw in (b"", b"{", b"[" * 100_000, b"\xff", b"nan", b'{"a":' * 5_000, b"1e9999", b"null"):
        unforeseen.request = raw
        for method, address, _ in requests:
            sent = client.open(address, method=method, data=raw, content_type="application/json")
            statuses[check(sent, unforeseen)] += 1
    conclude("bodies", statuses, unforeseen, capsys)


def test_callbacks_with_wrong_types(client, services, small, unforeseen, capsys):
    chance, statuses = random.Random(0), collections.Counter()
    known = client.get("/_dash-dependencies").get_json()
    callbacks = [one for one in known if not one.get("clientside_function")]
    info = services.datasets.list()[0].to_json()
    for _ in range(N_CALLBACKS):
        body = _callback_body(chance.choice(callbacks), info, chance)
        if chance.random() < 0.15:
            body = distorted(body, chance)
        unforeseen.request = body
        statuses[check(client.post("/_dash-update-component", json=body), unforeseen)] += 1
        if not services.datasets.list():
            services.datasets.restore(small.id)
    conclude("callbacks", statuses, unforeseen, capsys)


def _callback_body(callback: dict[str, Any], info: dict[str, Any], chance: random.Random) -> Any:
    """Return what a page sends, with some of the values wrong."""
    inputs, state = (
        [{**one, "value": _value(one["id"], info, chance)} for one in callback[part]]
        for part in ("inputs", "state")
    )
    output = callback["output"]
    # One that sets what it sets by itself has a name in place of outputs.
    named = [] if callback["no_output"] else output.strip(".").split("...")
    outputs = [dict(zip(("id", "property"), part.rsplit(".", 1), strict=True)) for part in named]
    changed = chance.sample(inputs, min(len(inputs), chance.choice((1, 1, 1, 0, 2))))
    return {
        "output": output,
        "outputs": outputs[0] if outputs and not output.startswith("..") else outputs,
        "inputs": inputs,
        "state": state,
        "changedPropIds": [f"{one['id']}.{one['property']}" for one in changed],
    }


def _value(id: str, info: dict[str, Any], chance: random.Random) -> Any:
    """Return what stands in a control; wrong in one of four cases."""
    if chance.random() < 0.25:
        return chance.choice(VALUES)
    good = {
        "dataset": info["id"],
        "dataset-info": info,
        "metric": "cosine",
        "n-neighbors": 5,
        "dimensionality": "3",
        "component-x": "0",
        "component-y": "1",
        "component-z": "2",
        "label-by": "word",
        "color-by": "group",
        "color-kind": "auto",
        "search": "word 1",
        "search-column": "word",
        "point-clicked": {"row": 3},
        "search-committed": {"text": "word 2"},
        "selected-point": 3,
        "selected-rows": "AAAA",
        "isolation": chance.choice((None, [], ["AAAA"])),
        "thumbnails": True,
        "point-size": 1,
        "label-mode": "selection",
        "projection": {"explained_variance_ratio": [0.5, 0.5]},
    }
    return copy.deepcopy(good.get(id))


def distorted(value: Any, chance: random.Random) -> Any:
    """Return JSON in which one place holds something else, is missing, or is one too many."""
    if not isinstance(value, dict | list) or not value or chance.random() < 0.1:
        return copy.deepcopy(chance.choice(VALUES))
    changed = copy.copy(value)
    key = (
        chance.choice(list(changed))
        if isinstance(changed, dict)
        else chance.randrange(len(changed))
    )
    way = chance.random()
    if way < 0.15:
        del changed[key]
    elif way < 0.2 and isinstance(changed, dict):
        changed[chance.choice(TEXTS)] = chance.choice(VALUES)
    elif way < 0.2:
        changed.append(chance.choice(VALUES))
    else:
        changed[key] = distorted(changed[key], chance)
    return json.loads(json.dumps(changed))
