"""The folder of one preview: who holds it, whether it is still wanted, and its end."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from data.errors import ConflictError, NotFoundError
from data.stores.files import locked, storage_errors


@dataclass(frozen=True)
class PreviewFolder:
    """A place for what is read, which may vanish at any moment.

    Who cancels leaves a sign before anything else, so that whoever holds the folder, or is about
    to, sees that nobody wants it.
    """

    path: Path

    @property
    def record(self) -> Path:
        """What was read, written when all of it is there."""
        return self.path / "preview.json"

    @property
    def staged(self) -> Path:
        """Where the arrays are."""
        return self.path / "staged"

    @property
    def _sign(self) -> Path:
        return self.path / "canceled"

    def create(self) -> None:
        """Make the folder, unless it is there."""
        with storage_errors():
            self.path.mkdir(mode=0o700, exist_ok=True)

    def empty(self) -> None:
        """Make room for what will be read; the folder stays, and the sign in it."""
        self.record.unlink(missing_ok=True)
        shutil.rmtree(self.staged, ignore_errors=True)
        with storage_errors():
            self.staged.mkdir(mode=0o700)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep others out.

        Raises
        ------
        ConflictError
            If somebody else holds it.
        NotFoundError
            If it is not there (any more).
        """
        try:
            with locked(self.path):
                yield
        except FileNotFoundError:
            raise unknown_preview() from None
        except BlockingIOError:
            raise ConflictError(
                "This preview is being read already.", hint="Wait for it, or cancel it."
            ) from None

    def cancel(self) -> None:
        """Leave the sign that nobody wants it.

        Raises
        ------
        NotFoundError
            If it is not there (any more).
        """
        try:
            self._sign.touch()
        except FileNotFoundError:
            raise unknown_preview() from None

    def is_wanted(self) -> bool:
        """Whether it is there, and nobody has canceled it."""
        # In this order: the sign vanishes with the folder.
        return not self._sign.exists() and self.path.exists()

    def remove(self) -> bool:
        """Remove it; return whether somebody had canceled it."""
        # Gone at once: who is about to read it must not find a half, without the sign in it.
        gone = PreviewFolder(self.path.with_name(f"gone-{secrets.token_hex(8)}"))
        with suppress(FileNotFoundError):
            self.path.rename(gone.path)
        is_canceled = not gone.is_wanted()
        shutil.rmtree(gone.path, ignore_errors=True)
        return is_canceled


def unknown_preview() -> NotFoundError:
    """Return what is said of a preview that is not there."""
    return NotFoundError(
        "This preview is not on this server (any more).",
        hint="Choose the files again; what was sent is kept for 24 h.",
    )
