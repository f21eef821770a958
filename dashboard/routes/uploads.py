"""Bodies with files, streamed to the disk: what a browser or a script uploads."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from flask import request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.formparser import FormDataParser

from data.errors import LimitError, ParameterError
from data.parsing import Source
from data.stores.files import staging
from data.stores.uploads import UploadStore

# Fields are short texts; the files come beside them. The parser also measures its own buffer of
# 64 KiB by this, so less would refuse files.
FIELD_BYTES = 512 * 1024
MAX_PARTS = 300
# What boundaries and field names may add to the bytes of the files.
FORM_SLACK = 1024**2
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
MAX_FILE_NAME = 200
# Of a connection while its body is awaited; a stalled one holds one of the server's threads.
SILENCE_SECONDS = 30


@dataclass(frozen=True)
class Form:
    """What was sent.

    Attributes
    ----------
    fields : texts by name; a name may have come several times
    files : by field name; they are gone when the request is over, but for a completed upload
        whose dataset could not be made
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
    uploads: UploadStore, fields: tuple[str, ...], files: tuple[str, ...]
) -> Iterator[Form]:
    """Receive the form of this request into an own folder of `uploads`.

    A field `<file>_upload` names a completed upload instead of the file. It is removed when
    nothing is raised while the form is used.

    Parameters
    ----------
    fields, files : the names that are known

    Raises
    ------
    LimitError
        If more is sent than the limit.
    ParameterError
        If a name is not known, or a file comes twice.
    NotFoundError, ConflictError
        If an upload is not there, or not complete.
    werkzeug.exceptions.HTTPException
        If it is no form, or was cut off on the way.
    """
    if request.mimetype not in FORMS:
        raise UnsupportedMediaType
    uploads.remove_stale()
    limit_silence()
    with staging(uploads.directory) as folder, ExitStack() as used:
        sent_fields, sent_files = _receive(folder, uploads.limits.upload_bytes)
        _check_names((*sent_fields, *sent_files), fields, files)
        form = Form({name: sent_fields.getlist(name) for name in sent_fields})
        for name in files:
            if name in sent_files:
                form.files[name] = _source(name, sent_files)
            if upload_id := form.text(f"{name}_upload"):
                if name in form.files:
                    raise ParameterError(f"The file {name} was sent, and {name}_upload named too.")
                upload = used.enter_context(uploads.spent(upload_id))
                form.files[name] = Source(uploads.path(upload_id), upload.name)
        _check_size(form.files.values(), uploads.limits.upload_bytes)
        yield form


def limit_silence() -> None:
    """End this request if its sender says nothing for a while in the middle of the body."""
    if connection := request.environ.get("gunicorn.socket"):
        connection.settimeout(SILENCE_SECONDS)


def stop_listening() -> None:
    """Let the server answer at once and close: else it waits 5 s for the rest of the body."""
    if connection := request.environ.get("gunicorn.socket"):
        # Or it is gone already.
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RD)


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
    return fields, files


def _check_names(sent: Iterable[str], fields: Iterable[str], files: Iterable[str]) -> None:
    """Refuse names that are not known: a typing mistake must not be passed over."""
    known = (*files, *(f"{name}_upload" for name in files), *fields)
    for name in sent:
        if name not in known:
            raise ParameterError(
                f"The form has an unknown field {str(name)[:60]!r}.",
                hint=f"The fields are: {', '.join(known)}.",
            )


def _check_size(files: Iterable[Source], upload_bytes: int) -> None:
    """Refuse files that are too large together."""
    if sum(file.path.stat().st_size for file in files) > upload_bytes:
        raise _too_large(upload_bytes)


def _too_large(upload_bytes: int) -> LimitError:
    return LimitError(
        f"The upload is larger than {upload_bytes:,} bytes (upload_bytes), or has a text of more "
        f"than {FIELD_BYTES:,} bytes.",
        hint="Send fewer points or dimensions, or ask for a higher limit.",
    )


def _source(name: str, files: Any) -> Source:
    sent = files.getlist(name)
    if len(sent) > 1:
        raise ParameterError(f"The file {name} was sent {len(sent):,} times.")
    return Source(Path(sent[0].stream.name), label_of_file(sent[0].filename or ""))


def label_of_file(name: str) -> str:
    """Return the last part of a file's name without what no screen shows; it is only a label.

    Its end stays: it says the format.
    """
    plain = re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]+", " ", re.split(r"[/\\]", name)[-1]).strip()
    return plain[-MAX_FILE_NAME:] or "file"
