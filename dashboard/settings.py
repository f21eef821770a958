"""The settings: one table that the command line and the environment read and the README shows.

Imports nothing heavy, so that `--help` and a mistyped option are answered at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from platformdirs import user_data_dir

from dashboard.values import read_switch, read_whole_number
from data.errors import ParameterError
from data.limits import Limits

Kind = Literal["number", "switch", "text", "folder", "texts", "folders", "files", "path", "address"]
LISTS = ("texts", "folders", "files")

ENVIRONMENT = "EMBEDDING_DASHBOARD_"
DEFAULT_DATA_DIR = Path(user_data_dir("embedding-dashboard", appauthor=False))


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
        return self.name in LIMIT_HELP

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


LIMIT_HELP = {
    "upload_bytes": "bytes of one upload, all of its files together",
    "max_points": "points of a dataset",
    "max_dims": "dimensions of a dataset",
    "metadata_columns": "columns of metadata",
    "metadata_cell_bytes": "bytes of one metadata cell",
    "sprite_pixels": "pixels of a sprite's side",
    "sprite_bytes": "bytes of a sprite's file",
    "parse_memory": "bytes of memory for reading an upload",
    "parse_seconds": "seconds for reading an upload",
    "max_neighbors": "neighbors of one question",
    "pattern_length": "characters of a search",
    "slots": "projections that compute at the same time; the others wait in a queue",
    "lease_seconds": "seconds without a sign of life after which a computing process counts as "
    "dead and its projection is resumed",
    "projection_memory": "bytes of memory that a projection may need by estimate",
    "projection_seconds": "seconds that a projection may take by estimate",
    "computed_bytes": "bytes of projections and neighbor graphs that are kept; beyond it go those "
    "unused for longest that nobody bookmarked or named and that can be computed again",
}
# Defaults that follow from the machine.
LIMIT_SHOWN = {"slots": "half of the cores", "projection_memory": "half of the memory"}

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "logdir",
        "folders",
        (),
        "log directory of training runs; may be given several times",
        shown="none",
    ),
    Setting(
        "data_dir",
        "folder",
        DEFAULT_DATA_DIR,
        "where datasets and projections are kept; created when missing",
        shown="the platform's user data directory",
    ),
    Setting("host", "text", "127.0.0.1", "address to listen on; 0.0.0.0 is the whole network"),
    Setting("port", "number", 8050, "port to listen on; 0 takes a free one", 0, 65_535),
    Setting("demo", "switch", True, "put the demo datasets into a new data directory"),
    Setting("open", "switch", False, "open the page in the browser once it can be reached"),
    Setting(
        "allowed_hosts",
        "texts",
        (),
        "further host names by which browsers may call this server, such as a proxy's",
        shown="none",
    ),
    Setting(
        "base_path",
        "path",
        "",
        "path below which the page is reached, such as /projector behind a proxy",
        shown="/",
    ),
    Setting(
        "public_url",
        "address",
        "",
        "address that links to share are made of, such as https://host.example/projector",
        shown="the page's own address",
    ),
    Setting(
        "bookmarks",
        "files",
        (),
        "files of bookmarks to open, ours or TensorBoard's; those known already stay as they are",
        shown="none",
    ),
    Setting("workers", "number", 2, "server processes", 1, 64),
    Setting("threads", "number", 16, "requests that one process answers at a time", 2, 256),
    *(
        Setting(
            f.name,
            "number",
            f.default,
            f"limit: {LIMIT_HELP[f.name]}",
            1,
            shown=LIMIT_SHOWN.get(f.name, ""),
        )
        for f in fields(Limits)
    ),
)


@dataclass(frozen=True)
class Settings(Limits):
    """The settings of one server; the limits are settings too, so they are inherited."""

    logdir: tuple[Path, ...] = ()
    data_dir: Path = DEFAULT_DATA_DIR
    host: str = "127.0.0.1"
    port: int = 8050
    demo: bool = True
    open: bool = False
    allowed_hosts: tuple[str, ...] = ()
    base_path: str = ""
    public_url: str = ""
    bookmarks: tuple[Path, ...] = ()
    workers: int = 2
    threads: int = 16

    def limits(self) -> Limits:
        """Return the part that reading and computing need."""
        return Limits(**{f.name: getattr(self, f.name) for f in fields(Limits)})

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the server."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host.lower() == "localhost"


def read_settings(given: Mapping[str, Any], environment: Mapping[str, str]) -> Settings:
    """Put settings together: the command line wins over the environment, that over the defaults.

    Parameters
    ----------
    given : setting name -> text, list of texts, or bool; what is missing was not given
    environment : usually os.environ

    Raises
    ------
    ParameterError
        If a value cannot be read or is out of range.
    """
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        if setting.name in given:
            values[setting.name] = _read(setting, given[setting.name], setting.option)
        elif setting.variable in environment:
            text = environment[setting.variable]
            parts: Any = text.split(",") if setting.kind in LISTS else text
            values[setting.name] = _read(setting, parts, setting.variable)
    return Settings(**values)


def settings_table() -> str:
    """Return the table as the README shows it."""
    lines = [f"| `{s.usage}` | `{s.variable}` | {s.shown_default} | {s.help} |" for s in SETTINGS]
    head = ["| option | environment variable | default | what |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *lines]) + "\n"


def _read(setting: Setting, value: Any, where: str) -> Any:
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
