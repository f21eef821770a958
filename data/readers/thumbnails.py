"""The thumbnails of a dataset, from a sheet or from one picture per point."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

from data.dataset import Sprite
from data.limits import Limits
from data.readers.contract import TILES
from data.readers.image_files import holds_images
from data.readers.image_sprite import Points, read_images
from data.readers.progress import Progress
from data.readers.sprite_file import SpriteFile, keep_thumbnails, read_sprite
from data.readers.sprite_tiles import write_tiles


def read_thumbnails(
    path: Path,
    name: str,
    thumbnail: tuple[int, int] | None,
    points: Points,
    limits: Limits,
    out: Path,
) -> SpriteFile:
    """Write sprite.png and its tiles into the folder `out`.

    Parameters
    ----------
    path : of a sheet, of a zip of pictures or of a folder of pictures
    thumbnail : width and height of one in pixels, or None
    """
    sheet = out / "sprite.png"
    if path.exists() and holds_images(path, name):
        progress = Progress(out)
        file = read_images(path, name, thumbnail, points, limits, sheet, progress)
        progress.close()
    else:
        file = read_sprite(path, name, thumbnail, points.n_rows, limits, sheet)
        if file.sprite and len(points.kept_rows) < points.n_rows:
            file = replace(file, sprite=keep_thumbnails(sheet, file.sprite, points.kept_rows))
    if file.sprite:
        cut_sheet(sheet, file.sprite, len(points.kept_rows))
    return file


def cut_sheet(sheet: Path, sprite: Sprite, n_points: int) -> None:
    """Write the tiles of a sheet and their arrangement beside it."""
    tiles = write_tiles(sheet, sprite, n_points)
    sheet.with_name(TILES).write_text(json.dumps(asdict(tiles)))
