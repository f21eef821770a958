"""Where the real input files lie, for tests that want them."""

from __future__ import annotations

import os
from pathlib import Path

DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared_data() -> Path | None:
    """Return the folder of real files (EMBEDDING_TEST_DATA), or None when it is not there."""
    folder = Path(os.environ.get("EMBEDDING_TEST_DATA") or DEFAULT)
    return folder if (folder / "expected.json").is_file() else None
