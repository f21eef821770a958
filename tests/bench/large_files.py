"""Large files until they are kept: seconds beside copying, memory of the process that reads."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.limits import Limits
from data.parsing import ParseRequest, Source
from data.readers.tensor_file import READERS, ReadOptions
from data.services import Services
from tests.bench.repeat import alternate
from tests.bench.stored import Stored
from tests.bench.table import Line

REPETITIONS = 3
SHAPE = (1_000_000, 256)
LIST_SHAPE = (200_000, 256)
BLOCK_ROWS = 50_000
MB = 1_000_000
MOST_MEMORY = 300 * MB
# Opens a file; prints by how many bytes this process grew, and those of the one that read it.
MEASURED = """
import resource, sys
from pathlib import Path
from data.parsing import ParseRequest, Source
from data.services import Services

def most(whose):
    return 1024 * resource.getrusage(whose).ru_maxrss

file, services = Path(sys.argv[1]), Services.open(Path(sys.argv[2]))
before = most(resource.RUSAGE_SELF)
services.datasets.add(ParseRequest(Source(file, file.name)))
print(most(resource.RUSAGE_SELF) - before + most(resource.RUSAGE_CHILDREN))
"""


def large_files(stored: Stored) -> Iterator[Line]:
    """Compare with a copy that is on the disk as well, and with what pyarrow does bare."""
    with tempfile.TemporaryDirectory(dir=stored.services.data_dir) as folder:
        yield from _array(Path(folder))
        yield from _lists(Path(folder))


def _array(here: Path) -> Iterator[Line]:
    array = here / "large.npy"
    tensor = np.lib.format.open_memmap(array, "w+", np.float32, SHAPE)
    random = np.random.default_rng(0)
    for first in range(0, SHAPE[0], BLOCK_ROWS):
        tensor[first : first + BLOCK_ROWS] = random.standard_normal(
            (BLOCK_ROWS, SHAPE[1]), np.float32
        )
    tensor.flush()
    del tensor
    ways = {"ours": lambda: _opened(array, here), "copy": lambda: _flushed_copy(array, here)}
    ours, floor = medians(ways)
    size = f"{SHAPE[0]:,} x {SHAPE[1]} float32"
    yield Line(
        f"open .npy of {size}; floor: a flushed copy", ours, floor, "s", "ratio <= 2",
        ours <= 2 * floor,
    )  # fmt: skip
    grown = _memory_of_opening(array, here)
    yield Line("most memory of that", grown, None, "bytes", "< 300 MB", grown < MOST_MEMORY)
    array.unlink()


def _lists(here: Path) -> Iterator[Line]:
    values = np.random.default_rng(0).standard_normal(LIST_SHAPE, np.float32)
    file = here / "lists.parquet"
    vectors = pa.ListArray.from_arrays(
        np.arange(0, values.size + 1, LIST_SHAPE[1], dtype=np.int32), values.ravel()
    )
    pq.write_table(
        pa.table({"v": vectors, "label": [f"row {i}" for i in range(len(values))]}), file
    )

    def read() -> np.ndarray:
        return READERS[".parquet"](file, file.name, ReadOptions(), Limits()).tensor

    def bare() -> np.ndarray:
        # One thread, as the process has that reads files from outside.
        column = pq.read_table(file, use_threads=False).column("v").combine_chunks()
        found: np.ndarray = column.flatten().to_numpy().reshape(LIST_SHAPE)
        return found

    np.testing.assert_array_equal(read(), bare())
    ways = {"ours": read, "bare": bare, "opened": lambda: _opened(file, here)}
    ours, floor, opened = medians(ways)
    size = f".parquet of lists {LIST_SHAPE[0]:,} x {LIST_SHAPE[1]}"
    yield Line(
        f"read {size}; floor: pyarrow", ours, floor, "s", "ratio <= 1.3", ours <= 1.3 * floor
    )
    yield Line("open it as a dataset", opened, None, "s")


def _memory_of_opening(file: Path, here: Path) -> int:
    shutil.rmtree(here / "data", ignore_errors=True)
    command = [sys.executable, "-c", MEASURED, str(file), str(here / "data")]
    return int(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def medians(ways: dict[str, Callable[[], object]]) -> list[float]:
    return [float(np.median(seconds)) for seconds in alternate(ways, REPETITIONS).values()]


def _opened(file: Path, here: Path) -> None:
    """Keep it in a data directory that has nothing yet."""
    data_dir = here / "data"
    shutil.rmtree(data_dir, ignore_errors=True)
    Services.open(data_dir).datasets.add(ParseRequest(Source(file, file.name)))


def _flushed_copy(source: Path, here: Path) -> None:
    copy = here / "copy"
    copy.unlink(missing_ok=True)
    shutil.copyfile(source, copy)
    _flush(copy)
    copy.unlink()


def _flush(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
