"""A bookmark: a named, stored view state. A story: bookmarks in the order they are told."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any, Self

from data.errors import ParameterError
from data.view_state import ViewState

MAX_NAME = 200
MAX_NOTE = 10_000
MAX_AUTHOR = 100
MAX_STEPS = 500
# 120 random bits: who has not been given a link does not guess one.
ID_BYTES = 15

TEXTS = {"name": (1, MAX_NAME), "note": (0, MAX_NOTE), "author": (0, MAX_AUTHOR)}


@dataclass(frozen=True)
class Kept:
    """What bookmarks and stories have in common.

    Attributes
    ----------
    author : a name that a person has given; nobody checks it
    version : counts the changes; an edit names the one that it was made from
    place : records are listed by it, ascending
    """

    id: str
    name: str
    note: str = ""
    author: str = ""
    created_at: str = ""
    changed_at: str = ""
    version: int = 1
    place: float = 0.0

    def changed(self, changes: Mapping[str, Any]) -> Self:
        """Return the next version with some fields changed.

        Raises
        ------
        ParameterError
            If a field is not of this kind of record, or its value is not legal.
        """
        return replace(self, **self.checked(changes), version=self.version + 1, changed_at=now())

    @classmethod
    def checked(cls, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return fields that people may set, as they are kept; raises ParameterError."""
        return {name: _text(name, value) for name, value in given.items() if name in TEXTS}


@dataclass(frozen=True)
class Bookmark(Kept):
    """A named view of a dataset.

    Attributes
    ----------
    projection_id : whose coordinates the view shows, also where the view leaves it to the default
    """

    view: ViewState = field(default_factory=lambda: ViewState(""))
    projection_id: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return what the disk keeps."""
        return {**_plain(self), "dataset_id": self.view.dataset_id, "view": self.view.to_json()}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """Build from `to_json`; unknown keys are ignored."""
        known = _known(cls, record)
        return cls(**{**known, "view": ViewState.from_json(record["view"])})

    @classmethod
    def checked(cls, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return fields that people may set, as they are kept; raises ParameterError."""
        view = given.get("view")
        if view is None:
            return super().checked(given)
        if not isinstance(view, ViewState):
            view = ViewState.from_json(view)
        named = {k: str(v) for k, v in given.items() if k == "projection_id"}
        return {**super().checked(given), "view": view, **named}


@dataclass(frozen=True)
class Story(Kept):
    """Bookmarks to be walked through in order; their ids, which may be gone since."""

    steps: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return what the disk keeps."""
        return {**_plain(self), "steps": list(self.steps)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """Build from `to_json`; unknown keys are ignored."""
        return cls(**{**_known(cls, record), "steps": tuple(record["steps"])})

    @classmethod
    def checked(cls, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return fields that people may set, as they are kept; raises ParameterError."""
        checked = super().checked(given)
        if "steps" in given:
            checked["steps"] = _steps(given["steps"])
        return checked


def new_id(kind: str) -> str:
    """Return an id that nobody guesses, beginning with a letter for its kind."""
    return kind + base64.b32encode(secrets.token_bytes(ID_BYTES)).decode().lower()


def now() -> str:
    """Return this moment as records write it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _plain(record: Kept) -> dict[str, Any]:
    return {f.name: getattr(record, f.name) for f in fields(record)}


def _known(cls: type[Kept], record: Mapping[str, Any]) -> dict[str, Any]:
    return {f.name: record[f.name] for f in fields(cls) if f.name in record}


def _text(name: str, value: Any) -> str:
    low, high = TEXTS[name]
    if not isinstance(value, str) or not low <= len(value.strip()) <= high:
        raise ParameterError(f"{name} must be a text of {low} to {high:,} characters.")
    return value.strip()


def _steps(value: Any) -> tuple[str, ...]:
    if (
        not isinstance(value, list | tuple)
        or len(value) > MAX_STEPS
        or any(not isinstance(step, str) or len(step) > 100 for step in value)
    ):
        raise ParameterError(f"bookmarks must be a list of at most {MAX_STEPS} ids of bookmarks.")
    return tuple(value)
