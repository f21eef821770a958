"""What is too large: one value per limit, overridden by the settings."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Limits of what is read from outside and of what a request may ask.

    Sizes are in bytes, times in seconds, the sprite's side in pixels. A limit of 0 follows from
    the machine.
    """

    upload_bytes: int = 2 * 1024**3
    max_points: int = 5_000_000
    max_dims: int = 65_536
    metadata_columns: int = 200
    metadata_cell_bytes: int = 1024**2
    sprite_pixels: int = 16_384
    sprite_bytes: int = 64 * 1024**2
    parse_memory: int = 4 * 1024**3
    parse_seconds: int = 600
    max_neighbors: int = 1_000
    pattern_length: int = 500
    slots: int = 0
    lease_seconds: int = 30
    projection_memory: int = 0
    projection_seconds: int = 6 * 3_600
    computed_bytes: int = 20 * 1024**3

    @property
    def n_slots(self) -> int:
        """Projections that compute at the same time: half the cores unless set."""
        return self.slots or max(1, n_cores() // 2)

    @property
    def threads_of_a_job(self) -> int:
        """Threads with which each of them computes."""
        return max(1, n_cores() // self.n_slots)

    @property
    def memory_of_a_job(self) -> int:
        """Bytes that a projection may need: half the machine's memory unless set."""
        machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        return self.projection_memory or machine // 2


def n_cores() -> int:
    """Return the cores that this process may use."""
    return len(os.sched_getaffinity(0))
