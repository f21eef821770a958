"""Linear algebra in one thread for a while, whoever else asks for the same meanwhile."""

from __future__ import annotations

import threading
from typing import Any


class OneThread:
    """Holds BLAS to one thread as long as anybody is within.

    How many threads BLAS uses is the same for the whole process. Each of two that set it and put
    it back by themselves could put back what the other had set, and it would stay so.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._n_within = 0
        self._before: list[Any] = []

    def __enter__(self) -> None:
        # Imported here: a web process must start fast.
        from threadpoolctl import threadpool_limits

        with self._lock:
            self._n_within += 1
            # Every time, since SciPy brings a BLAS of its own when it is first needed.
            self._before.append(threadpool_limits(1))

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._n_within -= 1
            while not self._n_within and self._before:
                self._before.pop().restore_original_limits()


# One, since a process has one BLAS.
one_thread = OneThread()
