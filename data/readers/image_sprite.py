"""A sheet of thumbnails made of one picture per point."""

from __future__ import annotations

import io
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from PIL import Image, ImageOps

from data.dataset import Sprite
from data.limits import Limits
from data.readers.image_files import ImageFiles, open_images
from data.readers.image_rows import match_by_column, match_in_order
from data.readers.progress import Progress
from data.readers.sprite_file import (
    COMPRESS_LEVEL,
    DECODER_ERRORS,
    SpriteFile,
    UnusableError,
    eight_bits,
    unbounded,
)
from data.readers.sprite_tiles import MAX_PIXELS

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
# Of a thumbnail, unless a size is asked for.
MAX_SIDE = 64
# Pictures whose sizes are looked at to choose the shape of a thumbnail.
SAMPLE = 100
# Of one picture, decoded: four times what cameras make.
MAX_IMAGE_PIXELS = 256 * 1024**2
# What is not read after this share of parse_seconds stays empty, so that the points open.
SHARE_OF_TIME = 0.8


@dataclass(frozen=True)
class Points:
    """The points that want a picture.

    Attributes
    ----------
    n_rows : rows of the tensor's file, before some were left out
    kept_rows : int64, ascending; of each point its row in the file
    metadata : strings, one row per point
    """

    n_rows: int
    kept_rows: np.ndarray
    metadata: pa.Table


def read_images(
    path: Path,
    name: str,
    thumbnail: tuple[int, int] | None,
    points: Points,
    limits: Limits,
    out: Path,
    progress: Progress,
) -> SpriteFile:
    """Write a sheet of the pictures in a zip or a folder.

    Each is fitted into its place, keeping its proportions; a picture that is missing or broken
    leaves an empty place.

    Parameters
    ----------
    thumbnail : width and height in pixels; None chooses them
    out : where the PNG goes
    """
    try:
        with open_images(path, name, limits) as images:
            if not images.names:
                raise UnusableError(f"{name} holds no images.")
            found, remarks = _match(images.names, points, name)
            with unbounded():
                sprite = _sprite(images, found, name, thumbnail, limits)
                sheet, remark = _draw(images, found, sprite, limits, progress)
    except UnusableError as error:
        return SpriteFile(None, (f"{error} The points have no pictures.",))
    progress.step(len(found), len(found), "writing the thumbnails")
    sheet.save(out, "PNG", compress_level=COMPRESS_LEVEL)
    warnings, notes = remarks
    if remark:
        warnings = (*warnings, f"{name}: {remark}")
    return SpriteFile(sprite, warnings, notes)


def _match(
    names: list[str], points: Points, name: str
) -> tuple[list[str | None], tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the picture of each point, and (warnings, notes)."""
    found, column = match_by_column(names, points.metadata)
    if column is not None:
        return found, ((), (f"{name}: the column {column!r} names the images.",))
    in_order = match_in_order(names, points.n_rows)
    found = [in_order[row] for row in points.kept_rows.tolist()]
    text = f"{name}: the images belong to the points in the order of their names."
    if len(names) == points.n_rows:
        return found, ((), (text,))
    return found, ((f"{text} There are {len(names):,} images and {points.n_rows:,} points.",), ())


def _sprite(
    images: ImageFiles,
    found: Sequence[str | None],
    name: str,
    thumbnail: tuple[int, int] | None,
    limits: Limits,
) -> Sprite:
    """Choose the size of a thumbnail and how many stand in a row."""
    n_points = len(found)
    width, height = thumbnail or _thumbnail_size(images, found)
    columns = math.ceil(math.sqrt(n_points * height / width))
    columns = max(1, min(columns, n_points, limits.sprite_pixels // width))
    if max(columns * width, -(-n_points // columns) * height) > limits.sprite_pixels:
        raise UnusableError(
            f"{name}: {n_points:,} thumbnails of {width} x {height} pixels need a sheet of more "
            f"than {limits.sprite_pixels:,} pixels a side (sprite_pixels)."
        )
    return Sprite(width, height, columns)


def _thumbnail_size(images: ImageFiles, found: Sequence[str | None]) -> tuple[int, int]:
    """Fit the largest of some pictures into what so many points may have."""
    side = max(1, min(MAX_SIDE, math.isqrt(MAX_PIXELS // len(found))))
    named = list(dict.fromkeys(name for name in found if name))
    sizes = [(1, 1)]
    for name in named[:: max(1, len(named) // SAMPLE)]:
        try:
            with _opened(images, name) as image:
                # A camera held upright writes the picture lying and says so.
                turned = image.getexif().get(0x0112, 1) >= 5
                sizes.append(image.size[::-1] if turned else image.size)
        except DECODER_ERRORS:
            continue
    width, height = (max(lengths) for lengths in zip(*sizes, strict=True))
    scale = min(1, side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _draw(
    images: ImageFiles,
    found: Sequence[str | None],
    sprite: Sprite,
    limits: Limits,
    progress: Progress,
) -> tuple[Image.Image, str]:
    """Return the sheet, and what is to be said of pictures that are not on it."""
    n_points, size = len(found), (sprite.width, sprite.height)
    rows = -(-n_points // sprite.columns)
    sheet = Image.new("RGBA", (sprite.columns * sprite.width, rows * sprite.height))
    deadline = SHARE_OF_TIME * limits.parse_seconds
    started = time.monotonic()
    broken: list[str] = []
    for point, name in enumerate(found):
        progress.step(point, n_points, "reading images")
        if max(time.process_time(), time.monotonic() - started) > deadline:
            return sheet, (
                f"there was no time for the images of the last {n_points - point:,} points "
                f"(parse_seconds is {limits.parse_seconds:,})."
            )
        if name is None:
            continue
        try:
            thumbnail = _fitted(images, name, size)
        except DECODER_ERRORS:
            broken.append(name)
            continue
        row, column = divmod(point, sprite.columns)
        left = column * sprite.width + (sprite.width - thumbnail.width) // 2
        top = row * sprite.height + (sprite.height - thumbnail.height) // 2
        sheet.paste(thumbnail, (left, top))
    n_missing = sum(name is None for name in found)
    if not n_missing and not broken:
        return sheet, ""
    if n_missing + len(broken) == n_points:
        raise UnusableError(f"None of the {n_points:,} points has an image that can be read.")
    reasons = [f"{n_missing:,} have no image"] if n_missing else []
    if broken:
        reasons.append(f"{len(broken):,} have one that cannot be read, such as {broken[0][-80:]!r}")
    return sheet, f"of {n_points:,} points, {' and '.join(reasons)}; their places are empty."


def _opened(images: ImageFiles, name: str) -> Image.Image:
    image = Image.open(io.BytesIO(images.read(name)), formats=FORMATS)
    if image.width * image.height > MAX_IMAGE_PIXELS:
        raise UnusableError(f"{name} has {image.width:,} x {image.height:,} pixels.")
    return image


def _fitted(images: ImageFiles, name: str, size: tuple[int, int]) -> Image.Image:
    """Return a picture upright and in proportion, as large as fits, in RGBA."""
    with _opened(images, name) as image:
        # A JPEG is decoded at an eighth of its size where that is enough.
        image.draft(None, (2 * size[0], 2 * size[1]))
        upright = ImageOps.exif_transpose(eight_bits(image))
    scale = min(size[0] / upright.width, size[1] / upright.height)
    fitted = [
        max(1, min(most, round(length * scale)))
        for most, length in zip(size, upright.size, strict=True)
    ]
    small = upright.resize((fitted[0], fitted[1]), Image.Resampling.LANCZOS, reducing_gap=2)
    return small.convert("RGBA")
