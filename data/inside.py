"""The one resolver for paths that stand in files from outside: inside a folder, or refused."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import IO

from data.errors import ReadError

# http://, gs://, simplecache::http://
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(//|:)")
WINDOWS_ROOT = re.compile(r"[A-Za-z]:[\\/]|\\\\")
LEADS_OUT = "it leads out of the log directory"


def find_inside(root: Path, folder: Path, text: str) -> tuple[Path, os.stat_result]:
    """Find the regular file that a text names.

    Links are followed as long as they stay inside. Nothing is opened, and nothing outside is told
    apart from what is not there.

    Parameters
    ----------
    root : what must not be left; resolved, without links
    folder : to which the text is relative; inside `root`, without links

    Returns
    -------
    path : without links, inside `root`
    status : of the file

    Raises
    ------
    ReadError
        If it is refused or missing; the message is a reason, such as "it is missing".
    """
    path = resolve_inside(root, folder, text)
    try:
        # A link that has appeared in the meantime is no regular file, and is not followed.
        status = path.lstat()
    except (OSError, ValueError):
        raise ReadError("it is missing") from None
    if not stat.S_ISREG(status.st_mode):
        raise ReadError("it is no regular file")
    return path, status


def resolve_inside(root: Path, folder: Path, text: str) -> Path:
    """Return the path that a text names, which may be missing; see `find_inside`."""
    _refuse_other_spellings(text)
    try:
        path = _plain_path(folder, text) or os.path.realpath(folder / text)
    except (OSError, ValueError):
        raise ReadError("it is missing") from None
    if not path.startswith(f"{str(root).rstrip('/')}/"):
        raise ReadError(LEADS_OUT)
    return Path(path)


def open_inside(root: Path, path: Path) -> IO[bytes]:
    """Open a file that `find_inside` returned, wherever links point by now.

    Every part is opened relative to the one before and none may be a link, so that nobody can
    put another file in its place after the check; a fifo is not waited for.

    Raises
    ------
    ReadError
        If it is no longer a regular file inside.
    """
    *folders, name = path.relative_to(root).parts
    try:
        here = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            for part in folders:
                flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
                below = os.open(part, flags, dir_fd=here)
                os.close(here)
                here = below
            file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=here)
        finally:
            os.close(here)
    except OSError:
        raise ReadError(f"{path.name} cannot be opened.", hint="Try again.") from None
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise ReadError(f"{path.name} is no regular file.")
    return os.fdopen(file, "rb")


def _refuse_other_spellings(text: str) -> None:
    """Refuse what is no relative path."""
    if "\0" in text:
        raise ReadError("it is no path")
    if ADDRESS.match(text):
        raise ReadError("it is an address, and only files are read")
    if text.startswith("/") or WINDOWS_ROOT.match(text):
        raise ReadError("it is absolute, and only files inside the log directory are read")
    if text.startswith("~"):
        raise ReadError(LEADS_OUT)


def _plain_path(folder: Path, text: str) -> str:
    """Return the path when no part of it is a link or "..", which costs a few calls only."""
    path = str(folder)
    for part in text.split("/"):
        if part == "..":
            return ""
        if part in ("", "."):
            continue
        path = f"{path.rstrip('/')}/{part}"
        if stat.S_ISLNK(os.lstat(path).st_mode):
            return ""
    return path
