"""Small pictures of a view, taken by a browser: checked, made small, and written anew."""

from __future__ import annotations

import base64
import binascii
import io
from typing import Any

from PIL import Image

from data.errors import ParameterError

MAX_BYTES = 512 * 1024
MAX_SIDE = 2_048
# What the list of bookmarks shows, at twice its size for sharp screens.
WIDTH, HEIGHT = 192, 120
FORMATS = ("PNG", "JPEG", "WEBP")


def kept_picture(given: Any) -> str:
    """Return a picture as it is kept: base64 of a WebP of at most 192 x 120 pixels.

    Parameters
    ----------
    given : base64 of a PNG, JPEG or WebP file, with or without the head of a data URL

    Raises
    ------
    ParameterError
        If it is none, or too large.
    """
    if not isinstance(given, str) or len(given) > MAX_BYTES * 4 // 3 + 100:
        raise ParameterError(f"A thumbnail must be a text of at most {MAX_BYTES:,} bytes.")
    try:
        content = base64.b64decode(given.rpartition(",")[2], validate=True)
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            if max(picture.size) > MAX_SIDE:
                raise ParameterError(f"A thumbnail must have at most {MAX_SIDE:,} pixels a side.")
            small = picture.convert("RGB")
    except (binascii.Error, ValueError, OSError, SyntaxError):
        raise ParameterError("The thumbnail is no PNG, JPEG or WebP picture.") from None
    small.thumbnail((WIDTH, HEIGHT))
    file = io.BytesIO()
    small.save(file, "WEBP", quality=70)
    return base64.b64encode(file.getvalue()).decode()
