"""Thumbnails as the browser wants them: tiles of the sheet, beside it in the dataset's folder."""

from __future__ import annotations

import json
from pathlib import Path

from data.dataset import Tiles
from data.errors import NotFoundError
from data.parsing import cut_sprite
from data.readers.contract import TILES, tile_name
from data.stores.datasets import DatasetStore
from data.stores.files import alone, staging, sync_directory, sync_file


def tiles(datasets: DatasetStore, dataset_id: str) -> Tiles:
    """Return how the tiles are arranged; a dataset that was stored without gets them now.

    Raises
    ------
    NotFoundError
        If there is no such dataset, or it has no thumbnails.
    """
    arrangement = datasets.sprite_path(dataset_id).with_name(TILES)
    if not arrangement.is_file():
        with alone(datasets.directory, dataset_id):
            if not arrangement.is_file():
                _cut(datasets, dataset_id)
    return Tiles(**json.loads(arrangement.read_bytes()))


def tile_path(datasets: DatasetStore, dataset_id: str, number: int) -> Path:
    """Return the file of a tile (PNG)."""
    n_tiles = tiles(datasets, dataset_id).n_tiles
    if number >= n_tiles:
        raise NotFoundError(f"There is no tile {number:,}; there are {n_tiles:,}.")
    sheet = datasets.sprite_path(dataset_id)
    tile = sheet.with_name(tile_name(number))
    # A sheet that is small enough is its own only tile.
    return tile if n_tiles > 1 or tile.is_file() else sheet


def _cut(datasets: DatasetStore, dataset_id: str) -> None:
    record, sheet = datasets.record(dataset_id), datasets.sprite_path(dataset_id)
    if record.sprite is None:
        raise NotFoundError("This dataset has no thumbnails.")
    with staging(datasets.directory) as folder:
        cut_sprite(sheet, record.sprite, record.n_points, folder, datasets.limits)
        # The arrangement last: where it is, all tiles are.
        for path in (*folder.glob("tile-*.png"), folder / TILES):
            sync_file(path)
            path.rename(sheet.with_name(path.name))
        sync_directory(sheet.parent)
