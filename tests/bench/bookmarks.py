"""Saving and opening a bookmark of many selected rows, beside a bare synced file of its bytes."""

from __future__ import annotations

import http.client
import json
import os
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from callbacks.links import link_of_view
from data.parsing import ParseRequest, Source
from data.rows import encode_rows
from data.view_state import ViewState
from tests.bench.repeat import alternate
from tests.bench.stored import Stored
from tests.bench.table import Line

N_POINTS = 200_000
SIZES = (10_000, 100_000)
N_TIMES = 15
API = "/api/v1/bookmarks"
MAX_LINK = 1_800
ABOVE_MS = 30.0


def bookmarks(stored: Stored) -> Iterator[Line]:
    """Measure over HTTP; the floor writes the same bytes to a file and syncs it, or reads them."""
    with tempfile.TemporaryDirectory(dir=stored.services.data_dir) as folder:
        dataset = _many_points(stored, Path(folder))
        for n_rows in SIZES:
            yield from _of_rows(stored, dataset, n_rows, Path(folder))


def _of_rows(stored: Stored, dataset_id: str, n_rows: int, folder: Path) -> Iterator[Line]:
    chosen = np.random.default_rng(0).choice(N_POINTS, n_rows, replace=False)
    view = ViewState(dataset_id, selected_rows=tuple(sorted(chosen.tolist())))
    body = json.dumps({"name": "bench", "view": view.to_json()}).encode()
    saved = _call(stored, "POST", API, body)
    address = f"{API}/{saved['id']}"
    ways = {
        "save": partial(_call, stored, "POST", API, body),
        "write": partial(_write, folder / "floor", body),
        "open": partial(_call, stored, "GET", address),
        "read": (folder / "floor").read_bytes,
    }
    _write(folder / "floor", body)
    ms = {name: float(np.median(times)) * 1000 for name, times in alternate(ways, N_TIMES).items()}
    what = f"bookmark of {n_rows:,} rows"
    # What grows with the rows is said for both sizes, promised for the smaller.
    is_promised = n_rows == SIZES[0]
    for name, floor in (("save", "write"), ("open", "read")):
        target = f"<= bare + {ABOVE_MS:.0f} ms" if is_promised else ""
        met = ms[name] - ms[floor] <= ABOVE_MS if is_promised else None
        yield Line(f"{name} a {what}", ms[name], ms[floor], "ms", target, met)
    raw = len(encode_rows(chosen)) * 3 / 4
    link = len(link_of_view(stored.services, view))
    yield Line(f"link of a {what}", link, None, "bytes", f"<= {MAX_LINK:,}", link <= MAX_LINK)
    size = len(json.dumps(_call(stored, "GET", f"{address}/file")))
    yield Line(f"file of a {what}", size, raw, "bytes", "<= 1.5 x its rows", size <= 1.5 * raw)


def _many_points(stored: Stored, folder: Path) -> str:
    tensor = np.random.default_rng(1).standard_normal((N_POINTS, 3), np.float32)
    np.save(folder / "many.npy", tensor)
    request = ParseRequest(tensor=Source(folder / "many.npy", "many.npy"))
    return stored.services.datasets.add(request, name="Many").id


def _call(stored: Stored, method: str, path: str, body: bytes | None = None) -> Any:
    connection = http.client.HTTPConnection(urlsplit(stored.url).netloc, timeout=60)
    connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    assert answer.status < 300, (answer.status, content[:300])
    return json.loads(content)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
