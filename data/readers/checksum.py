"""CRC-32C as TensorFlow and LevelDB store it: rotated, so that it may stand in what it covers."""

from __future__ import annotations

import google_crc32c
import numpy as np

MASK_DELTA = 0xA282_EAD8


def masked_crc32c(content: bytes | memoryview | np.ndarray) -> int:
    """Return the stored form of the checksum of some bytes; nothing is copied."""
    crc: int = google_crc32c.extend(0, np.frombuffer(content, np.uint8))
    return ((crc >> 15 | crc << 17) + MASK_DELTA) & 0xFFFF_FFFF
