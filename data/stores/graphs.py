"""Neighbor graphs on disk: one for all who arrange the same points by the same distance."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from data.neighbor_graph import NeighborGraph
from data.projection import ProjectionRecord
from data.stores.files import alone, publish, staging, touch, write_json

ID = re.compile(r"(g[0-9a-f]{20})-(\d+)")


def graph_key(
    record: ProjectionRecord,
    metric: str,
    pca_components: int | None = None,
    landmarks: list[int] | None = None,
) -> dict[str, Any]:
    """Return what the graph of a projection's points depends on.

    Parameters
    ----------
    pca_components : to which the points were reduced first; None for the original space
    landmarks : how many of the points, and the seed that chose them; None for all
    """
    return {
        "dataset": record.dataset,
        "rows": record.rows,
        "metric": metric,
        "pca_components": pca_components,
        "landmarks": landmarks,
    }


class GraphStore:
    """Graphs under `root`/graphs; the largest k so far is kept and serves every smaller one.

    They can be computed again at any time, so the directory may be emptied.
    """

    def __init__(self, root: Path) -> None:
        self.directory = root / "graphs"

    def get(
        self, key: dict[str, Any], k: int, compute: Callable[[int], NeighborGraph]
    ) -> NeighborGraph:
        """Return the k nearest neighbors of every point, computing them if nobody has before.

        Parameters
        ----------
        key : what the graph depends on: dataset, rows, metric, preprocessing, as plain values
        compute : takes k and returns the graph; called by one process at a time for a key
        """
        graph_id = "g" + hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:20]
        found = self._find(graph_id, k)
        if found is not None:
            return found
        with alone(self.directory, graph_id):
            found = self._find(graph_id, k)
            if found is None:
                found = compute(k)
                self._keep(graph_id, found)
        return found.nearest(k)

    def all(self) -> list[Path]:
        """Return the directories of all graphs; their time is that of their last use."""
        return [path for path in self.directory.iterdir() if ID.fullmatch(path.name)]

    def _find(self, graph_id: str, k: int) -> NeighborGraph | None:
        for kept, path in self._kept(graph_id):
            if kept >= k:
                touch(path)
                record = json.loads((path / "graph.json").read_bytes())
                rows, distances = (
                    np.load(path / name, mmap_mode="r", allow_pickle=False)
                    for name in ("rows.npy", "distances.npy")
                )
                return NeighborGraph(rows, distances, record["recall"]).nearest(k)
        return None

    def _keep(self, graph_id: str, graph: NeighborGraph) -> None:
        final = self.directory / f"{graph_id}-{graph.k}"
        if final.is_dir():
            return
        with staging(self.directory) as directory:
            np.save(directory / "rows.npy", graph.rows)
            np.save(directory / "distances.npy", graph.distances)
            write_json(directory / "graph.json", {"recall": graph.recall})
            publish(directory, final)
        # Who reads a smaller one has it mapped, and keeps it.
        for kept, path in self._kept(graph_id):
            if kept < graph.k:
                shutil.rmtree(path, ignore_errors=True)

    def _kept(self, graph_id: str) -> list[tuple[int, Path]]:
        named = ((ID.fullmatch(p.name), p) for p in self.directory.glob(f"{graph_id}-*"))
        return sorted((int(match[2]), path) for match, path in named if match)
