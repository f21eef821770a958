"""The file by which a training program says what it wrote: projector_config.pbtxt, or as JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from data.errors import LimitError, ReadError
from data.readers.text_format import Field, Value, Word, parse_fields

NAMES = ("projector_config.pbtxt", "*projector_config*.json")
# 10,000 entries are 3 MB; a job that adds a step every minute needs a week for them.
MAX_BYTES = 4 * 1024**2
MAX_ENTRIES = 10_000

Kind = Literal["text", "numbers", "message"]
# Names as in TensorBoard's projector_config.proto; its JSON form writes them in camelCase.
CONFIG: dict[str, Kind] = {
    "model_checkpoint_path": "text",
    "model_checkpoint_dir": "text",
    "embeddings": "message",
}
ENTRY: dict[str, Kind] = {
    "tensor_name": "text",
    "tensor_path": "text",
    "tensor_shape": "numbers",
    "metadata_path": "text",
    "bookmarks_path": "text",
    "sprite": "message",
}
SPRITE: dict[str, Kind] = {"image_path": "text", "single_image_dim": "numbers"}
WANTED = {
    "text": "a text in quotes",
    "numbers": "a whole number that is not negative",
    "message": "a message in braces",
}


@dataclass(frozen=True)
class Entry:
    """One tensor, as the config says it; paths are texts that nobody has checked yet.

    Attributes
    ----------
    tensor_shape : points and dimensions; empty when not given
    single_image_dim : width and height of one thumbnail; empty when not given
    """

    tensor_name: str = ""
    tensor_path: str = ""
    tensor_shape: tuple[int, ...] = ()
    metadata_path: str = ""
    bookmarks_path: str = ""
    image_path: str = ""
    single_image_dim: tuple[int, ...] = ()


@dataclass(frozen=True)
class ProjectorConfig:
    """All of a config; notes name the fields that are not known here."""

    entries: tuple[Entry, ...] = ()
    model_checkpoint_path: str = ""
    model_checkpoint_dir: str = ""
    notes: tuple[str, ...] = ()


def is_config_name(name: str) -> bool:
    """Whether a file of this name is a config."""
    return any(fnmatchcase(name, pattern) for pattern in NAMES)


def read_config(content: bytes, name: str) -> ProjectorConfig:
    """Read a config; one whose name ends in .json is JSON.

    Raises
    ------
    ReadError
        If it is damaged; the message names the file and the line, or the place in the JSON.
    LimitError
        If it has too many bytes or entries.
    """
    if len(content) > MAX_BYTES:
        raise LimitError(f"{name} is larger than {MAX_BYTES:,} bytes.")
    text = _decoded(content, name)
    fields = _json_fields(text, name) if name.endswith(".json") else parse_fields(text, name)
    builder = _Builder(name)
    config = builder.values(fields, CONFIG)
    messages = config.pop("embeddings")
    if len(messages) > MAX_ENTRIES:
        raise LimitError(f"{name} has {len(messages):,} entries; {MAX_ENTRIES:,} are read at most.")
    entries = tuple(builder.entry(message) for message in messages)
    return ProjectorConfig(entries, notes=tuple(builder.notes), **config)


class _Builder:
    """Checks fields against the tables above, and collects the names that are in none."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.notes: list[str] = []
        self.unknown: set[str] = set()

    def entry(self, fields: list[Field]) -> Entry:
        values = self.values(fields, ENTRY)
        # Protobuf merges a message that comes twice.
        sprite = [field for message in values.pop("sprite") for field in message]
        return Entry(**values, **self.values(sprite, SPRITE))

    def values(self, fields: list[Field], known: dict[str, Kind]) -> dict[str, Any]:
        """Return texts (the last of several), tuples of numbers, and lists of messages."""
        found: dict[str, Any] = {
            name: "" if kind == "text" else () if kind == "numbers" else []
            for name, kind in known.items()
        }
        for field in fields:
            kind = known.get(field.name)
            if kind is None:
                self.note_unknown(field)
                continue
            value = self.checked(field, kind)
            if kind == "text":
                found[field.name] = value
            elif kind == "numbers":
                found[field.name] = (*found[field.name], value)
            else:
                found[field.name].append(value)
        return found

    def checked(self, field: Field, kind: Kind) -> Value:
        value = field.value
        fits = {
            "text": isinstance(value, str) and not isinstance(value, Word),
            "numbers": _is_count(value),
            "message": isinstance(value, list),
        }
        if not fits[kind]:
            raise ReadError(f"{self.name}, {field.place}: {field.name} must be {WANTED[kind]}.")
        return int(value) if isinstance(value, float) else value

    def note_unknown(self, field: Field) -> None:
        if field.name not in self.unknown and len(self.unknown) < 10:
            self.unknown.add(field.name)
            shown = field.name[:60]
            self.notes.append(f"{self.name}, {field.place}: {shown} is not known and was ignored.")


def _is_count(value: Value) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value < 2**32 and value == int(value)


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ReadError(f"{name}, line {line}: this is not UTF-8 text.") from None


def _json_fields(text: str, name: str) -> list[Field]:
    try:
        # Numbers of thousands of digits are refused by Python as a ValueError.
        content = json.loads(text)
        if not isinstance(content, dict):
            raise ReadError(f"{name}, line 1: the config must be an object in braces.")
        return _fields_of(content, "")
    except json.JSONDecodeError as error:
        raise ReadError(
            f"{name}, line {error.lineno}: this is not JSON ({error.msg}, column {error.colno})."
        ) from None
    except (RecursionError, ValueError):
        raise ReadError(f"{name} is not JSON that can be read.") from None


def _fields_of(content: dict[str, Any], inside: str) -> list[Field]:
    fields = []
    for key, value in content.items():
        snake_case = re.sub(r"(?<=[a-z0-9])[A-Z]", lambda match: f"_{match[0].lower()}", key)
        items = value if isinstance(value, list) else [value]
        for i, item in enumerate(items):
            place = f"{inside}{key[:60]}{f'[{i}]' if isinstance(value, list) else ''}"
            if isinstance(item, dict):
                item = _fields_of(item, f"{place}.")
            elif isinstance(item, list):
                item = Word("a list in a list")
            if item is not None:
                fields.append(Field(snake_case, item, place))
    return fields
