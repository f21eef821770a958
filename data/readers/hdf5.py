"""HDF5 files: plain ones, and the layout of anndata (.h5ad).

Only what lies in the file itself is read: links and datasets that lead to other files are not.
Layout of anndata: https://anndata.readthedocs.io, on-disk format 0.1.0.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa

from data.errors import ReadError
from data.limits import Limits
from data.readers import npy
from data.readers.array_texts import array_texts
from data.readers.bounds import check_readable, check_shape
from data.readers.contract import FoundTensor, ReadOptions
from data.readers.hdf5_anndata import find_tensors, is_anndata, observations, sparse_blocks
from data.readers.hdf5_items import Item, datasets, is_own
from data.readers.named_arrays import choose_array, rows_notes, which_array

BLOCK_VALUES = 2**20
SECONDS = 4.0
BYTES_PER_SECOND = 5_000_000


def read_hdf5(path: Path, name: str, options: ReadOptions, limits: Limits) -> FoundTensor:
    """Read one matrix of a file, and what has one value per row beside it."""
    check_readable(path, name)
    with (
        _bounded(path.stat().st_size),
        _readable(name),
        h5py.File(path, "r", locking=False) as file,
    ):
        anndata = is_anndata(file)
        items = find_tensors(file) if anndata else datasets(file)
        arrays = [item.array for item in items]
        picked = choose_array(arrays, name, options.tensor)
        label = f"{picked.key} in {name}"
        if not picked.is_number:
            raise ReadError(
                f"{label} holds {picked.dtype}, which are no numbers.",
                hint="Choose another array, or save it as float32.",
            )
        check_shape(picked.shape, label, limits)
        npy.check_unpacked(4 * picked.shape[0] * picked.shape[1], label, limits)
        tensor, too_large = _read(items[arrays.index(picked)])
        columns = observations(file) if anndata else _beside(items, len(tensor))
        columns = {key: texts for key, texts in columns.items() if len(texts) == len(tensor)}
        columns = dict(list(columns.items())[: limits.metadata_columns])
    others = [array.key for array in arrays if array is not picked and array.key not in columns]
    return FoundTensor(
        tensor,
        metadata=pa.table(columns) if columns else None,
        too_large=too_large,
        notes=() if anndata else rows_notes(list(columns), others),
        format="AnnData" if anndata else "HDF5",
        dtype=picked.dtype,
        choices=which_array(arrays, picked),
    )


@contextmanager
def _bounded(size: int) -> Iterator[None]:
    """End this process when it computes far longer than reading can take.

    Some damages make the library go round in circles, where no exception reaches it. Waiting for
    a busy disk or machine does not count.
    """
    before = signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, SECONDS + size / BYTES_PER_SECOND)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        yield
    # Damaged files raise whatever the library stumbles over.
    except (OSError, RuntimeError, ValueError, TypeError, LookupError, ArithmeticError) as error:
        raise ReadError(
            f"{name} cannot be read as HDF5: it is damaged, cut off or of another kind.",
            hint="Save it again, or as .npy.",
        ) from error


def _read(item: Item) -> tuple[np.ndarray, tuple[int, ...]]:
    """Return a matrix as float32, and the rows with finite values beyond it."""
    tensor = np.empty(item.array.shape, np.float32)
    blocks = sparse_blocks(item.node) if isinstance(item.node, h5py.Group) else _blocks(item.node)
    too_large: list[int] = []
    first = 0
    for block in blocks:
        big, _ = npy.store(tensor[first : first + len(block)], block)
        too_large.extend((big + first).tolist())
        first += len(block)
    return tensor, tuple(sorted(set(too_large)))


def _blocks(dataset: h5py.Dataset) -> Iterator[np.ndarray]:
    """Yield some rows at a time, whole chunks of the file where it has chunks."""
    step = max(1, BLOCK_VALUES // max(1, dataset.shape[1]))
    if dataset.chunks:
        step = max(1, step // dataset.chunks[0]) * dataset.chunks[0]
    for first in range(0, dataset.shape[0], step):
        yield dataset[first : first + step]


def _beside(items: list[Item], n_rows: int) -> dict[str, pa.StringArray]:
    """Return what has one value per row, by name."""
    found = {}
    for item in items:
        node = item.node
        if item.array.shape == (n_rows,) and is_own(node) and node.dtype.kind in "fiubSOU":
            found[item.array.key] = array_texts(node[...])
    return found
