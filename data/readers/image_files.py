"""Pictures of points in a zip or a folder: their names, and their bytes within bounds.

Nothing is unpacked to the disk: a name in a zip is a name, wherever it claims to lead.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from data.errors import ReadError
from data.inside import open_inside
from data.limits import Limits
from data.readers.bounds import spell_bytes
from data.readers.sprite_file import UnusableError

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp")
ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
# Others need more memory to unpack than the result has bytes.
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
MAX_DEPTH = 20


class ImageFiles(Protocol):
    """Pictures by their names, which are relative paths with slashes."""

    names: list[str]

    def read(self, name: str) -> bytes:
        """Return the bytes of a picture; UnusableError when they cannot be had."""


def holds_images(path: Path, name: str) -> bool:
    """Tell whether a sprite is a zip or folder of pictures rather than a sheet."""
    if path.is_dir() or name.lower().endswith(".zip"):
        return True
    with path.open("rb") as file:
        return file.read(4) in ZIP_STARTS


@contextmanager
def open_images(path: Path, name: str, limits: Limits) -> Iterator[ImageFiles]:
    """Open a zip or a folder.

    Raises
    ------
    UnusableError
        If it is neither, or would unpack to more than the limit.
    """
    if path.is_dir():
        yield Folder(path, limits)
        return
    try:
        archive = zipfile.ZipFile(path)
    # Damaged directories raise whatever is read in them.
    except (zipfile.BadZipFile, OSError, ValueError, LookupError, NotImplementedError) as error:
        raise UnusableError(f"{name} is not a zip file, or is damaged.") from error
    with archive:
        yield Zip(archive, name, limits)


class Zip:
    """Pictures in a zip file, its folders included."""

    def __init__(self, archive: zipfile.ZipFile, name: str, limits: Limits) -> None:
        self._archive, self._limits = archive, limits
        self._members = {m.filename: m for m in archive.infolist() if is_image(m.filename)}
        self.names = list(self._members)
        size = sum(member.file_size for member in self._members.values())
        if size > limits.upload_bytes:
            raise UnusableError(
                f"{name} unpacks to {spell_bytes(size)}; upload_bytes is {limits.upload_bytes:,}."
            )

    def read(self, name: str) -> bytes:
        """Return the bytes of a picture."""
        member, most = self._members[name], self._limits.sprite_bytes
        if member.flag_bits & 1:
            raise UnusableError(f"{name} is encrypted.")
        if member.compress_type not in COMPRESSIONS:
            raise UnusableError(f"{name} is compressed in a way that is not read.")
        with self._archive.open(member) as file:
            return bounded(file.read(most + 1), name, most)


class Folder:
    """Pictures in a folder of this host and the folders in it; links are not followed."""

    def __init__(self, root: Path, limits: Limits) -> None:
        self._root, self._limits = root.resolve(), limits
        self.names = list(self._list(self._root, "", 0))

    def read(self, name: str) -> bytes:
        """Return the bytes of a picture."""
        most = self._limits.sprite_bytes
        try:
            with open_inside(self._root, self._root / name) as file:
                return bounded(file.read(most + 1), name, most)
        except ReadError as error:
            raise UnusableError(error.message) from None

    def _list(self, folder: Path, prefix: str, depth: int) -> Iterator[str]:
        try:
            entries = list(os.scandir(folder))
        except OSError:
            return  # not ours to read
        for entry in entries:
            if entry.is_file(follow_symlinks=False) and is_image(entry.name):
                yield prefix + entry.name
            elif entry.is_dir(follow_symlinks=False) and depth < MAX_DEPTH and entry.name[0] != ".":
                yield from self._list(Path(entry.path), f"{prefix}{entry.name}/", depth + 1)


def is_image(name: str) -> bool:
    """Tell whether a name is a picture's; what systems hide is not."""
    parts = name.split("/")
    hidden = "__MACOSX" in parts or any(part[:1] == "." and part.strip(".") for part in parts)
    return not hidden and parts[-1].lower().endswith(SUFFIXES)


def bounded(content: bytes, name: str, most: int) -> bytes:
    """Return the content, unless there is more than the limit."""
    if len(content) > most:
        raise UnusableError(f"{name} has more bytes than sprite_bytes, {most:,}.")
    return content
