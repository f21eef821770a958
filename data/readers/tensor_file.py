"""A file of vectors: the reader by extension, then the checks all formats share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from data.errors import ReadError
from data.limits import Limits
from data.readers.arrow import read_arrow, read_parquet
from data.readers.bounds import check_readable, check_shape
from data.readers.checkpoint import read_checkpoint
from data.readers.checkpoint_v1 import read_checkpoint_v1
from data.readers.contract import Choice, FoundTensor, ReadOptions, TensorFile
from data.readers.gzipped import unpacked
from data.readers.json_files import read_json, read_jsonl
from data.readers.npy import read_npy, read_raw
from data.readers.npz import read_npz
from data.readers.remarks import remarks
from data.readers.safetensors import read_safetensors
from data.readers.table import read_table
from data.readers.word_vectors import read_text, read_vec, read_word2vec

__all__ = ["READERS", "ReadOptions", "TensorFile", "read_tensor"]

Reader = Callable[[Path, str, ReadOptions, Limits], FoundTensor]


def _read_hdf5(path: Path, name: str, options: ReadOptions, limits: Limits) -> FoundTensor:
    # A tenth of a second to import, and most files are others.
    from data.readers.hdf5 import read_hdf5

    return read_hdf5(path, name, options, limits)


READERS: dict[str, Reader] = {
    ".npy": read_npy,
    ".npz": read_npz,
    ".bytes": read_raw,
    ".tsv": read_table,
    ".csv": read_table,
    ".txt": read_text,
    ".vec": read_vec,
    ".bin": read_word2vec,
    ".parquet": read_parquet,
    ".feather": read_arrow,
    ".arrow": read_arrow,
    ".arrows": read_arrow,
    ".safetensors": read_safetensors,
    ".h5": _read_hdf5,
    ".hdf5": _read_hdf5,
    ".h5ad": _read_hdf5,
    ".jsonl": read_jsonl,
    ".json": read_json,
    ".index": read_checkpoint,
    ".ckpt": read_checkpoint_v1,
}
PICKLES = {".pt", ".pth", ".pkl", ".pickle", ".joblib"}
TORCH_PICKLES = {".pt", ".pth"}
BLOCK_VALUES = 2**20
SHOWN_ROWS = 8


def read_tensor(path: Path, name: str, options: ReadOptions, limits: Limits) -> TensorFile:
    """Read a file of vectors.

    Parameters
    ----------
    path : where the bytes are
    name : what the user calls the file; its extension says the format, .gz after it the packing
    """
    with unpacked(path, name, limits) as (plain_path, plain_name):
        return _read_unpacked(plain_path, plain_name, options, limits)


def _read_unpacked(path: Path, name: str, options: ReadOptions, limits: Limits) -> TensorFile:
    suffix = Path(name).suffix.lower()
    check_readable(path, name)
    if suffix not in READERS:
        raise _unknown_format(name, suffix)
    found = READERS[suffix](path, name, options, limits)
    check_shape(found.tensor.shape, name, limits)
    finite = _finite_rows(found.tensor)
    warnings = list(found.warnings)
    tensor, metadata, kept_rows, choices = found.tensor, found.metadata, None, found.choices
    if not finite.all():
        complaint = _complaint(found, finite)
        choices = (*choices, _dropping(options))
        _refuse_dropping(complaint, finite, options, name, choices)
        warnings.append(f"Left out: {complaint}")
        kept_rows = np.flatnonzero(finite)
        tensor = _keep(tensor, kept_rows)
        metadata = metadata.take(kept_rows) if metadata is not None else None
    more_warnings, notes = remarks(tensor)
    return TensorFile(
        tensor,
        metadata,
        kept_rows,
        n_rows=len(finite),
        warnings=(*warnings, *more_warnings),
        notes=(*found.notes, *notes),
        format=found.format,
        dtype=found.dtype,
        dim_names=found.dim_names,
        choices=choices,
    )


def _unknown_format(name: str, suffix: str) -> ReadError:
    if suffix in PICKLES:
        load = (
            "array = torch.load(path, weights_only=True).numpy()"
            if suffix in TORCH_PICKLES
            else "array = pickle.load(open(path, 'rb'))"
        )
        return ReadError(
            f"{name} is a pickle: not opened, because a pickle can run any program.",
            hint=f"Convert it where you trust it:\n{load}\nnumpy.save('tensor.npy', array)",
        )
    return ReadError(
        f"{name} is of a kind that is not read here ({suffix or 'no extension'}).",
        hint=f"These are read: {', '.join(READERS)}.",
    )


def _finite_rows(tensor: np.ndarray) -> np.ndarray:
    """Return which rows are finite throughout, as a mask of shape (n_rows,)."""
    finite = np.empty(len(tensor), bool)
    step = max(1, BLOCK_VALUES // tensor.shape[1])
    for first in range(0, len(tensor), step):
        finite[first : first + step] = np.isfinite(tensor[first : first + step]).all(axis=1)
    return finite


def _complaint(found: FoundTensor, finite: np.ndarray) -> str:
    """Say which rows cannot be points and why."""
    too_large = np.array(found.too_large, np.int64)
    others = np.setdiff1d(np.flatnonzero(~finite), too_large)
    parts = [
        (others, "missing or infinite values"),
        (too_large, "values that do not fit float32 (above 3.4e38)"),
    ]
    return " ".join(
        f"{len(rows)} {'row' if len(rows) == 1 else 'rows'} ({_places(found, rows)}) "
        f"{'has' if len(rows) == 1 else 'have'} {what}."
        for rows, what in parts
        if len(rows)
    )


def _places(found: FoundTensor, rows: np.ndarray) -> str:
    shown = ", ".join(str(found.place(int(row))) for row in rows[:SHOWN_ROWS])
    unit = found.unit if len(rows) == 1 else f"{found.unit}s"
    counted = ", counted from 0" if found.unit == "row" else ""
    return f"{unit} {shown}{'..' if len(rows) > SHOWN_ROWS else ''}{counted}"


def _dropping(options: ReadOptions) -> Choice:
    label, help = "Leave out rows that are not finite", "Points need a finite value everywhere."
    return Choice("drop_invalid_rows", label, "switch", options.drop_invalid_rows, help=help)


def _refuse_dropping(
    complaint: str,
    finite: np.ndarray,
    options: ReadOptions,
    name: str,
    choices: tuple[Choice, ...],
) -> None:
    if not finite.any():
        raise ReadError(f"{name} has no row that can be a point: {complaint}", choices_left=choices)
    if not options.drop_invalid_rows:
        raise ReadError(
            f"{name}: {complaint}",
            hint="Correct them, or open the file again and let these rows be left out.",
            choices_left=choices,
        )


def _keep(tensor: np.ndarray, kept_rows: np.ndarray) -> np.ndarray:
    """Move the kept rows to the front, in place, and return them."""
    step = max(1, BLOCK_VALUES // tensor.shape[1])
    for first in range(0, len(kept_rows), step):
        rows = kept_rows[first : first + step]
        # A row never moves to a later place, so nothing is overwritten before it is read.
        tensor[first : first + len(rows)] = tensor[rows]
    kept: np.ndarray = tensor[: len(kept_rows)]
    return kept
