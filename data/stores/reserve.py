"""A file that takes up room, so that there is some when the disk is full."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path


class Reserve:
    """Keeps `size` bytes of the disk of `path`; what uses them must be able to make room."""

    def __init__(self, path: Path, size: int) -> None:
        self.path = path
        self.size = size

    def keep(self) -> None:
        """Take the room again where it is to be had; a disk that is nearly full is left alone."""
        if self.path.exists():
            return
        new = self.path.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            if shutil.disk_usage(self.path.parent).free < 2 * self.size:
                return
            try:
                with new.open("wb") as file:
                    os.posix_fallocate(file.fileno(), 0, self.size)
                new.replace(self.path)
            finally:
                new.unlink(missing_ok=True)

    def release(self) -> bool:
        """Give the room back; tell whether there was any."""
        try:
            self.path.unlink()
        except OSError:
            return False
        return True
