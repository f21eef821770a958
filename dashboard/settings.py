"""The settings: one table that the command line and the environment read and the README shows.

Imports nothing heavy, so that `--help` and a mistyped option are answered at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from platformdirs import user_data_dir

from dashboard.setting import LISTS, Setting, read_value
from data.limits import Limits

DEFAULT_DATA_DIR = Path(user_data_dir("embedding-dashboard", appauthor=False))

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
            values[setting.name] = read_value(setting, given[setting.name], setting.option)
        elif setting.variable in environment:
            text = environment[setting.variable]
            parts: Any = text.split(",") if setting.kind in LISTS else text
            values[setting.name] = read_value(setting, parts, setting.variable)
    return Settings(**values)


def settings_table() -> str:
    """Return the table as the README shows it."""
    lines = [f"| `{s.usage}` | `{s.variable}` | {s.shown_default} | {s.help} |" for s in SETTINGS]
    head = ["| option | environment variable | default | what |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *lines]) + "\n"
