from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from data.dataset import Sprite, Tiles
from data.readers import sprite_tiles
from data.readers.sprite_tiles import plan_tiles, write_tiles


def draw_sheet(path: Path, sprite: Sprite, rows: int, mode: str = "RGBA") -> None:
    """Draw thumbnails of one color each, which tells the point."""
    sheet = Image.new(mode, (sprite.columns * sprite.width, rows * sprite.height))
    for point in range(sprite.columns * rows):
        x, y = point % sprite.columns * sprite.width, point // sprite.columns * sprite.height
        sheet.paste(color(point, mode), (x, y, x + sprite.width, y + sprite.height))
    sheet.save(path)


def color(point: int, mode: str = "RGBA") -> tuple[int, ...] | int:
    full = (point * 7 % 251, point % 256, 200, 255 - point % 100)
    return full[0] if mode == "L" else full[: len(mode)]


def colors_of(folder: Path, tiles: Tiles, point: int) -> set[object]:
    """Return the colors of the thumbnail of a point, as a browser would find it."""
    number, cell = divmod(point, tiles.columns * tiles.rows)
    with Image.open(folder / f"tile-{number}.png") as tile:
        assert tile.size == (tiles.columns * tiles.width, tiles.rows * tiles.height)
        x, y = cell % tiles.columns * tiles.width, cell // tiles.columns * tiles.height
        box = tile.crop((x, y, x + tiles.width, y + tiles.height))
        return {color for _, color in box.getcolors()}


def test_small_sheet_is_its_own_only_tile(tmp_path: Path) -> None:
    sprite = Sprite(4, 3, 5)
    draw_sheet(tmp_path / "sprite.png", sprite, 2)
    assert write_tiles(tmp_path / "sprite.png", sprite, 9) == Tiles(4, 3, 5, 2, 1, 9)
    assert [path.name for path in tmp_path.iterdir()] == ["sprite.png"]


def test_sheet_with_a_margin_is_cut_to_its_grid(tmp_path: Path) -> None:
    draw_sheet(tmp_path / "sprite.png", Sprite(4, 3, 5), 2)
    sprite = Sprite(3, 3, 6)  # 18 of 20 pixels
    tiles = write_tiles(tmp_path / "sprite.png", sprite, 12)
    assert (tiles.width, tiles.height, tiles.n_tiles, tiles.n_thumbnails) == (3, 3, 1, 12)
    assert colors_of(tmp_path, tiles, 0) == {color(0)}


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
@pytest.mark.parametrize("pixels", [10**6, 900])
def test_every_point_finds_its_thumbnail_in_the_tiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, pixels: int
) -> None:
    monkeypatch.setattr(sprite_tiles, "MAX_SIDE", 30)
    monkeypatch.setattr(sprite_tiles, "MAX_PIXELS", pixels)
    sprite, n_points = Sprite(8, 6, 11), 70
    draw_sheet(tmp_path / "sprite.png", sprite, 7, mode)
    tiles = write_tiles(tmp_path / "sprite.png", sprite, n_points)
    assert tiles.n_thumbnails == n_points
    assert (tiles.width < 8) == (pixels == 900)
    for point in range(n_points):
        # One color each: nothing of a neighbor ran in when it was scaled down.
        (found,) = colors_of(tmp_path, tiles, point)
        assert found == pytest.approx(color(point, mode), abs=1)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 16_384), st.integers(1, 16_384), st.integers(1, 5_000_000), st.integers(1, 999)
)
def test_tiles_stay_within_what_a_browser_can_hold(
    width: int, height: int, n_points: int, margin: int
) -> None:
    columns, rows = 16_384 // width, 16_384 // height
    sheet = (min(16_384, columns * width + margin), rows * height)
    tiles = plan_tiles(Sprite(width, height, columns), sheet, n_points)
    n_pixels = tiles.columns * tiles.width * tiles.rows * tiles.height
    assert max(tiles.columns * tiles.width, tiles.rows * tiles.height) <= 4_096
    assert tiles.n_tiles * n_pixels <= 64 * 1024**2
    assert tiles.n_thumbnails == min(n_points, columns * rows)
    assert tiles.columns * tiles.rows * tiles.n_tiles >= tiles.n_thumbnails
    assert (tiles.n_tiles - 1) * tiles.columns * tiles.rows < tiles.n_thumbnails


def test_shape_of_a_thumbnail_is_kept_when_it_is_scaled_down() -> None:
    sprite = Sprite(200, 100, 81)
    tiles = plan_tiles(sprite, (16_384, 16_384), np.iinfo(np.int32).max)
    assert tiles.width / tiles.height == pytest.approx(2, rel=0.05)
    assert tiles.width < 200
