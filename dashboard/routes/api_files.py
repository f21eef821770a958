"""What a dataset is made of, as files: tensor, metadata and sprite."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from flask import Blueprint, Response, request, send_file

from dashboard.routes.api_questions import check_column
from dashboard.routes.arguments import whole_numbers
from data.dataset import Dataset
from data.errors import NotFoundError
from data.services import Services

# What is under a content id never changes; private: shared caches know nothing of who may see it.
FOREVER = "private, max-age=31536000, immutable"
# Rows that are put together at a time, so that a large table is never held as one text.
ROWS_AT_ONCE = 20_000


def build_file_routes(services: Services) -> Blueprint:
    """Return the routes /tensor, /metadata and /sprite of a dataset."""
    routes = Blueprint("files", __name__, url_prefix="/api/v1/datasets/<dataset_id>")
    datasets = services.datasets

    @routes.get("/tensor")
    def tensor(dataset_id: str) -> Response:
        answer = send_file(
            datasets.tensor_path(dataset_id),
            mimetype="application/octet-stream",
            as_attachment=True,
            download_name=file_name(datasets.record(dataset_id).name, ".npy"),
            etag=dataset_id,
        )
        answer.headers["Cache-Control"] = FOREVER
        return answer

    @routes.get("/metadata")
    def metadata(dataset_id: str) -> Response:
        dataset = datasets.open(dataset_id)
        columns, rows = _columns(dataset), whole_numbers("rows", 0, dataset.record.n_points - 1)
        answer = Response(
            metadata_lines(dataset, columns, rows), mimetype="text/tab-separated-values"
        )
        name = file_name(dataset.record.name, ".metadata.tsv")
        answer.headers.set("Content-Disposition", "attachment", filename=name)
        return answer

    @routes.get("/sprite")
    def sprite(dataset_id: str) -> Response:
        path = datasets.sprite_path(dataset_id)
        answer = send_file(path, mimetype="image/png", etag=dataset_id)
        answer.headers["Cache-Control"] = FOREVER
        return answer

    return routes


def file_name(name: str, suffix: str) -> str:
    """Return a name for a download that every file system takes."""
    # A device name of Windows, such as CON, is harmless with a suffix in its way.
    plain = re.sub(r"[^\w.() -]+", "_", name).strip(" .")[:80]
    return (plain or "dataset") + suffix


def metadata_lines(
    dataset: Dataset, columns: Sequence[str], rows: Sequence[int] | None
) -> Iterator[str]:
    """Yield the text of a table, many lines at a time.

    Several columns have a header line. One column has none, which is how such files are read.
    """
    if len(columns) > 1:
        yield "\t".join(re.sub(r"[\t\r\n]+", " ", name) for name in columns) + "\n"
    chosen = np.arange(dataset.record.n_points) if rows is None else np.asarray(rows, np.int64)
    for start in range(0, len(chosen), ROWS_AT_ONCE):
        part = chosen[start : start + ROWS_AT_ONCE]
        cells = [_one_line(dataset.metadata.column(name).take(part)) for name in columns]
        yield "".join("\t".join(line) + "\n" for line in zip(*cells, strict=True))


def _one_line(column: pa.StringArray) -> list[str]:
    # A line end or tab inside a cell would shift all that follows.
    filled = cast("pa.StringArray", column.fill_null(""))
    return cast("list[str]", pc.replace_substring_regex(filled, r"[\t\r\n]+", " ").to_pylist())


def _columns(dataset: Dataset) -> list[str]:
    """Return the columns asked for: repeated or separated by commas; all when none is named."""
    if not dataset.record.columns:
        raise NotFoundError("This dataset has no metadata.")
    asked: list[str] = []
    for text in request.args.getlist("columns"):
        # A column's own name may hold a comma.
        whole = dataset.record.column(text) is not None
        asked += [check_column(dataset, name) for name in ([text] if whole else text.split(","))]
    return asked or dataset.metadata.names
