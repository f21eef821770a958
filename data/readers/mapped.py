"""Files that are mapped into memory, and how to keep no more of them there than is needed."""

from __future__ import annotations

import mmap

import numpy as np


def let_go(values: np.ndarray) -> None:
    """Count what was read of a mapped file no longer as memory of this process.

    The values stay readable; an array that is no mapped file is left as it is.
    """
    base = values
    while isinstance(base, np.ndarray) and base.base is not None:
        base = base.base
    if isinstance(base, mmap.mmap):
        base.madvise(mmap.MADV_DONTNEED)
