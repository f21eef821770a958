"""Text files as UTF-8 bytes: byte order marks, UTF-16 and old Windows encodings."""

from __future__ import annotations

import codecs
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from data.errors import ReadError

BLOCK_BYTES = 4 * 1024**2
SAMPLE_BYTES = 64 * 1024
# Bytes that no text uses; control_chars of the test data shows that a few may still occur.
NOISE = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1b")
UTF16 = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True)
class TextSource:
    """A text file opened for reading.

    Attributes
    ----------
    file : its bytes in UTF-8 without byte order mark, at the first one
    has_quotes : a double quote occurs somewhere
    warnings : what was assumed about the encoding
    """

    file: IO[bytes]
    has_quotes: bool
    warnings: tuple[str, ...] = ()


@contextmanager
def open_text(path: Path, name: str) -> Iterator[TextSource]:
    """Open a text file whatever its encoding; other encodings are copied to a temporary file."""
    with path.open("rb") as file:
        start = file.read(4)
        encoding = "utf-16" if start[:2] in UTF16 else "utf-8"
        bad_line, has_quotes = _scan(path, encoding)
        if bad_line:
            _refuse_noise(path, name, encoding)
            encoding = "cp1252"
        warnings = (
            (f"{name} is not UTF-8 (line {bad_line}); it was read as Windows-1252.",)
            if bad_line
            else ()
        )
        if encoding == "utf-8":
            file.seek(3 if start.startswith(codecs.BOM_UTF8) else 0)
            yield TextSource(file, has_quotes, warnings)
            return
        with tempfile.TemporaryFile() as copy:
            with path.open(encoding=encoding, newline="", errors="replace") as text:
                while block := text.read(BLOCK_BYTES):
                    copy.write(block.encode("utf-8", "replace"))
            copy.seek(0)
            yield TextSource(copy, has_quotes, warnings)


def _scan(path: Path, encoding: str) -> tuple[int, bool]:
    """Return the first line that is not in this encoding (0: none), and whether quotes occur."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line, has_quotes = 1, False
    with path.open("rb") as file:
        while True:
            block = file.read(BLOCK_BYTES)
            has_quotes = has_quotes or b'"' in block
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                return line + block[: error.start].count(b"\n"), True
            if not block:
                return 0, has_quotes
            line += block.count(b"\n")


def _refuse_noise(path: Path, name: str, encoding: str) -> None:
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
    n_noise = len(sample) - len(sample.translate(None, NOISE))
    if encoding == "utf-16" or n_noise * 50 > len(sample):
        raise ReadError(
            f"{name} is not a text file: it holds binary data.",
            hint="Text files must be UTF-8, UTF-16 or Windows-1252.",
        )
