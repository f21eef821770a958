"""Keys under which TensorFlow stores the slices of a variable, as its OrderedCode spells them."""

from __future__ import annotations

from collections.abc import Sequence

from data.readers.wire import Message, WireError, chunks, number, parse_message, signed

# Start and length along each axis; a length of -1 means all of it.
Slice = tuple[tuple[int, int], ...]
ALL = -1
MAX_AXES = 8


def parse_slice(message: Message) -> Slice:
    """Read a TensorSliceProto."""
    extents = [parse_message(extent) for extent in chunks(message, 1)]
    if len(extents) > MAX_AXES:
        raise WireError(f"a slice along {len(extents):,} axes")
    return tuple(
        (number(extent, 1), signed(extent, 2)) if 2 in extent else (0, ALL) for extent in extents
    )


def parse_shape(message: Message) -> tuple[int, ...]:
    """Read a TensorShapeProto."""
    sizes = tuple(signed(parse_message(axis), 1) for axis in chunks(message, 2))
    if any(size < 0 for size in sizes) or len(sizes) > 254:
        raise WireError("a shape that is not known")
    return sizes


def box(part: Slice, shape: tuple[int, ...]) -> tuple[slice, ...]:
    """Return the place of a slice within its variable."""
    if len(part) != len(shape):
        raise WireError("a slice of another rank")
    found = []
    for (start, length), size in zip(part, shape, strict=True):
        end = size if length == ALL else start + length
        if not 0 <= start <= end <= size:
            raise WireError("a slice outside its variable")
        found.append(slice(start, end))
    return tuple(found)


def slice_key(name: str, part: Slice) -> bytes:
    """Return the key of one slice: 0, the name, the number of axes, start and length of each."""
    escaped = name.encode().replace(b"\xff", b"\xff\x00").replace(b"\x00", b"\x00\xff")
    numbers: Sequence[int] = [value for extent in part for value in extent]
    rank = bytes([1, len(part)]) if part else b"\0"
    return b"\0" + escaped + b"\0\x01" + rank + b"".join(map(_signed_code, numbers))


def _signed_code(value: int) -> bytes:
    """Spell a signed number so that codes sort as numbers do: the length stands in the first bits.

    Codes of `n` bytes hold 7n - 1 bits and the sign.
    """
    size = (value if value >= 0 else ~value).bit_length() // 7 + 1
    code = bytearray(value.to_bytes(max(size, 2) + 8, "big", signed=True)[-size:])
    # n ones and a zero; the first of them inverts the sign.
    marks = ((1 << size) - 1) << (16 - size)
    code[0] ^= marks >> 8
    if size > 1:
        code[1] ^= marks & 0xFF
    return bytes(code)
