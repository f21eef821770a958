"""Parquet, Feather and Arrow files: tables with typed columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import ReadError
from data.limits import Limits
from data.readers.bounds import check_readable
from data.readers.contract import FoundTensor, ReadOptions
from data.readers.typed_columns import read_typed
from data.readers.typed_roles import TypedTable

BATCH_ROWS = 16_384


def read_parquet(path: Path, name: str, options: ReadOptions, limits: Limits) -> FoundTensor:
    """Read a Parquet file, some rows at a time."""
    with opened_parquet(path, name) as table:
        return read_typed(table, options, limits)


def read_arrow(path: Path, name: str, options: ReadOptions, limits: Limits) -> FoundTensor:
    """Read an Arrow file (Feather 2 is one) or an Arrow stream, whatever its name says."""
    with opened_arrow(path, name) as table:
        return read_typed(table, options, limits)


@contextmanager
def opened_parquet(path: Path, name: str) -> Iterator[TypedTable]:
    """Open a Parquet file; what is wrong with it is a ReadError, also while it is read."""
    check_readable(path, name)
    with _readable(name, "Parquet"), pq.ParquetFile(path) as file:
        batches = file.iter_batches(BATCH_ROWS, use_threads=False)
        yield TypedTable(name, "Parquet", file.schema_arrow, batches, file.metadata.num_rows)


@contextmanager
def opened_arrow(path: Path, name: str) -> Iterator[TypedTable]:
    """Open an Arrow file or stream; what is wrong with it is a ReadError, also while it is read."""
    check_readable(path, name)
    with path.open("rb") as file:
        is_file = file.read(6) == b"ARROW1"
    with _readable(name, "Arrow"), pa.memory_map(str(path)) as source:
        if is_file:
            with pa.ipc.open_file(source) as reader:
                batches = (reader.get_batch(i) for i in range(reader.num_record_batches))
                yield TypedTable(name, "Arrow file", reader.schema, _valid(batches))
        else:
            with pa.ipc.open_stream(source) as stream:
                yield TypedTable(name, "Arrow stream", stream.schema, _valid(stream))


def _valid(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Check what a file says of its own memory: offsets that lie would read elsewhere."""
    for batch in batches:
        batch.validate(full=True)
        yield batch


@contextmanager
def _readable(name: str, what: str) -> Iterator[None]:
    try:
        yield
    except MemoryError:
        raise
    # Damaged files raise whatever the decoder stumbles over.
    except (pa.ArrowException, OSError, UnicodeDecodeError, OverflowError, KeyError) as error:
        raise ReadError(
            f"{name} cannot be read as {what}: it is damaged or cut off.",
            hint="Save it again, or as .npy.",
        ) from error
