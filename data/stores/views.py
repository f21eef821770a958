"""Views that are too long for a link, stored under the hash of their content."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from data.errors import NotFoundError
from data.links import link_text
from data.stores.files import write_bytes
from data.view_state import ViewState

ID = re.compile(r"[0-9a-f]{20}")


class ViewStore:
    """Saved views under `root`, one small file each; the same view has the same id."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def save(self, view: ViewState) -> str:
        """Keep a view and return its id; answered only when it is on disk."""
        text = link_text(view)
        view_id = hashlib.sha256(text.encode()).hexdigest()[:20]
        path = self.root / f"{view_id}.json"
        if not path.exists():
            content = json.dumps(view.to_json(), sort_keys=True, ensure_ascii=False)
            write_bytes(path, content.encode())
        return view_id

    def load(self, view_id: str) -> ViewState:
        """Return a kept view.

        Raises
        ------
        NotFoundError
            If there is none of this id.
        """
        path = self.root / f"{view_id}.json"
        if not ID.fullmatch(view_id) or not path.is_file():
            raise NotFoundError(
                "The view of this link is not on this server.",
                hint="Ask for the link again; datasets on this server are listed at the left.",
            )
        return ViewState.from_json(json.loads(path.read_bytes()))
