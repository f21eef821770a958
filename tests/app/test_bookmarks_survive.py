"""A real server that is killed while people save: what was answered is there afterwards."""

import json
import shutil
import threading
import urllib.request
from http.client import HTTPException

import psutil
import pytest

from data.services import Services
from tests.running_server import start_server


def save_until_it_dies(url, dataset_id, answered):
    body = {"view": {"dataset_id": dataset_id}, "note": "whole " * 50}
    for i in range(10**6):
        asked = urllib.request.Request(
            f"{url}/api/v1/bookmarks",
            json.dumps({**body, "name": f"number {i}"}).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:
                answered.append(json.load(answer))
        except (OSError, HTTPException):
            return


def kill_while_saving(data, dataset_id, answered):
    with start_server(data) as server:
        target = (server.url, dataset_id, answered)
        writers = [threading.Thread(target=save_until_it_dies, args=target) for _ in range(3)]
        for writer in writers:
            writer.start()
        while len(answered) < 30:
            writers[0].join(0.01)
        whole = psutil.Process(server.process.pid)
        for process in [*whole.children(recursive=True), whole]:
            process.kill()
        for writer in writers:
            writer.join()
        server.process.wait()


def test_what_a_killed_server_had_answered_is_there(small_stored, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(small_stored, data)
    services = Services.open(data, reserve_bytes=4096)
    answered: list[dict] = []
    with pytest.raises(AssertionError, match="died"):
        kill_while_saving(data, services.datasets.list()[0].id, answered)
    there = {record.id: record for record in services.bookmarks.all()}
    assert len(answered) >= 30
    for bookmark in answered:
        assert there[bookmark["id"]].name == bookmark["name"]
        assert there[bookmark["id"]].note == bookmark["note"]
