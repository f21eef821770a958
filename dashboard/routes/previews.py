"""Previews of what was uploaded, for the page itself. Not part of the public HTTP API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, send_file

from dashboard.parse_request import answered_metadata, answered_request
from dashboard.routes.arguments import json_object
from dashboard.routes.errors import answer_error
from data.dataset import DatasetRecord, label_column
from data.errors import ParameterError, ProjectorError
from data.parsing import MetadataRequest, Parsed, ParseRequest, Source
from data.readers.contract import Choice, Option
from data.services import Services
from data.stores.previews import Preview

PARTS = ("tensors", "metadata", "sprite")


def build_preview_routes(services: Services) -> Blueprint:
    """Return the routes below /page/previews; the page chooses the ids."""
    routes = Blueprint("previews", __name__, url_prefix="/page/previews/<preview_id>")
    previews = services.previews

    @routes.errorhandler(ProjectorError)
    def refuse(error: ProjectorError) -> Response:
        """Say also which file is wrong, and what else could be tried."""
        return answer_error(
            error, part=error.part, choices_left=[asdict(choice) for choice in error.choices_left]
        )

    @routes.put("")
    def read(preview_id: str) -> Response:
        """Read uploads as the answers say; nothing becomes a dataset."""
        body = json_object(("uploads", "answers", "dataset"))
        uploads, answers = _uploads(body), body.get("answers") or {}
        if not isinstance(answers, dict):
            raise ParameterError("answers must be an object.")
        dataset_id = body.get("dataset")
        if dataset_id is not None:
            services.datasets.record(str(dataset_id))

        def ask(files: Mapping[str, Source]) -> ParseRequest | MetadataRequest:
            if dataset_id is not None:
                return answered_metadata(files["metadata"], answers)
            return answered_request(files, answers, services.limits)

        return jsonify(_shown(previews.read(preview_id, uploads, ask, dataset_id)))

    @routes.get("/progress")
    def progress(preview_id: str) -> Response:
        return jsonify(previews.progress(preview_id))

    @routes.get("/thumbnails")
    def thumbnails(preview_id: str) -> Response:
        """The first picture of thumbnails, arranged as the preview says."""
        answer = send_file(previews.tile(preview_id), mimetype="image/png")
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @routes.post("/open")
    def open_preview(preview_id: str) -> tuple[Response, int]:
        """Make a dataset of what was read, or add metadata to the dataset it is for."""
        body = json_object(("name", "label_by", "keep_others"))
        preview = previews.get(preview_id)
        name, label_by = body.get("name") or "", body.get("label_by")
        columns = [column.name for column in preview.parsed.columns]
        if label_by is not None and label_by not in columns:
            raise ParameterError(f"There is no column {str(label_by)[:60]!r} to label by.")
        others = body.get("keep_others")
        if others is not None and not isinstance(others, bool):
            raise ParameterError("keep_others must be true or false.")
        record = previews.open(preview_id, name, label_by, others)
        return jsonify(record.to_json()), 201

    @routes.delete("")
    def cancel(preview_id: str) -> tuple[str, int]:
        previews.cancel(preview_id)
        return "", 204

    return routes


def _uploads(body: dict[str, Any]) -> dict[str, str]:
    """Return ids of uploads by part; what is needed must be there."""
    uploads = body.get("uploads")
    if not isinstance(uploads, dict) or not all(
        part in PARTS and isinstance(upload_id, str) for part, upload_id in uploads.items()
    ):
        raise ParameterError(f"uploads must hold ids by {', '.join(PARTS)}.")
    needed = "tensors" if body.get("dataset") is None else "metadata"
    if needed not in uploads:
        raise ParameterError(f"The upload of the {needed} is missing.")
    return uploads


def _shown(preview: Preview) -> dict[str, Any]:
    parsed = preview.parsed
    shown: dict[str, Any] = {
        "id": preview.id,
        "columns": [asdict(column) for column in parsed.columns],
        "first": asdict(parsed.first),
        "choices": [asdict(choice) for choice in parsed.choices],
        "warnings": parsed.warnings,
        "notes": parsed.notes,
    }
    if isinstance(parsed, Parsed):
        shown |= {
            "format": parsed.format,
            "dtype": parsed.dtype,
            "n_points": parsed.n_points,
            "n_dims": parsed.n_dims,
            "tiles": asdict(preview.tiles) if preview.tiles else None,
        }
        if parsed.columns:
            shown["choices"].append(asdict(_label(parsed)))
    else:
        shown["by_key"] = parsed.by_key
    return shown


def _label(parsed: Parsed) -> Choice:
    """Return the question which column names the points."""
    record = DatasetRecord("", "", parsed.n_points, parsed.n_dims, columns=parsed.columns)
    options = tuple(Option(column.name, column.kind) for column in parsed.columns)
    return Choice("label_by", "Label by", "one", label_column(record), options)
