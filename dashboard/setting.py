"""One setting: how it is called where people set it, and how its value is read."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from dashboard.values import read_switch, read_whole_number
from data.errors import ParameterError
from data.limits import Limits

Kind = Literal["number", "switch", "text", "folder", "texts", "folders", "files", "path", "address"]
LISTS = ("texts", "folders", "files")

ENVIRONMENT = "EMBEDDING_DASHBOARD_"
LIMITS = frozenset(field.name for field in fields(Limits))


@dataclass(frozen=True)
class Setting:
    """One line of the table.

    Attributes
    ----------
    kind : how a value is read; `texts`, `folders` and `files` are lists (an option that may be
        repeated, commas in the environment); a `path` is a prefix of addresses
    low, high : legal range of a number, both ends included
    shown : what stands for the default where people read it
    """

    name: str
    kind: Kind
    default: Any
    help: str
    low: int = 0
    high: int = 2**40
    shown: str = ""

    @property
    def option(self) -> str:
        """The option of the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """The environment variable."""
        return ENVIRONMENT + self.name.upper()

    @property
    def is_limit(self) -> bool:
        """Whether it is one of data.limits."""
        return self.name in LIMITS

    @property
    def placeholder(self) -> str:
        """What stands for the value in a usage line."""
        words = {
            "number": "N",
            "folder": "DIR",
            "folders": "DIR",
            "files": "FILE ...",
            "path": "/PATH",
            "address": "URL",
            "switch": "",
        }
        return words.get(self.kind, "NAME")

    @property
    def usage(self) -> str:
        """The option as it is typed; a switch that is on is typed to turn it off."""
        if self.kind == "switch" and self.default:
            return self.option.replace("--", "--no-", 1)
        return f"{self.option} {self.placeholder}".rstrip()

    @property
    def shown_default(self) -> str:
        """The default as people read it."""
        if isinstance(self.default, bool):
            return "yes" if self.default else "no"
        return self.shown or (f"{self.default:,}" if self.is_limit else str(self.default))


def read_value(setting: Setting, value: Any, where: str) -> Any:
    """Return the value of a setting.

    Parameters
    ----------
    value : text, list of texts, or bool, as it was given
    where : what it was given to, for messages

    Raises
    ------
    ParameterError
        If it cannot be read or is out of range.
    """
    if setting.kind == "texts":
        return tuple(part.strip() for text in value for part in text.split(",") if part.strip())
    if setting.kind in ("folders", "files"):
        return tuple(Path(text) for text in value if text)
    if setting.kind == "switch":
        return value if isinstance(value, bool) else read_switch(where, value)
    if setting.kind == "number":
        return read_whole_number(where, value.strip(), setting.low, setting.high)
    if not value.strip():
        raise ParameterError(f"{where} must not be empty.")
    if setting.kind in _CHECKED:
        return _CHECKED[setting.kind](where, value.strip())
    return Path(value) if setting.kind == "folder" else value.strip()


def _base_path(where: str, text: str) -> str:
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*/?", text):
        raise ParameterError(f"{where} must be a path such as /projector, not {text[:60]!r}.")
    return text.rstrip("/")


def _address(where: str, text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ParameterError(
            f"{where} must be an address such as https://host.example/projector, not {text[:60]!r}."
        )
    return text.rstrip("/")


_CHECKED = {"path": _base_path, "address": _address}
