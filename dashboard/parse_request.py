"""What is asked to be read, from the texts of a form or of the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dashboard.values import read_names, read_size, read_switch, read_whole_number
from data.errors import ParameterError
from data.limits import Limits
from data.parsing import MetadataRequest, ParseRequest, ReadOptions, Source

FIELDS = ("sprite_size", "tensor", "columns", "n_dims", "drop_invalid_rows")


# What the page asks beyond the form: answers to the choices that readers state.
ANSWERS = (*FIELDS, "header", "metadata_header")
METADATA_ANSWERS = ("metadata_header", "key", "match")


def parse_request(
    files: Mapping[str, Source], fields: Mapping[str, list[str]], limits: Limits
) -> ParseRequest:
    """Build the request; ParameterError says which field is wrong.

    Parameters
    ----------
    files : `tensors`, and perhaps `metadata` and `sprite`
    fields : texts by the names in FIELDS, each usually once; empty ones count as missing
    """
    given = {name: values for name in FIELDS if any(values := fields.get(name, []))}
    for name, values in given.items():
        if len(values) > 1 and name != "columns":
            raise ParameterError(f"The field {name} was sent {len(values):,} times.")
    one = {name: values[0].strip() for name, values in given.items()}
    size, n_dims = one.get("sprite_size"), one.get("n_dims")
    return ParseRequest(
        tensor=files["tensors"],
        metadata=files.get("metadata"),
        sprite=files.get("sprite"),
        thumbnail=None if size is None else read_size("sprite_size", size, limits.sprite_pixels),
        options=ReadOptions(
            tensor=one.get("tensor"),
            columns=read_names(given.get("columns", [])) or None,
            n_dims=(
                None if n_dims is None else read_whole_number("n_dims", n_dims, 1, limits.max_dims)
            ),
            drop_invalid_rows=read_switch("drop_invalid_rows", one.get("drop_invalid_rows", "1")),
        ),
    )


def answered_request(
    files: Mapping[str, Source], answers: Mapping[str, Any], limits: Limits
) -> ParseRequest:
    """Build the request of a preview.

    Parameters
    ----------
    files : as in `parse_request`
    answers : JSON values by the names in ANSWERS; null counts as missing
    """
    _check_answers(answers, ANSWERS)
    texts = {
        name: [_text(name, value)]
        for name, value in answers.items()
        if name in FIELDS and name != "columns" and value is not None
    }
    request = parse_request(files, texts, limits)
    options = replace(
        request.options, columns=_names(answers.get("columns")), header=_flag(answers, "header")
    )
    return replace(request, options=options, metadata_header=_flag(answers, "metadata_header"))


def answered_metadata(source: Source, answers: Mapping[str, Any]) -> MetadataRequest:
    """Build the request of metadata for points that are there."""
    _check_answers(answers, METADATA_ANSWERS)
    key, match = answers.get("key"), answers.get("match")
    return MetadataRequest(
        source,
        _flag(answers, "metadata_header"),
        None if key is None else _text("key", key),
        "" if match is None else _text("match", match),
    )


def _check_answers(answers: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for name in answers:
        if name not in known:
            raise ParameterError(f"There is no choice {str(name)[:60]!r}.")


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, str | int):
        return str(value)
    raise ParameterError(f"{name} must be a text or a number, not {str(value)[:60]!r}.")


def _flag(answers: Mapping[str, Any], name: str) -> bool | None:
    value = answers.get(name)
    if value is not None and not isinstance(value, bool):
        raise ParameterError(f"{name} must be true or false, not {str(value)[:60]!r}.")
    return value


def _names(value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ParameterError("columns must be a list of names.")
    return tuple(value)
