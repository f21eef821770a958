"""Uploads in pieces over HTTP, and through a real server with connections that break."""

import hashlib
import io
import json
import random
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from urllib.parse import urlsplit

import numpy as np
import pytest

from dashboard.app import create_app
from dashboard.settings import Settings
from data.services import Services

UPLOADS = "/api/v1/uploads"
DATASETS = "/api/v1/datasets"
MB = 1024**2


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


VECTORS = npy(np.arange(12, dtype=np.float32).reshape(4, 3))
WORDS = b"a\nb\nc\nd\n"


def chunk_headers(offset, piece):
    checksum = hashlib.sha256(piece).hexdigest()
    return {"Upload-Offset": str(offset), "Upload-Checksum": f"sha256 {checksum}"}


def begin(client, name, size, **more):
    response = client.post(UPLOADS, json={"name": name, "size": size, **more})
    assert response.status_code == 201, response.text
    return response.get_json()["id"]


def send(client, upload_id, offset, piece, **headers):
    sent = chunk_headers(offset, piece) | {k.replace("_", "-"): v for k, v in headers.items()}
    return client.patch(f"{UPLOADS}/{upload_id}", data=piece, headers=sent)


def upload(client, content, name, step=50):
    upload_id = begin(client, name, len(content))
    for offset in range(0, len(content), step):
        assert send(client, upload_id, offset, content[offset : offset + step]).status_code == 200
    assert client.post(f"{UPLOADS}/{upload_id}/complete").status_code == 200
    return upload_id


def refusal(response):
    return response.status_code, response.get_json()["error"]["code"]


def test_every_answer_says_where_the_upload_stands(client):
    sha256 = hashlib.sha256(VECTORS).hexdigest()
    body = {"name": "dir/v.npy", "size": len(VECTORS), "sha256": sha256.upper()}
    response = client.post(UPLOADS, json=body)
    begun = response.get_json()
    address = f"{UPLOADS}/{begun['id']}"
    assert (response.status_code, response.headers["Location"]) == (201, address)
    assert begun | {"id": ""} == {
        "id": "",
        "name": "v.npy",
        "size": len(VECTORS),
        "offset": 0,
        "complete": False,
        "chunk_size": 8 * MB,
    }
    assert client.get(address).get_json() == begun
    assert send(client, begun["id"], 0, VECTORS[:100]).get_json() == begun | {"offset": 100}
    whole = begun | {"offset": len(VECTORS)}
    assert send(client, begun["id"], 100, VECTORS[100:]).get_json() == whole
    assert client.post(f"{address}/complete").get_json() == whole | {"complete": True}


def test_datasets_are_made_of_uploads_which_are_then_gone(client, services):
    sent = {
        "tensors_upload": upload(client, VECTORS, "v.npy"),
        "metadata_upload": upload(client, WORDS, "w.tsv"),
    }
    response = client.post(DATASETS, data=sent)
    record = response.get_json()
    assert (response.status_code, record["name"], record["n_points"]) == (201, "v.npy", 4)
    assert client.get(f"{DATASETS}/{record['id']}/metadata").data == WORDS
    assert list(services.uploads.directory.iterdir()) == []
    again = client.post(DATASETS, data=sent)
    assert refusal(again) == (404, "not_found")


def test_uploads_and_files_of_a_form_go_together(client, services):
    sent = {
        "tensors": (io.BytesIO(VECTORS), "v.npy"),
        "metadata_upload": upload(client, WORDS, "w.tsv"),
        "name": "Both",
    }
    record = client.post(DATASETS, data=sent).get_json()
    assert (record["name"], len(record["columns"])) == ("Both", 1)
    address = f"{DATASETS}/{record['id']}/metadata"
    more = {"metadata_upload": upload(client, b"1\n2\n3\n4\n", "n.tsv")}
    assert client.post(address, data=more).get_json()["metadata_revision"] == 1
    assert list(services.uploads.directory.iterdir()) == []


def test_only_the_broken_file_must_be_chosen_again(client, services):
    tensors = upload(client, VECTORS, "v.npy")
    broken = upload(client, b"\x00\xff\xfe\n" * 9, "w.tsv")
    sent = {"tensors_upload": tensors, "metadata_upload": broken}
    refused = client.post(DATASETS, data=sent)
    assert refused.status_code == 422
    assert "w.tsv" in refused.get_json()["error"]["message"]
    assert client.get(f"{UPLOADS}/{tensors}").get_json()["complete"]
    assert client.delete(f"{UPLOADS}/{broken}").status_code == 204
    sent["metadata_upload"] = upload(client, WORDS, "w.tsv")
    assert client.post(DATASETS, data=sent).status_code == 201
    assert list(services.uploads.directory.iterdir()) == []


