"""Neighbors and search over HTTP, beside the bare computation on the same arrays."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

import numpy as np
import pyarrow.compute as pc

from data.neighbors import nearest_neighbors
from tests.bench.repeat import alternate, p95, timed
from tests.bench.stored import Stored
from tests.bench.table import Line

N_ROWS = 200
K = 100
ABOVE_MS = 10.0
N_SEARCHES = 60
PATTERNS = ("polit", "^a.*s$", "[0-9]{2}", "e")


class Connection:
    """A connection that stays open, as a browser's does."""

    def __init__(self, url: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)

    def get(self, path: str) -> bytes:
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        body = answer.read()
        assert answer.status == 200, (path, answer.status, body[:300])
        return body

    def get_json(self, path: str) -> Any:
        return json.loads(self.get(path))


def neighbors(stored: Stored) -> Iterator[Line]:
    """Compare with one float32 product, a partition and a sort on the same memory map."""
    dataset = stored.services.datasets.open(stored.images.id)
    tensor, exact_norms = dataset.tensor, dataset.squared_norms
    norms = np.sqrt(exact_norms).astype(np.float32)
    connection = Connection(stored.url)
    path = f"/api/v1/datasets/{stored.images.id}/neighbors?k={K}&row="
    rows = np.random.default_rng(0).choice(len(tensor), N_ROWS, replace=False).tolist()
    _check_agreement(
        connection.get_json(f"{path}{rows[0]}"), bare_neighbors(tensor, norms, rows[0])
    )
    times: dict[str, list[float]] = {"http": [], "ours": [], "bare": []}
    for row in rows:
        times["http"].append(timed(partial(connection.get_json, f"{path}{row}")))
        ask = partial(nearest_neighbors, tensor, row, K, "cosine", norms=exact_norms)
        times["ours"].append(timed(ask))
        times["bare"].append(timed(partial(bare_neighbors, tensor, norms, row)))
    # The first questions open memory maps and caches in each process.
    ms = {name: np.array(seconds[10:]) * 1000 for name, seconds in times.items()}
    for name, of in (("p50", np.median), ("p95", p95)):
        ours, floor = float(of(ms["http"])), float(of(ms["bare"]))
        met = ours - floor <= ABOVE_MS
        target = f"<= bare + {ABOVE_MS:.0f} ms"
        yield Line(f"{K} neighbors over HTTP, {name}", ours, floor, "ms", target, met)
    ours, floor = float(np.median(ms["ours"])), float(np.median(ms["bare"]))
    yield Line(f"{K} neighbors in process, p50", ours, floor, "ms")


def bare_neighbors(tensor: np.ndarray, norms: np.ndarray, row: int) -> np.ndarray:
    """Return the K rows of largest cosine, by float32 values alone."""
    cosine = (tensor @ tensor[row]) / norms
    cosine[row] = -np.inf
    nearest = np.argpartition(-cosine, K)[:K]
    order = np.argsort(-cosine[nearest], kind="stable")
    found: np.ndarray = nearest[order]
    return found


def _check_agreement(answer: Any, bare: np.ndarray) -> None:
    common = len(set(answer["rows"]) & set(bare.tolist()))
    assert common >= 0.98 * K, f"only {common} of {K} neighbors are those of the bare computation"


def search(stored: Stored) -> Iterator[Line]:
    """Compare with pyarrow's own search in the same column."""
    column = stored.words.columns[0].name
    texts = stored.services.datasets.open(stored.words.id).metadata.column(column)
    connection = Connection(stored.url)
    path = f"/api/v1/datasets/{stored.words.id}/search?column={quote(column)}&regex=1&text="

    def bare(pattern: str) -> np.ndarray:
        mask = pc.match_substring_regex(texts, pattern, ignore_case=True)
        return np.flatnonzero(mask.fill_null(False).to_numpy(zero_copy_only=False))

    for pattern in PATTERNS:
        assert connection.get_json(path + quote(pattern))["n_matches"] == len(bare(pattern))

    ways = {
        "http": lambda: [connection.get_json(path + quote(pattern)) for pattern in PATTERNS],
        "bare": lambda: [bare(pattern) for pattern in PATTERNS],
    }
    ms = {
        name: seconds * 1000 / len(PATTERNS)
        for name, seconds in alternate(ways, N_SEARCHES // len(PATTERNS)).items()
    }
    ours, floor = float(np.median(ms["http"])), float(np.median(ms["bare"]))
    met = ours - floor <= ABOVE_MS
    target = f"<= bare + {ABOVE_MS:.0f} ms"
    yield Line("search of 10,000 words over HTTP", ours, floor, "ms", target, met)
