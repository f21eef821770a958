"""The sheet of thumbnails cut into tiles that a browser can hold as pictures and textures."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from data.dataset import Sprite, Tiles
from data.readers.contract import tile_name
from data.readers.sprite_file import COMPRESS_LEVEL, unbounded

# The largest texture that every graphics card of the last ten years takes.
MAX_SIDE = 4_096
# All tiles together: 256 MB once they are decoded.
MAX_PIXELS = 64 * 1024**2


def write_tiles(sheet: Path, sprite: Sprite, n_points: int) -> Tiles:
    """Write tile-0.png, tile-1.png, ... beside a sheet; a small one is its own only tile.

    One strip of the sheet is worked on at a time, so that beside its decoded pixels only a tile
    is held.

    Parameters
    ----------
    sheet : a PNG written by `read_sprite`
    """
    with unbounded(), Image.open(sheet, formats=["PNG"]) as image:
        tiles = plan_tiles(sprite, image.size, n_points)
        if not _is_sheet(tiles, image.size):
            for number in range(tiles.n_tiles):
                tile = _draw_tile(image, sprite, tiles, number)
                tile.save(sheet.with_name(tile_name(number)), "PNG", compress_level=COMPRESS_LEVEL)
    return tiles


def plan_tiles(sprite: Sprite, sheet: tuple[int, int], n_points: int) -> Tiles:
    """Arrange thumbnails, scaled down evenly where there would be too many pixels.

    Parameters
    ----------
    sheet : width and height in pixels
    """
    sheet_rows = sheet[1] // sprite.height
    n_thumbnails = min(n_points, sprite.columns * sheet_rows)
    as_it_is = Tiles(sprite.width, sprite.height, sprite.columns, sheet_rows, 1, n_thumbnails)
    if _is_sheet(as_it_is, sheet):
        return as_it_is
    longer = max(sprite.width, sprite.height)
    for side in range(min(longer, MAX_SIDE), 0, -1):
        width, height = (
            max(1, length * side // longer) for length in (sprite.width, sprite.height)
        )
        tiles = _arrange(width, height, n_thumbnails)
        if tiles.n_tiles * tiles.columns * width * tiles.rows * height <= MAX_PIXELS:
            break
    return tiles


def _arrange(width: int, height: int, n_thumbnails: int) -> Tiles:
    """Fill tiles row by row, about as many rows in each."""
    columns = min(MAX_SIDE // width, n_thumbnails)
    n_lines = -(-n_thumbnails // columns)
    n_tiles = -(-n_lines // (MAX_SIDE // height))
    return Tiles(width, height, columns, -(-n_lines // n_tiles), n_tiles, n_thumbnails)


def _is_sheet(tiles: Tiles, sheet: tuple[int, int]) -> bool:
    """Return whether the only tile would be the sheet itself."""
    size = (tiles.columns * tiles.width, tiles.rows * tiles.height)
    return tiles.n_tiles == 1 and size == sheet and max(size) <= MAX_SIDE


def _draw_tile(image: Image.Image, sprite: Sprite, tiles: Tiles, number: int) -> Image.Image:
    tile = Image.new(image.mode, (tiles.columns * tiles.width, tiles.rows * tiles.height))
    per_tile = tiles.columns * tiles.rows
    first = number * per_tile
    last = min(first + per_tile, tiles.n_thumbnails)
    for line in range(first // sprite.columns, -(-last // sprite.columns)):
        strip = _strip(image, sprite, tiles, line)
        place = max(first, line * sprite.columns)
        end = min(last, (line + 1) * sprite.columns)
        while place < end:
            # As many neighbors as stand side by side both in the sheet and in the tile.
            row, column = divmod(place - first, tiles.columns)
            count = min(tiles.columns - column, end - place)
            left = (place - line * sprite.columns) * tiles.width
            piece = strip.crop((left, 0, left + count * tiles.width, tiles.height))
            tile.paste(piece, (column * tiles.width, row * tiles.height))
            place += count
    return tile


def _strip(image: Image.Image, sprite: Sprite, tiles: Tiles, line: int) -> Image.Image:
    """Return one line of thumbnails of the sheet in the size of the tiles."""
    top = line * sprite.height
    strip = image.crop((0, top, sprite.columns * sprite.width, top + sprite.height))
    size = (sprite.columns * tiles.width, tiles.height)
    # Boxes end where thumbnails do: no color of one runs into the next.
    return strip if strip.size == size else strip.resize(size, Image.Resampling.BOX)
