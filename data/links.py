"""A view state as a text that fits into a link."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from typing import Any

from data.errors import ParameterError
from data.view_state import ViewState

# Longer addresses are cut by mail programs and chat clients; such views are stored instead.
MAX_LINK = 1_800
# A view of 5,000,000 scattered rows takes about 7 MB; more is no view of ours.
MAX_UNPACKED = 16 * 1024**2


def link_text(view: ViewState) -> str:
    """Return the compressed form of a view in characters that need no escaping in a URL."""
    plain = json.dumps(view.to_json(), separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return base64.urlsafe_b64encode(zlib.compress(plain.encode(), 9)).decode().rstrip("=")


def view_of_link(text: str) -> ViewState:
    """Read back what `link_text` wrote; raises ParameterError when it is damaged."""
    return ViewState.from_json(_unpacked(text))


def _unpacked(text: str) -> Any:
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        unzip = zlib.decompressobj()
        plain = unzip.decompress(packed, MAX_UNPACKED)
        if not unzip.eof:
            raise ValueError("cut, or larger than a view can be")
        return json.loads(plain)
    except (binascii.Error, zlib.error, ValueError, RecursionError):
        raise ParameterError(
            "This link is damaged: a part of it is missing.", hint="Copy the whole link again."
        ) from None
