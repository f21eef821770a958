"""What is too large: one value per limit, overridden by the settings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Limits of what is read from outside and of what a request may ask.

    Sizes are in bytes, times in seconds, the sprite's side in pixels.
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
