"""The embedded demo: two classic datasets that come with scikit-learn; nothing is downloaded."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from data.parsing import ParseRequest, Source
from data.stores.datasets import DatasetStore

# 8 x 8 pixels are too few to recognize a digit on a modern screen.
THUMBNAIL = 32
SPRITE_COLUMNS = 43


def add_demo(datasets: DatasetStore) -> None:
    """Add iris and the handwritten digits through the same door as any upload."""
    # Imported here: scikit-learn takes a second that only the very first start has to wait.
    from sklearn.datasets import load_digits, load_iris

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        iris = load_iris()
        kinds = [str(iris.target_names[kind]) for kind in iris.target]
        _add(
            datasets,
            folder,
            "Iris (demo)",
            iris.data,
            ["species", *iris.feature_names],
            [[kind, *map(str, row)] for kind, row in zip(kinds, iris.data, strict=True)],
        )
        digits = load_digits()
        sprite = folder / "digits.png"
        _draw_sprite(digits.images).save(sprite)
        _add(
            datasets,
            folder,
            "Handwritten digits (demo)",
            digits.data,
            ["digit", "example"],
            [[str(digit), f"{digit} no. {i}"] for i, digit in enumerate(digits.target)],
            sprite,
        )


def _add(
    datasets: DatasetStore,
    folder: Path,
    name: str,
    tensor: np.ndarray,
    columns: list[str],
    cells: list[list[str]],
    sprite: Path | None = None,
) -> None:
    vectors, metadata = folder / "tensor.npy", folder / "metadata.tsv"
    np.save(vectors, tensor.astype(np.float32))
    metadata.write_text("".join("\t".join(line) + "\n" for line in [columns, *cells]))
    request = ParseRequest(
        tensor=Source(vectors, "tensor.npy"),
        metadata=Source(metadata, "metadata.tsv"),
        sprite=Source(sprite, "sprite.png") if sprite else None,
        thumbnail=(THUMBNAIL, THUMBNAIL) if sprite else None,
    )
    datasets.add(request, name=name, source="demo")


def _draw_sprite(images: np.ndarray) -> Image.Image:
    """Draw images of shape (n, 8, 8), 0 to 16, as dark ink on white, one sheet."""
    n_lines = -(-len(images) // SPRITE_COLUMNS)
    sheet = Image.new("L", (SPRITE_COLUMNS * THUMBNAIL, n_lines * THUMBNAIL), 255)
    for i, image in enumerate(images):
        ink = Image.fromarray((255 - image * (255 / 16)).astype(np.uint8))
        thumbnail = ink.resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BICUBIC)
        sheet.paste(thumbnail, (i % SPRITE_COLUMNS * THUMBNAIL, i // SPRITE_COLUMNS * THUMBNAIL))
    return sheet
