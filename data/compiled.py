"""Where machine code that numba compiles is kept: once per machine, not once per process."""

from __future__ import annotations

import os

from platformdirs import user_cache_path

NAME = "embedding-dashboard"


def keep_compiled_code() -> None:
    """Choose a lasting folder; must be called before numba is imported for the first time."""
    if "NUMBA_CACHE_DIR" in os.environ:
        return
    folder = user_cache_path(NAME) / "numba"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        # Without it, every process compiles for itself.
        return
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
