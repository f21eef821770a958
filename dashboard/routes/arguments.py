"""Arguments of a request, read strictly: wrong ones are refused with the legal range."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from dashboard.values import read_switch, read_whole_number
from data.errors import ParameterError


def whole_number(name: str, low: int, high: int, default: int | None = None) -> int:
    """Return a whole number of the address.

    Raises
    ------
    ParameterError
        If it is missing and has no default, is no whole number, or is out of range.
    """
    given = request.args.get(name)
    if given is not None:
        return read_whole_number(name, given, low, high)
    if default is None:
        raise ParameterError(f"{name} is missing; it is a number from {low:,} to {high:,}.")
    return default


def whole_numbers(name: str, low: int, high: int) -> list[int] | None:
    """Return numbers separated by commas, or None when the address has none of this name."""
    given = request.args.get(name)
    if given is None:
        return None
    return [read_whole_number(name, part.strip(), low, high) for part in given.split(",")]


def one_of(name: str, choices: Collection[str], default: str) -> str:
    """Return one of a few words."""
    given = request.args.get(name, default)
    if given not in choices:
        raise ParameterError(f"{name} must be {' or '.join(choices)}, not {given[:60]!r}.")
    return given


def switch(name: str) -> bool:
    """Return whether a switch of the address is on; off when it is missing."""
    return read_switch(name, request.args.get(name, "0"))


def json_object(known: Collection[str] = ()) -> dict[str, Any]:
    """Return the JSON object of the body.

    Parameters
    ----------
    known : names it may have; none given, any

    Raises
    ------
    ParameterError
        If it is no object, or has a name that is not known.
    werkzeug.exceptions.HTTPException
        If the body is no JSON, or too large.
    """
    try:
        body = request.get_json()
    except RecursionError:
        raise BadRequest from None
    if not isinstance(body, dict):
        raise ParameterError("The body must be a JSON object.")
    unknown = [name for name in body if known and name not in known]
    if unknown:
        raise ParameterError(
            f"The body has an unknown name {unknown[0][:60]!r}.",
            hint=f"The names are: {', '.join(known)}.",
        )
    return body


def text_field(body: dict[str, Any], name: str) -> str:
    """Return a text of a JSON body that must be there."""
    value = body.get(name)
    if not isinstance(value, str):
        raise ParameterError(f"{name} must be a text, not {str(value)[:60]!r}.")
    return value


def optional_text(body: dict[str, Any], name: str) -> str:
    """Return a text of a JSON body; empty when it is missing."""
    return text_field(body, name) if body.get(name) is not None else ""
