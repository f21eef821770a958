"""A sheet of thumbnails, one per point; a bad one never keeps the points from opening."""

from __future__ import annotations

import math
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from data.dataset import Sprite
from data.limits import Limits

FORMATS = ("PNG", "JPEG", "WEBP")
# A sheet of millions of pixels: fast writing matters more than the last kilobyte.
COMPRESS_LEVEL = 3


@dataclass(frozen=True)
class SpriteFile:
    """The sprite, or None and a warning that says why there is none."""

    sprite: Sprite | None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class UnusableError(Exception):
    """Why there is no sprite, or no picture of a point; its text becomes the warning."""


# Broken images raise whatever their decoder stumbles over.
DECODER_ERRORS = (
    UnusableError,
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    ArithmeticError,
    LookupError,
    RuntimeError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
)


def read_sprite(
    path: Path,
    name: str,
    thumbnail: tuple[int, int] | None,
    n_points: int,
    limits: Limits,
    out: Path,
) -> SpriteFile:
    """Write the picture again as a PNG of its pixels only.

    Parameters
    ----------
    thumbnail : width and height of one thumbnail in pixels; None assumes a square grid
    n_points : rows of the tensor's file
    out : where the PNG goes
    """
    try:
        with _opened(path, name, limits) as image:
            width, height, warnings = _thumbnail_size(image, name, thumbnail, n_points)
            _decode(image, name, limits).save(out, "PNG", compress_level=COMPRESS_LEVEL)
            columns, rows = image.width // width, image.height // height
    except UnusableError as error:
        out.unlink(missing_ok=True)
        return SpriteFile(None, (f"{error} The points have no pictures.",))
    if columns * rows < n_points:
        warnings.append(
            f"{name} has room for {columns * rows:,} thumbnails of {width} x {height} pixels, "
            f"there are {n_points:,} points: the last ones get no picture."
        )
    return SpriteFile(Sprite(width, height, columns), tuple(warnings))


def keep_thumbnails(sheet: Path, sprite: Sprite, kept_rows: np.ndarray) -> Sprite:
    """Write the sheet again with the thumbnails of some rows only, in their order.

    Parameters
    ----------
    sheet : a PNG written by `read_sprite`
    kept_rows : int64, ascending
    """
    width, height = sprite.width, sprite.height
    columns = math.ceil(math.sqrt(len(kept_rows)))
    rows = math.ceil(len(kept_rows) / columns)
    with unbounded(), Image.open(sheet, formats=["PNG"]) as image:
        n_cells = image.height // height * sprite.columns
        packed = Image.new(image.mode, (columns * width, rows * height))
        for place, cell in enumerate(kept_rows[kept_rows < n_cells].tolist()):
            x, y = cell % sprite.columns * width, cell // sprite.columns * height
            thumbnail = image.crop((x, y, x + width, y + height))
            packed.paste(thumbnail, (place % columns * width, place // columns * height))
    packed.save(sheet, "PNG", compress_level=COMPRESS_LEVEL)
    return Sprite(width, height, columns)


@contextmanager
def unbounded() -> Iterator[None]:
    """Lift Pillow's own limit, which is below ours; ours is checked from the header."""
    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = None
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


@contextmanager
def _opened(path: Path, name: str, limits: Limits) -> Iterator[Image.Image]:
    """Open an image whose size, in its header, is within the limits; nothing is decoded."""
    if not path.is_file():
        raise UnusableError(f"{name} is not a file.")
    size = path.stat().st_size
    if size > limits.sprite_bytes:
        raise UnusableError(f"{name} has {size:,} bytes; sprite_bytes is {limits.sprite_bytes:,}.")
    with unbounded():
        try:
            image = Image.open(path, formats=FORMATS)
        except DECODER_ERRORS as error:
            raise UnusableError(f"{name} is not a PNG, JPEG or WebP image.") from error
        with image:
            if max(image.size) > limits.sprite_pixels:
                raise UnusableError(
                    f"{name} has {image.width:,} x {image.height:,} pixels; "
                    f"sprite_pixels is {limits.sprite_pixels:,} a side."
                )
            yield image


def _thumbnail_size(
    image: Image.Image, name: str, thumbnail: tuple[int, int] | None, n_points: int
) -> tuple[int, int, list[str]]:
    """Return width and height of one thumbnail, and what was assumed."""
    if thumbnail is None:
        side = math.ceil(math.sqrt(n_points))
        width, height = image.width // side, image.height // side
        if not (width and height):
            raise UnusableError(
                f"{name} has {image.width:,} x {image.height:,} pixels, too few for a square grid "
                f"of {side} x {side} thumbnails; give the size of one."
            )
        assumed = f"a square grid of {side} x {side} thumbnails of {width} x {height} pixels"
        return width, height, [f"{name}: the thumbnail size was not given; {assumed} was assumed."]
    width, height = thumbnail
    if not (0 < width <= image.width and 0 < height <= image.height):
        raise UnusableError(
            f"{name} has {image.width:,} x {image.height:,} pixels: thumbnails of "
            f"{width} x {height} pixels do not fit."
        )
    return width, height, []


def _decode(image: Image.Image, name: str, limits: Limits) -> Image.Image:
    """Return the first frame as gray, RGB or RGBA without anything else of the file."""
    try:
        pixels = eight_bits(image)
    except MemoryError as error:
        raise UnusableError(
            f"{name} needs more memory than parse_memory ({limits.parse_memory:,} bytes)."
        ) from error
    except DECODER_ERRORS as error:
        raise UnusableError(f"{name} is a damaged or truncated image.") from error
    pixels.info = {}
    return pixels


def eight_bits(image: Image.Image) -> Image.Image:
    """Return the first frame as L, RGB or RGBA, whatever it was.

    The largest sheet has a gigabyte of pixels: they are not copied without need.
    """
    image.load()
    if image.mode.startswith("I"):
        # Gray of 16 bits, of which converting would keep the low ones.
        return Image.fromarray((np.asarray(image) >> 8).clip(0, 255).astype(np.uint8))
    transparent = "A" in image.getbands() or "transparency" in image.info
    gray = image.mode in ("1", "L") and not transparent
    mode = "RGBA" if transparent else "L" if gray else "RGB"
    return image if image.mode == mode else image.convert(mode)
