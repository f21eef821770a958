"""NumPy archives: one array is the tensor, those of the same length describe its rows."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from data.errors import LimitError, ReadError
from data.limits import Limits
from data.readers import npy
from data.readers.array_texts import array_texts
from data.readers.bounds import FEWER_COLUMNS, check_readable, check_shape
from data.readers.contract import FoundTensor, ReadOptions
from data.readers.named_arrays import NamedArray, choose_array, rows_notes, which_array

MAX_MEMBERS = 1_000


@dataclass(frozen=True)
class Member:
    """One array of the archive, known by its header only."""

    key: str
    info: zipfile.ZipInfo
    header: npy.NpyHeader

    @property
    def array(self) -> NamedArray:
        """What it is, for choosing."""
        dtype = self.header.dtype
        return NamedArray(self.key, self.header.shape, dtype.name, dtype.kind in "fiub")

    def describes(self, n_rows: int) -> bool:
        """Whether it can be a metadata column: one value per row."""
        return self.header.shape == (n_rows,) and self.header.dtype.kind in "USfiub"


def read_npz(path: Path, name: str, options: ReadOptions, limits: Limits) -> FoundTensor:
    """Read the tensor of an archive, and the arrays that describe its rows."""
    check_readable(path, name)
    with _readable(name), zipfile.ZipFile(path) as archive:
        members = _members(archive, name, limits)
        arrays = [member.array for member in members]
        picked = choose_array(arrays, name, options.tensor)
        chosen = members[arrays.index(picked)]
        # Why what was picked is no tensor is said best by these.
        npy.check_numbers(chosen.header.dtype, f"{chosen.key} in {name}")
        check_shape(chosen.header.shape, f"{chosen.key} in {name}", limits)
        with archive.open(chosen.info) as file:
            file.read(chosen.header.offset)
            tensor, too_large = npy.stream_matrix(file, chosen.header, f"{chosen.key} in {name}")
        columns = [member for member in members if member.describes(len(tensor))]
        if len(columns) > limits.metadata_columns:
            raise LimitError(
                f"{name} has {len(columns):,} arrays that describe the points; "
                f"metadata_columns is {limits.metadata_columns:,}.",
                hint=FEWER_COLUMNS,
            )
        texts = {member.key: _texts(archive, member, name) for member in columns}
    return FoundTensor(
        tensor,
        metadata=pa.table(texts) if texts else None,
        too_large=too_large,
        notes=rows_notes(list(texts), _others(members, chosen, texts)),
        format="NumPy archive",
        dtype=chosen.header.dtype.name,
        choices=which_array(arrays, picked),
    )


def _others(members: list[Member], chosen: Member, columns: Collection[str]) -> list[str]:
    used = (chosen.key, *columns)
    return [m.key for m in members if m.key not in used and m.header.shape]


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
        raise LimitError(
            f"{name} holds {len(infos):,} arrays; at most {MAX_MEMBERS:,} are read.",
            hint="Save what is to be seen in a file of its own.",
        )
    npy.check_unpacked(sum(info.file_size for info in infos), name, limits)
    members = []
    for info in infos:
        key = info.filename.removesuffix(".npy")
        with archive.open(info) as file:
            header = npy.read_header(file, f"{key} in {name}")
        npy.check_present(header, info.file_size - header.offset, f"{key} in {name}")
        members.append(Member(key, info, header))
    return members


def _texts(archive: zipfile.ZipFile, member: Member, name: str) -> pa.StringArray:
    """Return one array as text, numbers spelled the shortest way."""
    with archive.open(member.info) as file:
        file.read(member.header.offset)
        raw = file.read(member.header.n_bytes)
    npy.check_present(member.header, len(raw), f"{member.key} in {name}")
    return array_texts(_characters(raw, member.header.dtype))


def _characters(raw: bytes, dtype: np.dtype[np.generic]) -> np.ndarray:
    """Return the values of an array; numbers that are no character become a question mark sign."""
    if dtype.kind != "U" or not dtype.itemsize:
        return np.frombuffer(raw, dtype)
    codes = np.frombuffer(raw, np.dtype(np.uint32).newbyteorder(dtype.byteorder)).astype(np.uint32)
    codes[(codes > 0x10FFFF) | ((codes >= 0xD800) & (codes <= 0xDFFF))] = 0xFFFD
    return codes.view(f"=U{dtype.itemsize // 4}")
