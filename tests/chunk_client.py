"""A program that uploads a file in pieces, as the page does."""

from __future__ import annotations

import hashlib
import json
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

UPLOADS = "/api/v1/uploads"


class ChunkClient:
    """One connection to a server."""

    def __init__(self, url: str) -> None:
        self.connection = HTTPConnection(urlsplit(url).netloc, timeout=900)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, path, body, named)
        response = self.connection.getresponse()
        content = response.read()
        return response.status, json.loads(content) if content else {}

    def upload(self, path: Path) -> str:
        about = json.dumps({"name": path.name, "size": path.stat().st_size}).encode()
        begun = self.ask("POST", UPLOADS, about, Content_Type="application/json")[1]
        address, offset = f"{UPLOADS}/{begun['id']}", 0
        with path.open("rb") as file:
            while piece := file.read(begun["chunk_size"]):
                status, answer = self.ask(
                    "PATCH",
                    address,
                    piece,
                    Upload_Offset=str(offset),
                    Upload_Checksum=f"sha256 {hashlib.sha256(piece).hexdigest()}",
                )
                offset += len(piece)
                assert (status, answer["offset"]) == (200, offset)
        assert self.ask("POST", f"{address}/complete")[0] == 200
        return begun["id"]
