"""A file of vectors: the reader by extension, then the checks all formats share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import numpy as np

from data.counted import counted
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
from data.readers.safetensors import read_safetensors
from data.readers.table import read_table
from data.readers.tensor_pass import PassedTensor, pass_through
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
SHOWN_ROWS = 8


def read_tensor(
    path: Path, name: str, options: ReadOptions, limits: Limits, out: Path | None = None
) -> TensorFile:
    """Read a file of vectors.

    Parameters
    ----------
    path : where the bytes are
    name : what the user calls the file; its extension says the format, .gz after it the packing
    out : where the tensor is kept, as a float32 .npy file; None: for as long as it is used
    """
    with (
        unpacked(path, name, limits) as (plain_path, plain_name),
        out.open("w+b") if out else TemporaryFile() as file,
    ):
        return _read_unpacked(plain_path, plain_name, options, limits, file)


def _read_unpacked(
    path: Path, name: str, options: ReadOptions, limits: Limits, file: IO[bytes]
) -> TensorFile:
    suffix = Path(name).suffix.lower()
    check_readable(path, name)
    if suffix not in READERS:
        raise _unknown_format(name, suffix)
    found = READERS[suffix](path, name, options, limits)
    check_shape(found.tensor.shape, name, limits)
    passed = pass_through(found.tensor, file, None)
    finite = passed.finite
    warnings = list(found.warnings)
    metadata, kept_rows, choices = found.metadata, None, found.choices
    if not finite.all():
        complaint = _complaint(found, passed)
        choices = (*choices, _dropping(options))
        _refuse_dropping(complaint, finite, options, name, choices)
        warnings.append(f"Left out: {complaint}")
        kept_rows = np.flatnonzero(finite)
        metadata = metadata.take(kept_rows) if metadata is not None else None
        file.seek(0)
        file.truncate()
        passed = pass_through(found.tensor, file, kept_rows)
    shape = (int(finite.sum()), found.tensor.shape[1])
    tensor = np.memmap(file, np.float32, "r", file.tell() - 4 * shape[0] * shape[1], shape)
    return TensorFile(
        tensor,
        passed.digest,
        metadata,
        kept_rows,
        n_rows=len(finite),
        warnings=(*warnings, *passed.remarks.warnings()),
        notes=(*found.notes, *passed.remarks.notes(tensor)),
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


def _complaint(found: FoundTensor, passed: PassedTensor) -> str:
    """Say which rows cannot be points and why."""
    too_large = np.union1d(np.array(found.too_large, np.int64), np.flatnonzero(passed.too_large))
    others = np.setdiff1d(np.flatnonzero(~passed.finite), too_large)
    parts = [
        (others, "missing or infinite values"),
        (too_large, "values that do not fit float32 (above 3.4e38)"),
    ]
    return " ".join(
        f"{counted(len(rows), 'row')} ({_places(found, rows)}) "
        f"{'has' if len(rows) == 1 else 'have'} {what}."
        for rows, what in parts
        if len(rows)
    )


def _places(found: FoundTensor, rows: np.ndarray) -> str:
    shown = ", ".join(str(found.place(int(row))) for row in rows[:SHOWN_ROWS])
    unit = found.unit if len(rows) == 1 else f"{found.unit}s"
    from_where = ", counted from 0" if found.unit == "row" else ""
    return f"{unit} {shown}{'..' if len(rows) > SHOWN_ROWS else ''}{from_where}"


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
        raise ReadError(
            f"{name} has no row that can be a point: {complaint}",
            hint="Correct them, or choose other columns or another array as the vector.",
            choices_left=choices,
        )
    if not options.drop_invalid_rows:
        raise ReadError(
            f"{name}: {complaint}",
            hint="Correct them, or open the file again and let these rows be left out.",
            choices_left=choices,
        )
