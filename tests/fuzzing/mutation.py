"""Damaged copies of small files: bytes changed, cut, repeated, swapped for another file's."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Sequence

from data.readers.level_table import LevelTable
from tests.checkpoint_writer import table

# What parsers stumble over: limits of integers, numbers that are none, markers of other formats.
PIECES = (
    *(b"\0", b"\xff", b"\xff\xff\xff\xff", b"\0" * 16, b"\x7f\xff\xff\xff", b"\x80"),
    *(b"nan", b"inf", b"-inf", b"1e999", b"-1", b"0", b"9" * 40, b"1e-400", b"0x10", b"1_000"),
    *(b"\t", b",", b";", b"\n", b"\r", b"\r\n", b'"', b"'", b"(", b")", b"{", b"}", b"True"),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xe2\x80\xae", b"\xed\xa0\x80", b"\xc0\x80"),
    *(b"'O'", b"|O", b"<f8", b">f4", b"<c8", b"<U4", b"|V8", b"<M8[s]", b"<f2", b"|b1", b"<f16"),
    *(b"cos\nsystem\n(S'true'\ntR.", b"PK\x03\x04", b"\x93NUMPY", b"IDAT", b"IEND", b"acTL"),
)
TABLE_END = bytes.fromhex("57fb808b247547db")


def mutated(seed: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """Return a damaged copy; containers are also damaged below their checksums."""
    if seed.startswith(b"PK") and chance.random() < 0.6:
        return _mutated_archive(seed, others, chance)
    if seed.startswith(b"\x89PNG") and chance.random() < 0.6:
        return _mutated_png(seed, others, chance)
    if seed.endswith(TABLE_END) and chance.random() < 0.8:
        return _mutated_table(seed, others, chance)
    return _mutated_bytes(seed, others, chance)


def _mutated_bytes(seed: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    content = bytearray(seed)
    # Headers are short and decide most, so that half of the changes go there.
    reach = len(content) if chance.random() < 0.5 else min(len(content), 160)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        place = chance.randrange(max(1, reach))
        size = chance.choice((1, 1, 2, 4, 16, 64))
        way = chance.randrange(8)
        if way == 0 and place < len(content):
            content[place] ^= 1 << chance.randrange(8)
        elif way == 1:
            content[place : place + size] = chance.randbytes(size)
        elif way == 2:
            del content[place : place + size]
        elif way == 3:
            piece = chance.choice(PIECES)
            content[place : place + len(piece)] = piece
        elif way == 4:
            content[place:place] = chance.choice(PIECES)
        elif way == 5:
            content[place:place] = content[place : place + size] * chance.choice((1, 2, 50))
        elif way == 6:
            other = chance.choice(others)
            start = chance.randrange(len(other) or 1)
            content[place : place + size] = other[start : start + size]
        else:
            del content[chance.randrange(len(content) + 1) :]
    return bytes(content)


def _mutated_archive(seed: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """Damage one member and pack again, so that the checksums hold."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(seed)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice(sorted(members))
    members[name] = _mutated_bytes(members[name], others, chance)
    if chance.random() < 0.1:
        members[chance.choice(("x", "../x.npy", "/x.npy", ".npy", "a/b.npy", name))] = seed
    way = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2))
    with zipfile.ZipFile(packed, "w", way) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return packed.getvalue()


def _mutated_png(seed: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """Damage one chunk and set its checksum right."""
    chunks, place = [], 8
    while place + 8 <= len(seed):
        (length,) = struct.unpack(">I", seed[place : place + 4])
        chunks.append([seed[place + 4 : place + 8], seed[place + 8 : place + 8 + length]])
        place += 12 + length
    chunk = chance.choice(chunks)
    chunk[1] = _mutated_bytes(chunk[1], others, chance)
    if chance.random() < 0.2:
        chunks.insert(chance.randrange(len(chunks)), list(chance.choice(chunks)))
    return seed[:8] + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def _mutated_table(seed: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """Damage a key, a value or a block, and set the checksums right."""
    entries = {key: bytes(value) for key, value in LevelTable(seed, "seed").items()}
    damages_block = chance.random() < 0.3
    if not damages_block:
        key = chance.choice(sorted(entries))
        value = _mutated_bytes(entries.pop(key), others, chance)
        entries[_mutated_bytes(key, others, chance) if chance.random() < 0.1 else key] = value

    def damage(block: bytes) -> bytes:
        wanted = damages_block and chance.random() < 0.5
        return _mutated_bytes(block, others, chance) if wanted else block

    return table(entries, chance.random() < 0.5, chance.choice((1, 100, 4096)), damage=damage)
