"""Uploads over HTTP: what is taken, what is refused, and that nothing is left behind."""

import io
import os
import time

import numpy as np
import pytest

from dashboard.app import create_app
from dashboard.routes.uploads import label_of_file
from dashboard.settings import Settings
from data.services import Services

DATASETS = "/api/v1/datasets"


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


VECTORS = npy(np.arange(12, dtype=np.float32).reshape(4, 3))
WORDS = "één\ntwo\n=cmd\n<b>\n".encode()


def form(**parts):
    """Return a form: bytes become files that are named by their field."""
    endings = {"tensors": "npy", "metadata": "tsv", "sprite": "png"}
    return {
        name: (io.BytesIO(part), f"{name}.{endings.get(name, 'bin')}")
        if isinstance(part, bytes)
        else part
        for name, part in parts.items()
    }


def leftovers(services):
    folder = services.data_dir / "uploads"
    return list(folder.iterdir()) if folder.exists() else []


def test_upload_is_stored_and_listed(client, services):
    sent = form(tensors=VECTORS, metadata=WORDS, name="Four")
    response = client.post(DATASETS, data=sent)
    record = response.get_json()
    assert response.status_code == 201
    assert response.headers["Location"] == f"{DATASETS}/{record['id']}"
    assert (record["name"], record["n_points"], record["n_dims"]) == ("Four", 4, 3)
    assert client.get(response.headers["Location"]).get_json() == record
    assert client.get(f"{DATASETS}/{record['id']}/metadata").data == WORDS
    assert leftovers(services) == []
    assert (services.data_dir / "uploads").stat().st_mode & 0o777 == 0o700


def test_large_file_passes_the_parser_of_forms(client):
    tensor = np.random.default_rng(0).normal(size=(1_000, 300)).astype(np.float32)
    record = client.post(DATASETS, data=form(tensors=npy(tensor))).get_json()
    with client.get(f"{DATASETS}/{record['id']}/tensor") as response:
        assert response.data == npy(tensor)


def test_long_fields_are_refused(client, services):
    response = client.post(DATASETS, data=form(tensors=VECTORS, name="x" * 600_000))
    assert response.status_code == 413
    assert leftovers(services) == []


def test_downloads_can_be_uploaded_again(client, small):
    address = f"{DATASETS}/{small.id}"
    parts = {}
    for field, path in (("tensors", "tensor"), ("metadata", "metadata"), ("sprite", "sprite")):
        with client.get(f"{address}/{path}") as response:
            parts[field] = response.data
    again = client.post(DATASETS, data=form(**parts, sprite_size="4x4")).get_json()
    assert again["id"] == small.id
    assert len(client.get(DATASETS).get_json()["datasets"]) == 1


def test_cells_cannot_break_lines_of_a_download(client):
    csv = b'word,note\n"a\tb","c\nd"\ne,f\ng,h\ni,"j\r\nk"\n'
    sent = form(tensors=VECTORS) | {"metadata": (io.BytesIO(csv), "m.csv")}
    record = client.post(DATASETS, data=sent).get_json()
    text = client.get(f"{DATASETS}/{record['id']}/metadata").text
    assert text == "word\tnote\na b\tc d\ne\tf\ng\th\ni\tj k\n"


def test_raw_bytes_need_dimensions(client):
    raw = np.arange(12, dtype="<f4").tobytes()
    sent = {"tensors": (io.BytesIO(raw), "raw.bytes"), "n_dims": "3"}
    assert client.post(DATASETS, data=sent).get_json()["n_points"] == 4


