"""How a process that computes keeps memory: what one step frees, the next one takes again."""

from __future__ import annotations

import numpy as np

# Just under the largest size up to which glibc adapts, 32 MiB with its own header.
LARGEST_KEPT = 2**25 - 2**14


def keep_freed_memory() -> None:
    """Have the C library keep freed blocks of up to 32 MiB for the next time.

    A new process of glibc gives each array above 128 kB back to the kernel when it is freed, and
    pays for empty pages when it makes the next: a quarter of each t-SNE step. The limit follows the
    largest block that was ever freed, see M_MMAP_THRESHOLD in mallopt(3); this one is never
    touched, so it takes no memory. Other C libraries do as they like.
    """
    np.empty(LARGEST_KEPT, np.uint8)
