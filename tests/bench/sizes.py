"""Bytes of answers beside the bytes that they must carry."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import numpy as np

from tests.bench.questions import Connection, K
from tests.bench.stored import Stored
from tests.bench.table import Line

MOST = 1.5


def sizes(stored: Stored) -> Iterator[Line]:
    """Compare with float32 coordinates, the smallest integers for classes, and rows + distances."""
    record, connection = stored.images, Connection(stored.url)
    projection = stored.services.projections.request(record.id)
    path = f"/api/v1/projections/{projection.id}/coordinates?components=0,1,2"
    yield _line("coordinates, 3 components", connection.get(path), record.n_points * 3 * 4)

    dataset, column = stored.services.datasets.open(record.id), record.columns[0].name
    codes = dataset.metadata.classes(column)[1]
    page = f"/page/datasets/{record.id}/{record.metadata_revision}"
    carried = record.n_points * np.min_scalar_type(int(codes.max())).itemsize
    yield _line(
        "colors, classes", connection.get(f"{page}/classes?column={quote(column)}"), carried
    )
    body = connection.get(f"{page}/numbers?column={quote(column)}")
    yield _line("colors, numbers", body, record.n_points * 4)

    body = connection.get(f"/api/v1/datasets/{record.id}/neighbors?row=0&k={K}")
    yield Line(f"{K} neighbors, JSON", len(body), K * (4 + 4), "bytes")


def _line(what: str, body: bytes, carried: int) -> Line:
    met = len(body) <= MOST * carried
    return Line(what, len(body), carried, "bytes", f"<= {MOST} x what it carries", met)
