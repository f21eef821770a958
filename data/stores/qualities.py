"""Truth figures of maps, kept beside their coordinates and gone with them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data.projection import ID
from data.stores.files import staging, storage_errors, write_json

# Components that a picture shows at most.
MAX_SHOWN = 3


class QualityStore:
    """Scores of the components that are shown, in the directory of their projection."""

    def __init__(self, root: Path) -> None:
        self.directory = root / "projections"

    def find(self, projection_id: str, components: Sequence[int]) -> dict[str, Any] | None:
        """Return the scores of some components, or None when nobody has measured them."""
        try:
            text = self._path(projection_id, "quality", components, "json").read_bytes()
        except FileNotFoundError:
            return None
        found: dict[str, Any] = json.loads(text)
        return found

    def keep(
        self, projection_id: str, components: Sequence[int], quality: dict[str, Any]
    ) -> dict[str, Any]:
        """Keep the scores; nothing is kept for a projection that was deleted meanwhile."""
        path = self._path(projection_id, "quality", components, "json")
        if path.parent.is_dir():
            write_json(path, quality)
        return quality

    def preservation(self, projection_id: str, components: Sequence[int]) -> np.ndarray | None:
        """Return the share of neighbors kept per point, float32 (n_points,), or None."""
        path = self._path(projection_id, "preservation", components, "npy")
        try:
            kept: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
        except FileNotFoundError:
            return None
        return kept

    def keep_preservation(
        self, projection_id: str, components: Sequence[int], kept: np.ndarray
    ) -> None:
        """Keep the shares of all points."""
        path = self._path(projection_id, "preservation", components, "npy")
        if not path.parent.is_dir():
            return
        with staging(self.directory) as directory, storage_errors():
            np.save(directory / "preservation.npy", np.asarray(kept, np.float32))
            (directory / "preservation.npy").replace(path)

    def _path(self, projection_id: str, what: str, components: Sequence[int], kind: str) -> Path:
        if not ID.fullmatch(projection_id):
            raise FileNotFoundError(projection_id)
        which = "-".join(map(str, components))
        return self.directory / projection_id / f"{what}-{which}.{kind}"
