"""A form with files, streamed to the disk: what a browser or a script uploads."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from flask import request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.formparser import FormDataParser

from data.errors import LimitError, ParameterError
from data.parsing import Source
from data.stores.files import staging, storage_errors

# Fields are short texts; the files come beside them. The parser also measures its own buffer of
# 64 KiB by this, so less would refuse files.
FIELD_BYTES = 512 * 1024
MAX_PARTS = 300
# What boundaries and field names may add to the bytes of the files.
FORM_SLACK = 1024**2
MAX_FILE_NAME = 150
# Longer than any upload takes.
STALE_SECONDS = 86_400


@dataclass(frozen=True)
class Form:
    """What was sent.

    Attributes
    ----------
    fields : texts by name; a name may have come several times
    files : by field name; they are gone when the request is over
    """

    fields: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, Source] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a field, empty when it is missing; the last one when it came several times."""
        return self.fields.get(name, [""])[-1].strip()

    def file(self, name: str) -> Source:
        """Return a file that must be there."""
        if name not in self.files:
            raise ParameterError(f"The form has no file in the field {name!r}.")
        return self.files[name]


@contextmanager
def received_form(
    uploads: Path, upload_bytes: int, fields: tuple[str, ...], files: tuple[str, ...]
) -> Iterator[Form]:
    """Receive the form of this request into an own folder below `uploads`.

    Parameters
    ----------
    upload_bytes : limit of all files together
    fields, files : the names that are known

    Raises
    ------
    LimitError
        If more is sent than the limit.
    ParameterError
        If a name is not known, or a file comes twice.
    werkzeug.exceptions.HTTPException
        If it is no form, or was cut off on the way.
    """
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType
    with storage_errors():
        uploads.mkdir(mode=0o700, exist_ok=True)
        _remove_stale(uploads)
    with staging(uploads) as folder:
        sent_fields, sent_files = _receive(folder, upload_bytes)
        for name in (*sent_fields, *sent_files):
            if name not in (*fields, *files):
                raise ParameterError(
                    f"The form has an unknown field {str(name)[:60]!r}.",
                    hint=f"The fields are: {', '.join((*files, *fields))}.",
                )
        texts = {name: sent_fields.getlist(name) for name in sent_fields}
        yield Form(texts, {name: _source(name, sent_files) for name in sent_files if name in files})


def _receive(folder: Path, upload_bytes: int) -> tuple[Any, Any]:
    """Write the files into `folder` and return fields and files as the framework names them."""

    def open_file(*_: object, **__: object) -> IO[bytes]:
        path = folder / f"{len(list(folder.iterdir()))}.upload"
        return path.open("w+b")

    parser = FormDataParser(
        stream_factory=open_file,
        max_form_memory_size=FIELD_BYTES,
        max_content_length=upload_bytes + FORM_SLACK,
        max_form_parts=MAX_PARTS,
        silent=False,
    )
    try:
        _, fields, files = parser.parse_from_environ(request.environ)
    except RequestEntityTooLarge:
        raise _too_large(upload_bytes) from None
    except ValueError:
        # Also what a connection that was cut leaves behind.
        raise BadRequest from None
    for name in files:
        for file in files.getlist(name):
            file.stream.close()
    if sum(path.stat().st_size for path in folder.iterdir()) > upload_bytes:
        raise _too_large(upload_bytes)
    return fields, files


def _too_large(upload_bytes: int) -> LimitError:
    return LimitError(
        f"The upload is larger than {upload_bytes:,} bytes (upload_bytes), or has a text of more "
        f"than {FIELD_BYTES:,} bytes.",
        hint="Send fewer points or dimensions, or ask for a higher limit.",
    )


def _remove_stale(uploads: Path) -> None:
    """Remove what a server that was killed has left."""
    for path in uploads.iterdir():
        if path.stat().st_mtime < time.time() - STALE_SECONDS:
            shutil.rmtree(path, ignore_errors=True)


def _source(name: str, files: Any) -> Source:
    sent = files.getlist(name)
    if len(sent) > 1:
        raise ParameterError(f"The file {name} was sent {len(sent)} times.")
    return Source(Path(sent[0].stream.name), label_of_file(sent[0].filename or ""))


def label_of_file(name: str) -> str:
    """Return the last part of a file's name without control characters; it is only a label.

    Its end stays: it says the format.
    """
    plain = re.sub(r"[\x00-\x1f\x7f]+", " ", re.split(r"[/\\]", name)[-1]).strip()
    return plain[-MAX_FILE_NAME:] or "file"
