"""Bringing data: uploads beside copying, tables beside pandas and pyarrow, listing of many runs."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.csv as pa_csv

from data.limits import Limits
from data.logdirs.directories import LogDirectories
from data.readers.tensor_file import READERS, ReadOptions
from tests.bench.repeat import alternate
from tests.bench.stored import Stored
from tests.bench.table import Line
from tests.chunk_client import ChunkClient

REPETITIONS = 5
UPLOAD_BYTES = 64 * 1024**2
N_ROWS, N_DIMS = 20_000, 100
N_RUNS = 1_000
LISTING_SECONDS = 2.0
LONG_AGO = 1_600_000_000


def uploads(stored: Stored) -> Iterator[Line]:
    """Compare pieces with checksums, kept for good, with one copy that is flushed to the disk."""
    with tempfile.TemporaryDirectory(dir=stored.services.data_dir) as folder:
        source, copy = Path(folder, "source.npy"), Path(folder, "copy.npy")
        source.write_bytes(np.random.default_rng(0).bytes(UPLOAD_BYTES))
        client = ChunkClient(stored.url)

        def upload() -> None:
            client.ask("DELETE", f"/api/v1/uploads/{client.upload(source)}")

        def flushed_copy() -> None:
            shutil.copyfile(source, copy)
            with copy.open("rb") as file:
                os.fsync(file.fileno())

        times = medians({"ours": upload, "copy": flushed_copy})
        what = f"upload of {UPLOAD_BYTES // 1024**2} MB in pieces"
        yield Line(what, times["ours"], times["copy"], "s", "floor: a flushed copy")


def tables(stored: Stored) -> Iterator[Line]:
    """Compare the reader of text tables with what pandas and pyarrow do bare."""
    values = np.random.default_rng(0).standard_normal((N_ROWS, N_DIMS), np.float32)
    with tempfile.TemporaryDirectory() as folder:
        tsv = Path(folder, "table.tsv")
        # All figures of each number, as numpy.savetxt and pandas write them.
        pd.DataFrame(values).to_csv(tsv, sep="\t", header=False, index=False)
        checked(read(tsv), values)
        times = medians(
            {
                "tsv": lambda: read(tsv),
                "pandas": lambda: pandas_values(tsv),
                "pyarrow": lambda: pyarrow_values(tsv),
            }
        )
        size = f"{N_ROWS:,} x {N_DIMS}"
        yield Line(f"TSV of {size}, beside pandas", times["tsv"], times["pandas"], "s")
        yield Line(f"TSV of {size}, beside pyarrow", times["tsv"], times["pyarrow"], "s")


def runs(stored: Stored) -> Iterator[Line]:
    """List a directory of many runs: once without knowing it, then again."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_runs(root)
        again = LogDirectories([root], Limits())
        assert len(again.runs()) == N_RUNS
        times = medians(
            {
                "first": lambda: LogDirectories([root], Limits()).runs(),
                "again": again.runs,
                "bare": lambda: bare_scan(root),
            }
        )
        for name in ("first", "again"):
            met = times[name] <= LISTING_SECONDS
            target = f"<= {LISTING_SECONDS:.0f} s; floor: reading the files"
            what = f"listing of {N_RUNS:,} runs, {name}"
            yield Line(what, times[name], times["bare"], "s", target, met)


def medians(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    found = alternate(ways, REPETITIONS)
    return {name: float(np.median(seconds)) for name, seconds in found.items()}


def read(path: Path) -> np.ndarray:
    return READERS[path.suffix](path, path.name, ReadOptions(), Limits()).tensor


def checked(found: np.ndarray, values: np.ndarray) -> None:
    np.testing.assert_array_equal(found, values)


def pandas_values(path: Path) -> np.ndarray:
    return pd.read_csv(path, sep="\t", header=None, dtype=np.float32).to_numpy()


def pyarrow_values(path: Path) -> np.ndarray:
    table = pa_csv.read_csv(
        path,
        # One thread, as the process has that reads files from outside.
        read_options=pa_csv.ReadOptions(autogenerate_column_names=True, use_threads=False),
        parse_options=pa_csv.ParseOptions(delimiter="\t"),
    )
    return np.column_stack([column.to_numpy() for column in table.columns]).astype(np.float32)


def write_runs(root: Path) -> None:
    """Write runs as a training job leaves them: a config, vectors and labels, long ago."""
    for number in range(N_RUNS):
        run = root / f"group {number % 10}" / f"run {number}"
        run.mkdir(parents=True)
        (run / "tensors.tsv").write_text("1.5\t2\t3\n" * 100)
        (run / "metadata.tsv").write_text("a\n" * 100)
        entry = 'tensor_name: "a" tensor_path: "tensors.tsv" metadata_path: "metadata.tsv"'
        (run / "projector_config.pbtxt").write_text(f"embeddings {{ {entry} }}\n")
        for path in (*run.iterdir(), run):
            os.utime(path, (LONG_AGO, LONG_AGO))


def bare_scan(root: Path) -> int:
    """Walk the folders and read the configs and tensors, which is what a list needs."""
    n_bytes = 0
    for folder, _, names in os.walk(root):
        for name in names:
            if name != "metadata.tsv":
                n_bytes += len(Path(folder, name).read_bytes())
    return n_bytes
