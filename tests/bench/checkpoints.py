"""A checkpoint of 200 MB in a log directory: listed, and one tensor of it opened."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import numpy as np

from data.limits import Limits
from data.logdirs.directories import LogDirectories
from data.logdirs.opening import open_tensor
from data.readers.tensor_file import ReadOptions, read_tensor
from data.services import Services
from tests.bench.repeat import alternate, timed
from tests.bench.stored import Stored
from tests.bench.table import Line
from tests.checkpoint_writer import write_checkpoint

REPETITIONS = 3
N_POINTS, N_DIMS = 195_000, 256  # 200 MB of float32


def checkpoints(stored: Stored) -> Iterator[Line]:
    """Compare with copying the bytes of the tensor, and with the same tensor as .npy."""
    with tempfile.TemporaryDirectory(prefix="embedding-bench-") as folder:
        here = Path(folder)
        (here / "logs").mkdir()
        array = np.random.default_rng(0).standard_normal((N_POINTS, N_DIMS), np.float32)
        write_checkpoint(here / "logs" / "model-1", {"embedding": array, "step": np.int64(1)})
        np.save(here / "model.npy", array)
        logdirs = [LogDirectories((here / "logs",), Limits()) for _ in range(REPETITIONS)]
        listing = median(timed(item.runs) for item in logdirs)
        yield Line(
            "list a checkpoint of 200 MB", listing * 1e3, None, "ms", "< 1,000 ms", listing < 1
        )
        index, data = here / "logs" / "model-1.index", here / "model.npy"
        read = alternate(
            {
                "ours": lambda: _read_through(index),
                "copy": lambda: shutil.copyfile(data, here / "copy"),
            },
            REPETITIONS,
        )
        ratio = np.median(read["ours"]) / np.median(read["copy"])
        what, target = "check its tensor and write it; floor: copy the file", "ratio <= 2"
        ours, floor = (float(np.median(read[name])) for name in ("ours", "copy"))
        yield Line(what, ours, floor, "s", target, bool(ratio <= 2))
        opened, floor = _opened(here, data)
        yield Line("open it as a dataset; floor: the same as .npy", opened, floor, "s")


def _read_through(index: Path) -> None:
    """Do all that the process does that reads: sum, finite values, remarks, hash, file."""
    read_tensor(index, index.name, ReadOptions(), Limits(), index.with_name("copy"))


def _opened(here: Path, array: Path) -> tuple[float, float]:
    """Return the seconds until the tensor is kept, from the checkpoint and from an array file."""
    seconds = []
    npy_logs = here / "npy"
    npy_logs.mkdir()
    shutil.copyfile(array, npy_logs / "model.npy")
    config = 'embeddings { tensor_name: "embedding" tensor_path: "model.npy" }'
    (npy_logs / "projector_config.pbtxt").write_text(config)
    for logs in (here / "logs", npy_logs):
        services = Services.open(here / f"data-{logs.name}", logdirs=(logs,))
        start = time.perf_counter()
        open_tensor(services, ".", "embedding")
        seconds.append(time.perf_counter() - start)
    return seconds[0], seconds[1]
