"""NumPy archives: one array is the tensor, those of the same length describe its rows."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from data.errors import ChooseTensorError, LimitError, ReadError
from data.limits import Limits
from data.readers import npy
from data.readers.bounds import check_readable, check_shape
from data.readers.contract import Choice, FoundTensor, Option, ReadOptions

MAX_MEMBERS = 1_000


@dataclass(frozen=True)
class Member:
    """One array of the archive, known by its header only."""

    key: str
    info: zipfile.ZipInfo
    header: npy.NpyHeader

    @property
    def is_tensor(self) -> bool:
        """Whether it can be projected: a matrix of real numbers."""
        return len(self.header.shape) == 2 and self.header.dtype.kind in "fiub"

    def describes(self, n_rows: int) -> bool:
        """Whether it can be a metadata column: one value per row."""
        return self.header.shape == (n_rows,) and self.header.dtype.kind in "USfiub"

    def summary(self) -> dict[str, object]:
        """Return what a person needs to choose among arrays."""
        shape, dtype = list(self.header.shape), self.header.dtype.name
        return {"name": self.key, "shape": shape, "dtype": dtype}


def read_npz(path: Path, name: str, options: ReadOptions, limits: Limits) -> FoundTensor:
    """Read the tensor of an archive, and the arrays that describe its rows."""
    check_readable(path, name)
    with _readable(name), zipfile.ZipFile(path) as archive:
        members = _members(archive, name, limits)
        chosen = _choose(members, name, options.tensor)
        check_shape(chosen.header.shape, f"{chosen.key} in {name}", limits)
        with archive.open(chosen.info) as file:
            file.read(chosen.header.offset)
            tensor, too_large = npy.stream_matrix(file, chosen.header, f"{chosen.key} in {name}")
        columns = [member for member in members if member.describes(len(tensor))]
        if len(columns) > limits.metadata_columns:
            raise LimitError(
                f"{name} has {len(columns)} arrays that describe the points; "
                f"metadata_columns is {limits.metadata_columns}."
            )
        texts = {member.key: _texts(archive, member, name) for member in columns}
    return FoundTensor(
        tensor,
        metadata=pa.table(texts) if texts else None,
        too_large=too_large,
        notes=_notes(members, chosen, list(texts)),
        format="NumPy archive",
        dtype=chosen.header.dtype.name,
        choices=_which(members, chosen),
    )


@contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        NotImplementedError,
        RuntimeError,  # what zipfile raises for an encrypted member
        UnicodeDecodeError,
        OSError,  # a member said to begin before the file does
    ) as error:
        raise ReadError(
            f"{name} cannot be read as an npz archive: it is damaged, cut off or encrypted.",
            hint="Save it again with numpy.savez.",
        ) from error


def _members(archive: zipfile.ZipFile, name: str, limits: Limits) -> list[Member]:
    """Return the arrays of an archive by their headers; nothing else is unpacked."""
    infos = [info for info in archive.infolist() if info.filename.endswith(".npy")]
    if not infos:
        raise ReadError(f"{name} holds no arrays.", hint="Save it with numpy.savez.")
    if len(infos) > MAX_MEMBERS:
        raise LimitError(f"{name} holds {len(infos)} arrays; at most {MAX_MEMBERS} are read.")
    npy.check_unpacked(sum(info.file_size for info in infos), name, limits)
    members = []
    for info in infos:
        key = info.filename.removesuffix(".npy")
        with archive.open(info) as file:
            header = npy.read_header(file, f"{key} in {name}")
        npy.check_present(header, info.file_size - header.offset, f"{key} in {name}")
        members.append(Member(key, info, header))
    return members


def _choose(members: list[Member], name: str, wanted: str | None) -> Member:
    if wanted is not None:
        found = next((member for member in members if member.key == wanted), None)
        if found is None:
            keys = ", ".join(member.key for member in members)
            raise ReadError(f"{name} holds no array {wanted!r}.", hint=f"It holds: {keys}.")
        npy.check_numbers(found.header.dtype, f"{found.key} in {name}")
        return found
    tensors = [member for member in members if member.is_tensor]
    if len(tensors) > 1:
        raise ChooseTensorError(
            f"{name} holds {len(tensors)} tensors: {', '.join(m.key for m in tensors)}.",
            [member.summary() for member in tensors],
            hint="Choose one of them.",
        )
    if tensors:
        return tensors[0]
    if len(members) == 1:
        # The checks of the only array say best why it is no tensor.
        npy.check_numbers(members[0].header.dtype, f"{members[0].key} in {name}")
        return members[0]
    shapes = ", ".join(f"{m.key} {m.header.shape} {m.header.dtype.name}" for m in members[:20])
    raise ReadError(
        f"{name} holds no 2D array of numbers.",
        hint=f"Save one of shape (points, dimensions); it holds: {shapes}.",
    )


def _which(members: list[Member], chosen: Member) -> tuple[Choice, ...]:
    """Return the question which array is the tensor, when there are several."""
    tensors = [member for member in members if member.is_tensor]
    if len(tensors) < 2:
        return ()
    options = tuple(
        Option(m.key, f"{m.header.shape[0]:,} × {m.header.shape[1]:,} {m.header.dtype.name}")
        for m in tensors
    )
    return (Choice("tensor", "Array", "one", chosen.key, options),)


def _texts(archive: zipfile.ZipFile, member: Member, name: str) -> pa.StringArray:
    """Return one array as text, numbers spelled the shortest way."""
    with archive.open(member.info) as file:
        file.read(member.header.offset)
        raw = file.read(member.header.n_bytes)
    npy.check_present(member.header, len(raw), f"{member.key} in {name}")
    values = _characters(raw, member.header.dtype)
    if member.header.dtype.kind == "S":
        texts = [value.decode("utf-8", "replace") for value in values.tolist()]
    elif member.header.dtype.kind == "f":
        # str of the numpy scalar, not of its float64, gives the shortest spelling.
        texts = ["" if np.isnan(value) else str(value) for value in values]
    else:
        texts = [str(value) for value in values.tolist()]
    return pa.array([text or None for text in texts], pa.string())


def _characters(raw: bytes, dtype: np.dtype[np.generic]) -> np.ndarray:
    """Return the values of an array; numbers that are no character become a question mark sign."""
    if dtype.kind != "U" or not dtype.itemsize:
        return np.frombuffer(raw, dtype)
    codes = np.frombuffer(raw, np.dtype(np.uint32).newbyteorder(dtype.byteorder)).astype(np.uint32)
    codes[(codes > 0x10FFFF) | ((codes >= 0xD800) & (codes <= 0xDFFF))] = 0xFFFD
    return codes.view(f"=U{dtype.itemsize // 4}")


def _notes(members: list[Member], chosen: Member, columns: list[str]) -> tuple[str, ...]:
    notes = []
    if columns:
        notes.append(f"Arrays of the same length were taken as metadata: {', '.join(columns)}.")
    others = [m.key for m in members if m is not chosen and m.key not in columns and m.header.shape]
    if others:
        notes.append(f"Other arrays of the file were left out: {', '.join(others)}.")
    return tuple(notes)
