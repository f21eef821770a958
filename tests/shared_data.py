"""Where the real input files lie, for tests that want them."""

from __future__ import annotations

import os
from pathlib import Path

from data.parsing import ParseRequest, Source

DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared_data() -> Path | None:
    """Return the folder of real files (EMBEDDING_TEST_DATA), or None when it is not there."""
    folder = Path(os.environ.get("EMBEDDING_TEST_DATA") or DEFAULT)
    return folder if (folder / "expected.json").is_file() else None


def words_request(folder: Path) -> ParseRequest:
    """Return how the 10,000 words are read: 384 dimensions, the word and how often it is used."""
    words = folder / "words_10k"
    return ParseRequest(
        tensor=Source(words / "words_10k.npy", "words.npy"),
        metadata=Source(words / "words_10k_metadata.tsv", "words.tsv"),
    )


def mnist_request(folder: Path) -> ParseRequest:
    """Return how the 10,000 digits are read: 784 dimensions, the digit and its picture."""
    mnist = folder / "mnist"
    return ParseRequest(
        tensor=Source(mnist / "mnist_10k_784d_u8.npy", "mnist.npy"),
        metadata=Source(mnist / "mnist_10k_784d_labels.tsv", "labels.tsv"),
        sprite=Source(mnist / "mnist_10k_sprite.png", "sprite.png"),
        thumbnail=(28, 28),
    )
