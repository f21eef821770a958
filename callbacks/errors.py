"""What a person sees when a callback fails: a sentence, never a traceback."""

from __future__ import annotations

import logging
import secrets

from dash import set_props

from dashboard import ids
from data.errors import ProjectorError

log = logging.getLogger(__name__)


def show_error(error: Exception) -> None:
    """Put the reason into the notice bar; what we did not foresee gets an id for the log."""
    set_props(ids.NOTICE, {"data": {"kind": "error", "text": sentence(error)}})


def sentence(error: Exception) -> str:
    """Return what a person is told about an error."""
    if isinstance(error, ProjectorError):
        return f"{error.message} {error.hint}".strip()
    error_id = secrets.token_hex(4)
    log.error("error %s in a callback", error_id, exc_info=error)
    return f"Something went wrong on the server (log id {error_id}). Nothing was lost."
