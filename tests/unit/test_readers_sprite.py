from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from data.dataset import Sprite
from data.limits import Limits
from data.readers.sprite_file import keep_thumbnails, read_sprite

LIMITS = Limits()


def sheet(path: Path, columns: int, rows: int, size: tuple[int, int] = (4, 3)) -> Path:
    """Draw thumbnails of one color each: red counts the points."""
    width, height = size
    pixels = np.zeros((rows * height, columns * width, 3), np.uint8)
    for point in range(columns * rows):
        y, x = point // columns * height, point % columns * width
        pixels[y : y + height, x : x + width] = (point, 100, 200)
    Image.fromarray(pixels).save(path)
    return path


def color_of(path: Path, sprite: Sprite, point: int) -> tuple[int, ...]:
    with Image.open(path) as image:
        x = point % sprite.columns * sprite.width
        y = point // sprite.columns * sprite.height
        return image.getpixel((x, y))


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_sheet_is_written_again_as_png(tmp_path: Path, suffix: str) -> None:
    out = tmp_path / "out.png"
    found = read_sprite(sheet(tmp_path / f"s{suffix}", 5, 2), "s", (4, 3), 10, LIMITS, out)
    assert found.sprite == Sprite(4, 3, 5)
    assert found.warnings == ()
    with Image.open(out) as image:
        assert (image.format, image.size) == ("PNG", (20, 6))


def test_nothing_but_pixels_is_kept(tmp_path: Path) -> None:
    text = PngInfo()
    text.add_text("comment", "secret")
    Image.new("RGBA", (4, 4), (1, 2, 3, 4)).save(tmp_path / "s.png", pnginfo=text)
    out = tmp_path / "out.png"
    read_sprite(tmp_path / "s.png", "s.png", (2, 2), 4, LIMITS, out)
    with Image.open(out) as image:
        assert image.info == {}
        assert image.getpixel((0, 0)) == (1, 2, 3, 4)


def test_unknown_size_is_assumed_to_be_a_square_grid(tmp_path: Path) -> None:
    path = sheet(tmp_path / "s.png", 3, 3)
    found = read_sprite(path, "s.png", None, 8, LIMITS, tmp_path / "out.png")
    assert found.sprite == Sprite(4, 3, 3)
    assert "3 x 3 thumbnails of 4 x 3 pixels was assumed" in found.warnings[0]


def test_too_few_thumbnails_are_kept_with_a_warning(tmp_path: Path) -> None:
    path = sheet(tmp_path / "s.png", 3, 2)
    found = read_sprite(path, "s.png", (4, 3), 8, LIMITS, tmp_path / "out.png")
    assert found.sprite is not None
    assert "room for 6 thumbnails" in found.warnings[0]
    assert "8 points" in found.warnings[0]


@pytest.mark.parametrize("size", [(0, 3), (-4, 3), (13, 3), (4, 7)])
def test_thumbnail_that_does_not_fit_leaves_no_sprite(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    out = tmp_path / "out.png"
    found = read_sprite(sheet(tmp_path / "s.png", 3, 2), "s.png", size, 6, LIMITS, out)
    assert found.sprite is None
    assert "do not fit" in found.warnings[0]
    assert not out.exists()


def test_size_is_refused_from_the_header(tmp_path: Path) -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    chunk = b"IHDR" + header
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk
    data += struct.pack(">I", zlib.crc32(chunk)) + struct.pack(">I", 0) + b"IDAT" + bytes(4)
    (tmp_path / "s.png").write_bytes(data)
    found = read_sprite(tmp_path / "s.png", "s.png", (1, 1), 1, LIMITS, tmp_path / "out.png")
    assert found.sprite is None
    assert "60,000 x 60,000 pixels; sprite_pixels is 16,384" in found.warnings[0]


def test_large_file_is_refused_with_the_limit(tmp_path: Path) -> None:
    limits = replace(LIMITS, sprite_bytes=10)
    path = sheet(tmp_path / "s.png", 3, 2)
    found = read_sprite(path, "s.png", (4, 3), 6, limits, tmp_path / "out.png")
    assert found.sprite is None
    assert "sprite_bytes is 10" in found.warnings[0]


@pytest.mark.parametrize(
    "content", [b"", b"<svg onload='alert(1)'/>", b"GIF89a\x01\x00\x01\x00", b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_no_image_leaves_no_sprite(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "s.png").write_bytes(content)
    found = read_sprite(tmp_path / "s.png", "s.png", (4, 3), 6, LIMITS, tmp_path / "out.png")
    assert found.sprite is None
    assert "not a PNG, JPEG or WebP" in found.warnings[0]


def test_truncated_image_leaves_no_sprite(tmp_path: Path) -> None:
    path = sheet(tmp_path / "s.png", 10, 10, (16, 16))
    path.write_bytes(path.read_bytes()[:-100])
    found = read_sprite(path, "s.png", (16, 16), 100, LIMITS, tmp_path / "out.png")
    assert found.sprite is None
    assert "truncated" in found.warnings[0]


def test_thumbnails_of_kept_rows_follow_their_points(tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    found = read_sprite(sheet(tmp_path / "s.png", 5, 2), "s", (4, 3), 12, LIMITS, out)
    assert found.sprite is not None
    kept = np.array([0, 3, 4, 7, 9, 11])
    sprite = keep_thumbnails(out, found.sprite, kept)
    assert sprite.columns == 3
    for place, row in enumerate(kept[:-1].tolist()):
        assert color_of(out, sprite, place) == (row, 100, 200)
    assert color_of(out, sprite, 5) == (0, 0, 0)  # row 11 had no thumbnail
