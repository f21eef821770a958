"""CRC-32C as TensorFlow and LevelDB store it: rotated, so that it may stand in what it covers."""

from __future__ import annotations

import google_crc32c
import numpy as np

from data.readers.mapped import let_go

BLOCK_BYTES = 16 * 1024**2
MASK_DELTA = 0xA282_EAD8


def masked_crc32c(content: bytes | memoryview | np.ndarray) -> int:
    """Return the stored form of the checksum of some bytes; nothing is copied."""
    values = np.frombuffer(content, np.uint8)
    crc = 0
    for first in range(0, len(values), BLOCK_BYTES):
        crc = google_crc32c.extend(crc, values[first : first + BLOCK_BYTES])
        if isinstance(content, np.memmap):
            let_go(content)
    return ((crc >> 15 | crc << 17) + MASK_DELTA) & 0xFFFF_FFFF
