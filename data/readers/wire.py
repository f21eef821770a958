"""Protobuf's wire format, read without a schema: numbers and bytes under field numbers."""

from __future__ import annotations

import struct

Message = dict[int, list[int | memoryview]]

MAX_VARINT_BYTES = 10
SCALARS = {1: struct.Struct("<Q"), 5: struct.Struct("<I")}
LENGTH_DELIMITED = 2


class WireError(ValueError):
    """The bytes are no message."""


def read_varint(content: bytes | memoryview, at: int) -> tuple[int, int]:
    """Return an unsigned number of up to 64 bits and the place behind it."""
    value = shift = 0
    for place in range(at, min(at + MAX_VARINT_BYTES, len(content))):
        byte = content[place]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, place + 1
        shift += 7
    raise WireError("a number without an end")


def parse_message(content: bytes | memoryview) -> Message:
    """Return the values of all fields; those of a field keep their order.

    Nothing is copied: bytes are views into `content`.

    Raises
    ------
    WireError
    """
    view, at = memoryview(content), 0
    message: Message = {}
    value: int | memoryview
    while at < len(view):
        tag, at = read_varint(view, at)
        field, kind = tag >> 3, tag & 7
        if kind == 0:
            value, at = read_varint(view, at)
        elif kind == LENGTH_DELIMITED:
            size, at = read_varint(view, at)
            value, at = view[at : at + size], at + size
        elif kind in SCALARS and at + SCALARS[kind].size <= len(view):
            value, at = SCALARS[kind].unpack_from(view, at)[0], at + SCALARS[kind].size
        else:
            raise WireError(f"a value of kind {kind}")
        if at > len(view) or not field:
            raise WireError("a value that runs past the end, or has no field")
        message.setdefault(field, []).append(value)
    return message


def number(message: Message, field: int, default: int = 0) -> int:
    """Return the last number of a field."""
    value = message.get(field, [default])[-1]
    if not isinstance(value, int):
        raise WireError(f"field {field} is no number")
    return value


def signed(message: Message, field: int) -> int:
    """Return the last number of a field of type int64 or int32."""
    value = number(message, field)
    return value - 2**64 if value >= 2**63 else value


def chunk(message: Message, field: int) -> memoryview:
    """Return the last bytes of a field, empty when it is not there."""
    chunks_ = chunks(message, field)
    return chunks_[-1] if chunks_ else memoryview(b"")


def chunks(message: Message, field: int) -> list[memoryview]:
    """Return all bytes of a field, such as its messages."""
    values = message.get(field, [])
    found = [value for value in values if isinstance(value, memoryview)]
    if len(found) != len(values):
        raise WireError(f"field {field} is no bytes")
    return found


def text(message: Message, field: int) -> str:
    """Return the last text of a field."""
    try:
        return bytes(chunk(message, field)).decode()
    except UnicodeDecodeError:
        raise WireError(f"field {field} is no text") from None
