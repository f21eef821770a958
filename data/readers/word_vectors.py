"""Word vectors as word2vec, fastText and GloVe write them: a word and its numbers, text or binary.

word2vec's first line is "words dimensions"; GloVe has none. Words of GloVe may hold spaces.
"""

from __future__ import annotations

import mmap
import re
from itertools import islice
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa

from data.counted import counted
from data.errors import ReadError
from data.limits import Limits
from data.readers import npy
from data.readers.bounds import SAVE_AGAIN, check_readable, check_shape
from data.readers.contract import FoundTensor, ReadOptions
from data.readers.number_spelling import is_number
from data.readers.table import read_table
from data.readers.text_source import TextSource, open_text

COUNTS = re.compile(rb"(\d{1,12}) (\d{1,9})\s*")
HEAD = re.compile(COUNTS.pattern.removesuffix(rb"\s*") + rb" *\r?\n")
BLOCK_ROWS = 4_096
SAMPLE_LINES = 50
LINE_BYTES = 16 * 1024**2
MAX_WORD = 10_000
EVERY_LINE = "Every line must be a word and as many numbers as the first."


def read_text(path: Path, name: str, options: ReadOptions, limits: Limits) -> FoundTensor:
    """Read words with their vectors, or else a table: both are called .txt."""
    check_readable(path, name)
    with open_text(path, name) as source:
        n_words, n_dims = _recognized(source.file)
        if n_dims and options.columns is None and options.header is None:
            return _read_words(source, name, n_words, n_dims, limits)
    return read_table(path, name, options, limits)


def read_vec(path: Path, name: str, options: ReadOptions, limits: Limits) -> FoundTensor:
    """Read a text file of word vectors."""
    check_readable(path, name)
    with open_text(path, name) as source:
        n_words, n_dims = _recognized(source.file)
        if not n_dims:
            raise ReadError(
                f"{name} holds no word vectors: its lines are not a word and numbers.",
                hint="A table of numbers is named .tsv, .csv or .txt.",
            )
        return _read_words(source, name, n_words, n_dims, limits)


def read_word2vec(path: Path, name: str, options: ReadOptions, limits: Limits) -> FoundTensor:
    """Read word2vec's binary form: after each word and a space, its numbers as float32."""
    size = check_readable(path, name)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return _read_binary(content, name, size, limits)


def _read_binary(content: mmap.mmap, name: str, size: int, limits: Limits) -> FoundTensor:
    head = HEAD.match(content[:64])
    if head is None or not int(head[2]):
        raise ReadError(
            f"{name} is no word2vec file: its first line is not a number of words and one of "
            "dimensions.",
            hint="A raw file of float32 values is named .bytes.",
        )
    n_words, n_dims = int(head[1]), int(head[2])
    # A header may promise anything; a word needs a space at least.
    check_shape((min(n_words, size // (4 * n_dims + 1) + 1), n_dims), name, limits)
    vectors: list[np.ndarray] = []
    words: list[str | None] = []
    place = head.end()
    for number in range(1, n_words + 1):
        space = content.find(b" ", place, place + MAX_WORD)
        end = space + 1 + 4 * n_dims
        if space < 0 or end > size:
            raise ReadError(
                f"{name} is cut off: it ends inside word number {number:,} of {n_words:,}.",
                hint="Send it again.",
            )
        word = content[place:space].lstrip(b"\n")
        words.append(word.decode("utf-8", "replace") or None)
        vectors.append(np.frombuffer(content[space + 1 : end], "<f4"))
        place = end
    if not vectors:
        raise ReadError(f"{name} holds no words.", hint=SAVE_AGAIN)
    return FoundTensor(
        np.stack(vectors).astype(np.float32, copy=False),
        metadata=pa.table({"word": pa.array(words, pa.string())}),
        format="word2vec, binary",
    )


def _recognized(file: IO[bytes]) -> tuple[int | None, int]:
    """Return words (None where the file does not say) and dimensions; 0 when it is a table."""
    start = file.tell()
    lines = list(islice((file.readline(LINE_BYTES) for _ in range(SAMPLE_LINES)), SAMPLE_LINES))
    file.seek(start)
    counts = COUNTS.fullmatch(lines[0])
    rows = [line.rstrip().split(b" ") for line in lines[1 if counts else 0 :] if line.strip()]
    if not rows or any(b"\t" in line for line in lines):
        return None, 0
    n_dims = int(counts[2]) if counts else min(map(len, rows)) - 1
    fits = n_dims > 0 and all(_ends_in_numbers(row, n_dims) for row in rows)
    # Numbers everywhere are a table, unless the first line says otherwise.
    has_words = any(not is_number(row[0].decode("utf-8", "replace")) for row in rows)
    if not fits or (counts is None and (n_dims < 2 or not has_words)):
        return None, 0
    return int(counts[1]) if counts else None, n_dims


def _ends_in_numbers(row: list[bytes], n_dims: int) -> bool:
    cells = row[-n_dims:]
    return len(row) > n_dims and all(is_number(cell.decode("utf-8", "replace")) for cell in cells)


def _read_words(
    source: TextSource, name: str, n_words: int | None, n_dims: int, limits: Limits
) -> FoundTensor:
    words: list[str | None] = []
    places: list[int] = []
    blocks: list[np.ndarray] = []
    waiting: list[list[float]] = []
    too_large: list[int] = []

    def flush() -> None:
        check_shape((len(words), n_dims), name, limits)
        block = np.empty((len(waiting), n_dims), np.float32)
        big, _ = npy.store(block, np.array(waiting, np.float64).reshape(-1, n_dims))
        too_large.extend((big + len(words) - len(waiting)).tolist())
        blocks.append(block)
        waiting.clear()

    for number, line in enumerate(source.file, start=1):
        if (number == 1 and n_words is not None) or not line.strip():
            continue
        cells = line.rstrip().split(b" ")
        waiting.append(_numbers(cells, n_dims, name, number))
        words.append(b" ".join(cells[:-n_dims]).decode() or None)
        places.append(number)
        if len(waiting) == BLOCK_ROWS:
            flush()
    flush()
    warnings = source.warnings
    if n_words is not None and n_words != len(words):
        warnings += (
            f"{name}: the first line promises {n_words:,} words, the file holds {len(words):,}.",
        )
    return FoundTensor(
        np.concatenate(blocks),
        metadata=pa.table({"word": pa.array(words, pa.string())}),
        too_large=tuple(sorted(set(too_large))),
        warnings=warnings,
        unit="line",
        place=places.__getitem__,
        format="GloVe text" if n_words is None else "word2vec text",
        dtype="numbers as text",
    )


def _numbers(cells: list[bytes], n_dims: int, name: str, line: int) -> list[float]:
    if len(cells) <= n_dims:
        found = counted(len(cells) - 1, "number")
        raise ReadError(
            f"{name}: line {line} has {found} after its word, not {n_dims:,}.", hint=EVERY_LINE
        )
    try:
        return [float(cell) for cell in cells[-n_dims:]]
    except ValueError:
        raise ReadError(
            f"{name}: line {line} does not end in {n_dims:,} numbers.",
            hint=EVERY_LINE,
        ) from None
