"""Views that are too long for a link, stored under the hash of their content."""

from __future__ import annotations

import hashlib
import json
import re
import time
from pathlib import Path

from data.errors import NotFoundError
from data.links import link_text
from data.stores.files import touch, write_bytes
from data.view_state import ViewState

ID = re.compile(r"[0-9a-f]{20}")
# The address bar makes a view of every step with many rows; few of them are ever sent.
UNOPENED_DAYS = 90


class ViewStore:
    """Saved views under `root`, one small file each; the same view has the same id.

    A view that nobody has opened for 90 days is forgotten, unless somebody copied its link.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def save(self, view: ViewState) -> str:
        """Keep a view and return its id; answered only when it is on disk."""
        text = link_text(view)
        view_id = hashlib.sha256(text.encode()).hexdigest()[:20]
        path = self.root / f"{view_id}.json"
        if path.exists():
            touch(path)
        else:
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
                hint=f"Links that nobody opened for {UNOPENED_DAYS} days are forgotten, bookmarks "
                "never. Ask for the link again, or choose a dataset at the left.",
            )
        touch(path)
        return ViewState.from_json(json.loads(path.read_bytes()))

    def keep(self, view_id: str) -> None:
        """Keep a view for good: its link was copied, so somebody may have it."""
        self.load(view_id)
        write_bytes(self.root / f"{view_id}.copied", b"")

    def forget_old(self) -> None:
        """Remove the views that nobody has opened for long, and nobody has copied."""
        limit = time.time() - UNOPENED_DAYS * 86_400
        for path in self.root.glob("*.json"):
            if path.stat().st_mtime < limit and not path.with_suffix(".copied").exists():
                path.unlink(missing_ok=True)
