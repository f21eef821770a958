"""What is measured on: MNIST and the words, stored in a data directory that a server serves."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from data.dataset import DatasetRecord
from data.parsing import ParseRequest, Source
from data.services import Services
from tests.running_server import start_server
from tests.shared_data import mnist_request, shared_data, words_request

SIDE = 28
N_POINTS = 10_000


@dataclass(frozen=True)
class Stored:
    """A running server and what its data directory holds.

    Attributes
    ----------
    images : 10,000 x 784 with a label column and a sprite
    words : 10,000 points with a column of words
    """

    url: str
    services: Services
    images: DatasetRecord
    words: DatasetRecord
    is_real: bool


@contextmanager
def stored_datasets() -> Iterator[Stored]:
    """Store both datasets in a new data directory and serve them."""
    with tempfile.TemporaryDirectory(prefix="embedding-bench-") as folder:
        here = Path(folder)
        services = Services.open(here / "data")
        real = shared_data()
        # The newest dataset is the one that the page opens.
        requests = (words_request(real), mnist_request(real)) if real else _generated(here)
        words, images = (services.datasets.add(request) for request in requests)
        with start_server(services.data_dir) as server:
            yield Stored(server.url, services, images, words, real is not None)


def clustered(n_points: int, n_dims: int, n_clusters: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Return float32 points around a few centers, and the center of each point."""
    random = np.random.default_rng(0)
    centers = random.normal(scale=3, size=(n_clusters, n_dims)).astype(np.float32)
    labels = random.integers(n_clusters, size=n_points)
    return centers[labels] + random.standard_normal((n_points, n_dims), np.float32), labels


def _generated(folder: Path) -> tuple[ParseRequest, ParseRequest]:
    """Make words and digits of the same shapes as the real ones."""
    tensor, labels = clustered(N_POINTS, SIDE * SIDE)
    np.save(folder / "images.npy", tensor)
    (folder / "labels.tsv").write_text("\n".join(map(str, labels)) + "\n")
    pictures = np.clip(tensor * 20 + 128, 0, 255).astype(np.uint8)
    sheet = pictures.reshape(100, 100, SIDE, SIDE).swapaxes(1, 2).reshape(100 * SIDE, 100 * SIDE)
    Image.fromarray(sheet).save(folder / "sprite.png")
    random = np.random.default_rng(1)
    np.save(folder / "words.npy", random.standard_normal((N_POINTS, 384), np.float32))
    letters = random.integers(ord("a"), ord("z") + 1, size=(N_POINTS, 9), dtype=np.uint8)
    words = "\n".join(f"{bytes(word).decode()}\t{i}" for i, word in enumerate(letters))
    (folder / "words.tsv").write_text(f"word\tcount\n{words}\n")
    return (
        ParseRequest(
            tensor=Source(folder / "words.npy", "words.npy"),
            metadata=Source(folder / "words.tsv", "words.tsv"),
        ),
        ParseRequest(
            tensor=Source(folder / "images.npy", "images.npy"),
            metadata=Source(folder / "labels.tsv", "labels.tsv"),
            sprite=Source(folder / "sprite.png", "sprite.png"),
            thumbnail=(SIDE, SIDE),
        ),
    )