def test_uploads_that_cannot_be_used_are_refused(client, services):
    half = begin(client, "v.npy", len(VECTORS))
    send(client, half, 0, VECTORS[:50])
    whole = upload(client, VECTORS, "v.npy")
    for sent, expected in [
        ({"tensors_upload": half}, (409, "conflict")),
        ({"tensors_upload": "../" + whole}, (404, "not_found")),
        ({"tensors_upload": whole, "metadata_upload": whole}, (409, "conflict")),
        ({"metadata_upload": whole}, (422, "bad_parameter")),
        ({"labels_upload": whole}, (422, "bad_parameter")),
        ({"tensors_upload": whole, "tensors": (io.BytesIO(b"x"), "x")}, (422, "bad_parameter")),
    ]:
        assert refusal(client.post(DATASETS, data=sent)) == expected, sent
    assert client.get(f"{UPLOADS}/{whole}").get_json()["complete"]
    assert services.datasets.list() == []
    assert len(list(services.uploads.directory.iterdir())) == 2


def test_pieces_that_do_not_fit_change_nothing(client):
    upload_id = begin(client, "x", 100)
    send(client, upload_id, 0, b"0123456789")
    wrong_offset = send(client, upload_id, 0, b"0123456789")
    assert refusal(wrong_offset) == (409, "conflict")
    assert "offset 10," in wrong_offset.get_json()["error"]["message"]
    damaged = {"Upload_Checksum": "sha256 " + "0" * 64}
    assert refusal(send(client, upload_id, 10, b"ab", **damaged)) == (422, "damaged")
    assert refusal(send(client, upload_id, 10, b"a" * 91)) == (422, "bad_parameter")
    for name, value in [
        ("Upload_Offset", "ten"),
        ("Upload_Offset", "-1"),
        ("Upload_Offset", ""),
        ("Upload_Checksum", ""),
        ("Upload_Checksum", "md5 " + "0" * 64),
        ("Upload_Checksum", "sha256 abc"),
    ]:
        response = send(client, upload_id, 10, b"ab", **{name: value})
        assert refusal(response) == (422, "bad_parameter"), (name, value)
    assert client.get(f"{UPLOADS}/{upload_id}").get_json()["offset"] == 10
    assert refusal(client.post(f"{UPLOADS}/{upload_id}/complete")) == (409, "conflict")


def test_chunks_are_limited_before_they_are_read(client):
    upload_id = begin(client, "x", 40 * MB)
    assert send(client, upload_id, 0, bytes(16 * MB)).status_code == 200
    large = client.patch(f"{UPLOADS}/{upload_id}", environ_overrides={"CONTENT_LENGTH": "16777217"})
    assert refusal(large) == (413, "limit")
    assert "16,777,216" in large.get_json()["error"]["message"]
    unsaid = client.patch(f"{UPLOADS}/{upload_id}", headers=chunk_headers(16 * MB, b""))
    assert unsaid.status_code == 411


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "x"}, 422),
        ({"name": "x", "size": -1}, 422),
        ({"name": "x", "size": True}, 422),
        ({"name": "x", "size": 1.0}, 422),
        ({"name": "x", "size": "1"}, 422),
        ({"name": "x", "size": 1001}, 413),
        ({"name": "x", "size": 10**30}, 413),
        ({"size": 1}, 422),
        ({"name": "x", "size": 1, "sha256": "abc"}, 422),
        ({"name": "x", "size": 1, "sha256": 7}, 422),
        ({"name": "x", "size": 1, "path": "/etc"}, 422),
        ([], 422),
        ({"name": "\ud800/\udfff\x00", "size": 0}, 201),
        ({"name": "x" * 5_000, "size": 1000}, 201),
    ],
)
def test_uploads_begin_only_with_what_is_allowed(tmp_path, body, status):
    settings = Settings(data_dir=tmp_path, upload_bytes=1_000)
    client = create_app(settings, Services.open(tmp_path, settings.limits())).server.test_client()
    response = client.post(UPLOADS, json=body)
    assert response.status_code == status
    if status == 201:
        assert 1 <= len(response.get_json()["name"]) <= 200
    if status == 413:
        assert "1,000 bytes (upload_bytes)" in response.get_json()["error"]["message"]


def test_files_of_one_dataset_are_limited_together(tmp_path):
    settings = Settings(data_dir=tmp_path, upload_bytes=len(VECTORS) + 3)
    client = create_app(settings, Services.open(tmp_path, settings.limits())).server.test_client()
    sent = {
        "tensors_upload": upload(client, VECTORS, "v.npy"),
        "metadata_upload": upload(client, WORDS, "w.tsv"),
    }
    assert refusal(client.post(DATASETS, data=sent)) == (413, "limit")


def test_an_empty_file_is_answered_by_its_reader(client):
    sent = {"tensors_upload": upload(client, b"", "v.npy")}
    assert refusal(client.post(DATASETS, data=sent)) == (422, "unreadable_file")


def test_a_silent_sender_is_not_waited_for_long(client):
    class Connection:
        def settimeout(self, seconds):
            self.seconds = seconds

    connection = Connection()
    client.patch(
        f"{UPLOADS}/{begin(client, 'x', 1)}",
        data=b"a",
        headers=chunk_headers(0, b"a"),
        environ_overrides={"gunicorn.socket": connection},
    )
    assert connection.seconds == 30


# A real server -----------------------------------------------------------------------------------


