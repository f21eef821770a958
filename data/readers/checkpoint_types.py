"""What TensorFlow can store, by the numbers of its DataType, and how it becomes float32."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class StoredType:
    """A type of values.

    Attributes
    ----------
    name : TensorFlow's
    layout : the numpy type whose bytes they are; None when they are no real numbers
    """

    name: str
    layout: str | None = None

    @property
    def itemsize(self) -> int:
        """Bytes of one value."""
        return np.dtype(self.layout).itemsize if self.layout else 0

    def values(self, raw: np.ndarray) -> np.ndarray:
        """Return numbers that numpy knows, of the same shape.

        Parameters
        ----------
        raw : of type `layout`, in either byte order
        """
        if self.name == "bfloat16":  # the upper half of a float32
            return (raw.astype(np.uint32) << np.uint32(16)).view(np.float32)
        if self.name == "float8_e5m2":  # the upper half of a float16
            return (raw.astype(np.uint16) << np.uint16(8)).view(np.float16)
        if self.name == "float8_e4m3fn":
            raw = E4M3FN[raw]
        return raw


def _e4m3fn() -> np.ndarray:
    """Return the values of all 256 bytes: sign, 4 bits of exponent (bias 7), 3 of fraction."""
    bits = np.arange(256)
    exponent, fraction = bits >> 3 & 15, bits & 7
    size = np.where(exponent == 0, fraction * 2.0**-9, (1 + fraction / 8) * 2.0 ** (exponent - 7.0))
    size[bits & 127 == 127] = np.nan
    return np.where(bits < 128, size, -size).astype(np.float32)


E4M3FN = _e4m3fn()
# tensorflow/core/framework/types.proto; the q types are integers whose scale stands elsewhere.
STORED_TYPES = {
    1: StoredType("float32", "f4"),
    2: StoredType("float64", "f8"),
    3: StoredType("int32", "i4"),
    4: StoredType("uint8", "u1"),
    5: StoredType("int16", "i2"),
    6: StoredType("int8", "i1"),
    7: StoredType("string"),
    8: StoredType("complex64"),
    9: StoredType("int64", "i8"),
    10: StoredType("bool", "?"),
    11: StoredType("qint8", "i1"),
    12: StoredType("quint8", "u1"),
    13: StoredType("qint32", "i4"),
    14: StoredType("bfloat16", "u2"),
    15: StoredType("qint16", "i2"),
    16: StoredType("quint16", "u2"),
    17: StoredType("uint16", "u2"),
    18: StoredType("complex128"),
    19: StoredType("float16", "f2"),
    20: StoredType("resource"),
    21: StoredType("variant"),
    22: StoredType("uint32", "u4"),
    23: StoredType("uint64", "u8"),
    24: StoredType("float8_e5m2", "u1"),
    25: StoredType("float8_e4m3fn", "u1"),
}


def stored_type(number: int) -> StoredType:
    """Return the type of a number; one that is not known is no numbers."""
    return STORED_TYPES.get(number, StoredType(f"type {number}"))