def test_several_tensors_ask_to_choose(client):
    file = io.BytesIO()
    np.savez(file, a=np.zeros((4, 3)), b=np.eye(5))
    sent = {"tensors": (io.BytesIO(file.getvalue()), "two.npz")}
    response = client.post(DATASETS, data=sent)
    error = response.get_json()["error"]
    assert (response.status_code, error["code"]) == (422, "choose_tensor")
    assert {choice["name"] for choice in error["choices"]} == {"a", "b"}
    sent = {"tensors": (io.BytesIO(file.getvalue()), "two.npz"), "tensor": "b"}
    assert client.post(DATASETS, data=sent).get_json()["n_points"] == 5


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"tensor": VECTORS},
        {"tensors": VECTORS, "labels": WORDS},
        {"tensors": VECTORS, "nmae": "x"},
        {"tensors": VECTORS, "sprite_size": "0x4"},
        {"tensors": VECTORS, "sprite_size": "28"},
        {"tensors": VECTORS, "n_dims": "-1"},
        {"tensors": VECTORS, "n_dims": "1e9"},
        {"tensors": VECTORS, "drop_invalid_rows": "perhaps"},
        {"tensors": [(io.BytesIO(VECTORS), "a.npy"), (io.BytesIO(VECTORS), "b.npy")]},
        {"tensors": VECTORS[:-4]},
        {"tensors": b""},
        {"tensors": VECTORS, "name": "x" * 300},
    ],
)
def test_wrong_forms_are_refused_and_leave_nothing(client, services, parts):
    sent = form(**parts) or {"name": (None, "")}
    response = client.post(DATASETS, data=sent, content_type="multipart/form-data")
    assert response.status_code == 422
    assert response.get_json()["error"]["message"]
    assert leftovers(services) == []
    assert list((services.data_dir / "datasets").iterdir()) == []


def test_other_bodies_are_refused(client):
    assert client.post(DATASETS, json={"run": "."}).status_code == 422
    assert client.post(DATASETS, data=b"x", content_type="text/plain").status_code == 415
    broken = client.post(DATASETS, data=b"x", content_type="multipart/form-data")
    assert broken.status_code == 400


@pytest.mark.parametrize("cut", [1, 30, 100, 200])
def test_cut_upload_is_never_a_dataset(client, services, cut):
    head = (
        b'--b\r\nContent-Disposition: form-data; name="tensors"; filename="a.npy"\r\n\r\n'
        + VECTORS
        + b"\r\n--b--\r\n"
    )
    response = client.post(
        DATASETS, data=head[:-cut], content_type="multipart/form-data; boundary=b"
    )
    # Without the dashes that end it, a form is incomplete; the last line end may be missing.
    assert response.status_code == (201 if cut == 1 else 400)
    assert leftovers(services) == []


def test_upload_limit_names_itself(tmp_path):
    settings = Settings(data_dir=tmp_path, upload_bytes=1_000)
    services = Services.open(tmp_path, settings.limits())
    client = create_app(settings, services).server.test_client()
    # A little above the limit, and far above.
    for size in (1_001, 1_100_000):
        response = client.post(DATASETS, data=form(tensors=b"x" * size))
        assert response.status_code == 413
        assert "1,000 bytes (upload_bytes)" in response.get_json()["error"]["message"]
        assert leftovers(services) == []


def test_leftovers_of_a_killed_server_are_removed(client, services):
    for name, days in (("old", 2), ("new", 0)):
        folder = services.data_dir / "uploads" / name
        folder.mkdir(parents=True)
        (folder / "0.upload").write_bytes(b"x")
        os.utime(folder, (time.time() - days * 86_400,) * 2)
    client.post(DATASETS, data=form(tensors=VECTORS))
    assert [path.name for path in leftovers(services)] == ["new"]


def test_json_bodies_are_limited(client, small):
    body = '{"name": "' + "x" * 9_000_000 + '"}'
    response = client.patch(f"{DATASETS}/{small.id}", data=body, content_type="application/json")
    assert response.status_code == 413
    assert response.get_json()["error"]["code"] == "limit"


def test_metadata_can_be_replaced(client, small):
    address = f"{DATASETS}/{small.id}/metadata"
    words = "".join(f"w{row}\n" for row in range(60)).encode()
    record = client.post(address, data=form(metadata=words)).get_json()
    assert (record["id"], record["metadata_revision"]) == (small.id, 1)
    assert client.get(address).data == words
    short = client.post(address, data=form(metadata=b"a\nb\n"))
    assert short.status_code in (200, 422)
    empty = client.post(address, data={"x": "1"}, content_type="multipart/form-data")
    assert empty.status_code == 422


def test_file_names_are_only_labels(client, services):
    for name in (
        "../../x.npy",
        "C:\\dir\\x.npy",
        "<img src=x>.npy",
        "x" * 300 + ".npy",
    ):
        sent = {"tensors": (io.BytesIO(VECTORS), name)}
        response = client.post(DATASETS, data=sent)
        assert response.status_code == 201
        client.delete(response.headers["Location"])
    assert leftovers(services) == []


def test_labels_of_files_have_no_control_characters():
    assert label_of_file("a\r\nb\x00.npy") == "a b .npy"
    assert label_of_file("dir/") == "file"
    assert label_of_file("x" * 300 + ".npy").endswith("x.npy")