def ask(server, method, path, body=None, headers=None):
    """Ask over a new connection and return status and JSON."""
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=60)
    if isinstance(body, dict):
        body, headers = json.dumps(body), {"Content-Type": "application/json"}
    connection.request(method, path, body, headers or {})
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, json.loads(content) if content else None


@contextmanager
def bytes_at(server, path):
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=60)
    connection.request("GET", path)
    yield connection.getresponse().read()
    connection.close()


def begin_at(server, name, content):
    body = {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return ask(server, "POST", UPLOADS, body)[1]["id"]


def started_chunk(server, upload_id, offset, piece, sent):
    """Send a request with only the first `sent` bytes of its body and return the connection."""
    lines = chunk_headers(offset, piece) | {"Content-Length": len(piece)}
    address = urlsplit(server.url)
    connection = socket.create_connection((address.hostname, address.port), timeout=60)
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    start = f"PATCH {UPLOADS}/{upload_id} HTTP/1.1\r\nHost: {address.netloc}\r\n{head}\r\n"
    connection.sendall(start.encode() + piece[:sent])
    return connection


def offset_of(server, upload_id):
    return ask(server, "GET", f"{UPLOADS}/{upload_id}")[1]["offset"]


def send_at(server, upload_id, offset, piece):
    path, headers = f"{UPLOADS}/{upload_id}", chunk_headers(offset, piece)
    return ask(server, "PATCH", path, piece, headers)


def n_datasets(server):
    return len(ask(server, "GET", DATASETS)[1]["datasets"])


def test_an_upload_cut_at_twenty_places_goes_on_to_the_right_bytes(server):
    chance = random.Random(5)
    content = npy(np.random.default_rng(5).random((65_536, 256), np.float32))
    step = 1_600_000
    before = n_datasets(server)
    upload_id = begin_at(server, "cut.npy", content)
    offsets = range(0, len(content), step)
    cuts = chance.sample(list(offsets), 20)
    for offset in offsets:
        piece = content[offset : offset + step]
        if offset in cuts:
            connection = started_chunk(
                server, upload_id, offset, piece, chance.randrange(len(piece))
            )
            if chance.random() < 0.5:
                # As a broken network does it: without a word of goodbye.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.close()
            assert offset_of(server, upload_id) == offset
            refused, _ = ask(server, "POST", f"{UPLOADS}/{upload_id}/complete")
            assert refused == 409
            assert n_datasets(server) == before
        assert send_at(server, upload_id, offset, piece)[0] == 200
    assert ask(server, "POST", f"{UPLOADS}/{upload_id}/complete")[0] == 200
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    status, record = ask(server, "POST", DATASETS, f"tensors_upload={upload_id}", form)
    assert (status, record["n_points"], record["n_dims"]) == (201, 65_536, 256)
    with bytes_at(server, f"{DATASETS}/{record['id']}/tensor") as stored:
        assert hashlib.sha256(stored).digest() == hashlib.sha256(content).digest()
    assert "Traceback" not in server.output


def test_two_people_upload_at_once(server):
    contents = [random.Random(seed).randbytes(3 * MB) for seed in (1, 2)]

    def upload_all(content):
        upload_id = begin_at(server, "own.npy", content)
        for offset in range(0, len(content), MB // 2):
            piece = content[offset : offset + MB // 2]
            assert send_at(server, upload_id, offset, piece)[0] == 200
        return ask(server, "POST", f"{UPLOADS}/{upload_id}/complete")

    with ThreadPoolExecutor(2) as people:
        answers = list(people.map(upload_all, contents))
    # The server compared each with its own SHA-256.
    assert [(status, answer["complete"]) for status, answer in answers] == [(200, True)] * 2


def test_one_of_many_equal_pieces_wins_in_all_processes(server):
    pieces = [bytes([number]) * MB for number in range(6)]
    upload_id = begin_at(server, "x", bytes(2 * MB))
    with ThreadPoolExecutor(6) as senders:
        answers = list(senders.map(lambda piece: send_at(server, upload_id, 0, piece), pieces))
    assert sorted(status for status, _ in answers) == [200, *[409] * 5]
    assert offset_of(server, upload_id) == MB


def test_stalled_uploads_slow_neither_the_page_nor_their_own_next_try(server):
    piece = bytes(MB)
    uploads = [begin_at(server, "stalled", piece) for _ in range(4)]
    stalled = [started_chunk(server, uploads[i % 4], 0, piece, 1_000) for i in range(50)]
    try:
        seconds = []
        for _ in range(10):
            started = time.perf_counter()
            assert ask(server, "GET", "/healthz")[0] == 200
            seconds.append(time.perf_counter() - started)
        print(f"slowest answer beside 50 stalled uploads: {max(seconds):.3f} s")
        assert max(seconds) < 2
    finally:
        for connection in stalled:
            connection.close()
    until = time.monotonic() + 20
    while offset_of(server, uploads[0]) == 0:
        assert time.monotonic() < until
        # Until the places of those who hung up are free, the connection may break.
        with suppress(ConnectionError):
            send_at(server, uploads[0], 0, piece)
        time.sleep(0.1)
