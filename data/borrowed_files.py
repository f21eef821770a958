"""Files of other programs, read where they lie while their owner may write them again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from data.errors import FileChangedError


@dataclass(frozen=True)
class BorrowedFile:
    """An open file: it stays the one that was checked, wherever its name leads by now.

    Attributes
    ----------
    name : what the user calls it
    before : its status when it was opened
    """

    file: IO[bytes]
    name: str
    before: os.stat_result

    @classmethod
    def of(cls, file: IO[bytes], name: str) -> BorrowedFile:
        """Note how an open file is now."""
        return cls(file, name, os.fstat(file.fileno()))

    @property
    def descriptor(self) -> int:
        """The number by which a child process that inherits it knows it, too."""
        return self.file.fileno()

    def link(self, path: Path) -> Path:
        """Give it a path, which leads to it only in processes that have it open."""
        path.symlink_to(f"/dev/fd/{self.descriptor}")
        return path

    def has_changed(self) -> bool:
        """Tell whether somebody has written into it; another file of its name is none."""
        now, before = os.fstat(self.descriptor), self.before
        return (now.st_mtime_ns, now.st_size) != (before.st_mtime_ns, before.st_size)


@contextmanager
def unchanged(files: Sequence[BorrowedFile]) -> Iterator[None]:
    """Refuse what was read of files that somebody wrote meanwhile: they may never have been so.

    Raises
    ------
    FileChangedError
        If one has changed, in place of any error that was met.
    """
    try:
        yield
    finally:
        for file in files:
            if file.has_changed():
                raise FileChangedError(
                    f"{file.name} is being written.", hint="Try again when it is finished."
                )
