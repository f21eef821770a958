"""Uploads in pieces: a chunk counts when all of it is there, and a cut one is sent again."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryFile

from data.errors import ConflictError, LimitError, NotFoundError, StorageError
from data.limits import Limits
from data.stores.chunks import BLOCK, Body, Chunk, DamagedError, Upload, check_place, receive
from data.stores.files import locked, storage_errors, write_json

ID = re.compile(r"[0-9a-f]{32}")
# Longer than any upload takes; counted from the last piece that arrived.
STALE_SECONDS = 86_400
# What always stays free, so that bookmarks and projections can still be written.
FREE_FLOOR = 256 * 1024**2


def free_bytes(directory: Path) -> int:
    """Return how much may still be written beside a directory."""
    return shutil.disk_usage(directory).free


class UploadStore:
    """Uploads under `root`/uploads: one directory each, with a record and the bytes so far.

    Forms that are being received and previews have their own directories there; `remove_stale`
    cleans all of them.

    Parameters
    ----------
    root : directory that exists, has a directory `uploads`, and may be written
    limits : what is too large to be taken
    free : returns the free bytes of the disk
    """

    def __init__(
        self, root: Path, limits: Limits, free: Callable[[Path], int] = free_bytes
    ) -> None:
        self.directory = root / "uploads"
        self.limits = limits
        self._free = free

    def begin(self, name: str, size: int, sha256: str | None = None) -> Upload:
        """Start an upload of `size` bytes.

        Raises
        ------
        LimitError
            If it is larger than the limit.
        StorageError
            If the disk has no room for it and for the dataset that is made of it.
        """
        if size > self.limits.upload_bytes:
            raise LimitError(
                f"{name} has {size:,} bytes; an upload has at most "
                f"{self.limits.upload_bytes:,} bytes (upload_bytes).",
                hint="Send fewer points or dimensions, or ask for a higher limit.",
            )
        self.remove_stale()
        # The upload itself, and then the dataset: once as it is read, once as it is kept.
        self._check_room(size, max(2 * size, FREE_FLOOR))
        upload = Upload(secrets.token_hex(16), name, size, sha256)
        with storage_errors():
            self._folder(upload.id).mkdir(mode=0o700)
            self.path(upload.id).touch(mode=0o600)
            self._write(upload)
        return upload

    def get(self, upload_id: str) -> Upload:
        """Return the state of an upload.

        Raises
        ------
        NotFoundError
            If there is none of this id.
        """
        try:
            return Upload(**json.loads((self._folder(upload_id) / "upload.json").read_bytes()))
        except FileNotFoundError:
            raise _unknown() from None

    def append(self, upload_id: str, chunk: Chunk, body: Body) -> Upload:
        """Receive the next piece; on any error nothing of it counts.

        Raises
        ------
        ConflictError
            If it is not the next one; the message has the offset of the next one.
        DamagedError
            If bytes are missing, or others than were sent.
        StorageError
            If the disk is (nearly) full.
        """
        self.get(upload_id)
        self._check_room(chunk.length, FREE_FLOOR)
        # Without the lock: a connection that stalls must not keep out the next try. Nor is the
        # place checked yet: a browser that still sends sees no answer but a broken connection.
        # The file has no name, so that a server that is killed leaves nothing.
        with storage_errors(), TemporaryFile(dir=self.directory) as received:
            receive(chunk, body, received)
            with self._held(upload_id) as upload:
                check_place(upload, chunk)
                with self.path(upload_id).open("r+b") as file:
                    file.seek(chunk.offset)
                    received.seek(0)
                    shutil.copyfileobj(received, file, BLOCK)
                    file.flush()
                    os.fsync(file.fileno())
                # Only after the bytes are on the disk.
                upload = replace(upload, offset=chunk.end)
                self._write(upload)
        return upload

    def complete(self, upload_id: str) -> Upload:
        """Say that all was sent; what is complete already stays so.

        Raises
        ------
        ConflictError
            If bytes are missing.
        DamagedError
            If the sender named another hash than that of the bytes.
        """
        with self._held(upload_id) as upload:
            if upload.complete:
                return upload
            if upload.offset < upload.size:
                raise ConflictError(
                    f"Of {upload.name}, {upload.offset:,} of {upload.size:,} bytes have arrived.",
                    hint="Send the rest, then complete the upload.",
                )
            with self.path(upload_id).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest() if upload.sha256 else None
            if found != upload.sha256:
                raise DamagedError(
                    f"The bytes of {upload.name} that arrived are not those of the file "
                    "(SHA-256 differs); perhaps it was changed while it was sent.",
                    hint="Upload the file again.",
                )
            upload = replace(upload, complete=True)
            self._write(upload)
        return upload

    def cancel(self, upload_id: str) -> None:
        """Forget an upload and its bytes."""
        with self._held(upload_id):
            shutil.rmtree(self._folder(upload_id), ignore_errors=True)

    @contextmanager
    def used(self, upload_id: str) -> Iterator[Upload]:
        """Give a complete upload to be read; nobody else has it meanwhile."""
        with self._held(upload_id) as upload:
            if not upload.complete:
                raise ConflictError(
                    f"The upload of {upload.name} is not complete.",
                    hint="Send the rest and complete it, then use it.",
                )
            yield upload

    @contextmanager
    def spent(self, upload_id: str) -> Iterator[Upload]:
        """Give a complete upload to be read; it is removed if nothing is raised meanwhile."""
        with self.used(upload_id) as upload:
            yield upload
            shutil.rmtree(self._folder(upload_id), ignore_errors=True)

    def path(self, upload_id: str) -> Path:
        """Return the file with the bytes of an upload."""
        return self._folder(upload_id) / "content"

    def remove_stale(self) -> None:
        """Remove uploads, forms and previews of which nothing was heard for 24 h."""
        oldest = time.time() - STALE_SECONDS
        for path in self.directory.iterdir():
            # Gone since, or in use.
            with suppress(FileNotFoundError, NotFoundError, ConflictError):
                if path.stat().st_mtime < oldest:
                    with _locked(path):
                        shutil.rmtree(path, ignore_errors=True)

    def _folder(self, upload_id: str) -> Path:
        if not ID.fullmatch(upload_id):
            raise _unknown()
        return self.directory / upload_id

    def _write(self, upload: Upload) -> None:
        write_json(self._folder(upload.id) / "upload.json", asdict(upload))

    @contextmanager
    def _held(self, upload_id: str) -> Iterator[Upload]:
        """Lock an upload and read it; the lock holds across all server processes."""
        with _locked(self._folder(upload_id)):
            yield self.get(upload_id)

    def _check_room(self, size: int, floor: int) -> None:
        if self._free(self.directory) - size < floor:
            raise StorageError(
                f"The server's disk has too little room for {size:,} bytes: {floor:,} must stay "
                "free after them.",
                hint="Ask who runs the server to make room, then try again.",
            )


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Lock a directory across all server processes, or say that it is in use."""
    try:
        with locked(folder):
            yield
    except FileNotFoundError:
        raise _unknown() from None
    except BlockingIOError:
        raise ConflictError(
            "Another request works on this upload.", hint="Try again in a moment."
        ) from None


def _unknown() -> NotFoundError:
    return NotFoundError(
        "This upload is not on this server (any more).",
        hint="Upload the file again; an upload is kept for 24 h after its last piece.",
    )
