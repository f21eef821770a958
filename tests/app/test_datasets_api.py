"""Datasets over HTTP: the list, one of them, and its files."""

import io

import numpy as np
import pytest

from dashboard.routes.api_files import file_name

DATASETS = "/api/v1/datasets"


def error_of(response):
    """Return the error of an answer, after checking its one shape."""
    error = response.get_json()["error"]
    assert {"code", "message", "hint"} <= set(error)
    assert "Traceback" not in response.text
    return error


def test_healthz(client):
    assert client.get("/healthz").get_json() == {"status": "ok"}


def test_list_and_record(client, small):
    record = client.get(f"{DATASETS}/{small.id}").get_json()
    assert client.get(DATASETS).get_json() == {"datasets": [record]}
    assert (record["n_points"], record["n_dims"], record["name"]) == (60, 5, "Small")
    assert record["sprite"] == {"width": 4, "height": 4, "columns": 8}
    assert [column["name"] for column in record["columns"]] == ["word", "group", "size"]
    assert record["columns"][1]["n_unique"] == 3


def test_rename_and_refuse_bad_names(client, small):
    address = f"{DATASETS}/{small.id}"
    assert client.patch(address, json={"name": " Ω & <b> "}).get_json()["name"] == "Ω & <b>"
    assert client.get(address).get_json()["name"] == "Ω & <b>"
    for body in ({"name": ""}, {"name": "x" * 300}, {"name": 3}, {}, {"names": "x"}, [1]):
        response = client.patch(address, json=body)
        assert response.status_code == 422
        assert error_of(response)["code"] == "bad_parameter"
    assert client.patch(address, data="{", content_type="application/json").status_code == 400
    assert client.patch(address, data="name=x").status_code == 415


def test_deeply_nested_json_is_refused(client, small):
    body = "[" * 100_000
    response = client.patch(f"{DATASETS}/{small.id}", data=body, content_type="application/json")
    assert response.status_code == 400


def test_delete_says_which_bookmarks_depend_on_it_and_can_be_undone(client, small):
    address = f"{DATASETS}/{small.id}"
    view = {"name": "Left", "view": {"dataset_id": small.id}}
    bookmark = client.post("/api/v1/bookmarks", json=view).get_json()
    said = {"id": small.id, "restorable_days": 7, "bookmarks": [bookmark["id"]]}
    assert client.delete(address).get_json() == said
    assert client.get(address).status_code == 404
    assert client.get(DATASETS).get_json() == {"datasets": []}
    assert client.post(f"{address}/restore").get_json()["id"] == small.id
    assert client.get(address).status_code == 200
    # Once more changes nothing; what never was cannot be brought back.
    assert client.post(f"{address}/restore").get_json()["id"] == small.id
    response = client.post(f"{DATASETS}/{'a' * 26}/restore")
    assert response.status_code == 404
    assert error_of(response)["code"] == "not_found"


@pytest.mark.parametrize(
    "path",
    ["a" * 26, "..", "%2e%2e", "a/../../b", "%00", "%23", "%5c", "x" * 5_000, "..%2fviews"],
)
def test_unknown_ids_are_not_found(client, small, path):
    for part in ("", "/tensor", "/metadata", "/sprite", "/neighbors?row=0", "/search?text=a"):
        response = client.get(f"{DATASETS}/{path}{part}")
        assert response.status_code == 404
        error_of(response)


def test_tensor_is_a_float32_npy_that_browsers_keep(client, small, small_files):
    with client.get(f"{DATASETS}/{small.id}/tensor") as response:
        sent = np.load(io.BytesIO(response.data), allow_pickle=False)
        assert "immutable" in response.headers["Cache-Control"]
        assert response.headers["Content-Disposition"] == "attachment; filename=Small.npy"
        tag = response.headers["ETag"]
    assert sent.dtype == np.float32
    np.testing.assert_array_equal(sent, np.load(small_files / "small.npy"))
    with client.get(f"{DATASETS}/{small.id}/tensor", headers={"If-None-Match": tag}) as response:
        assert response.status_code == 304
    with client.get(f"{DATASETS}/{small.id}/tensor", headers={"Range": "bytes=0-5"}) as response:
        assert (response.status_code, response.data) == (206, b"\x93NUMPY")


def test_sprite_is_a_png(client, small):
    with client.get(f"{DATASETS}/{small.id}/sprite") as response:
        assert response.data.startswith(b"\x89PNG")
        assert response.mimetype == "image/png"
        assert "immutable" in response.headers["Cache-Control"]


def test_metadata_of_several_columns_has_a_header(client, small, small_files):
    response = client.get(f"{DATASETS}/{small.id}/metadata")
    assert response.text == (small_files / "small.tsv").read_text()
    assert response.mimetype == "text/tab-separated-values"
    assert response.headers["Content-Disposition"].startswith("attachment")


def test_metadata_of_chosen_columns_and_rows(client, small):
    address = f"{DATASETS}/{small.id}/metadata"
    assert client.get(f"{address}?columns=word&rows=3,1").text == "word 3\nword 1\n"
    both = client.get(f"{address}?columns=size,group&rows=7").text
    assert both == "size\tgroup\n0.7\t\n"
    assert client.get(f"{address}?columns=size&columns=group&rows=7").text == both


@pytest.mark.parametrize("query", ["columns=nope", "rows=60", "rows=-1", "rows=a", "rows="])
def test_metadata_refuses_what_is_not_there(client, small, query):
    response = client.get(f"{DATASETS}/{small.id}/metadata?{query}")
    assert response.status_code == 422
    error_of(response)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Small", "Small.npy"),
        ("../../etc/passwd", "_.._etc_passwd.npy"),
        ('a"b\r\nX: 1', "a_b_X_ 1.npy"),
        ("...", "dataset.npy"),
        ("日本", "日本.npy"),
        ("x" * 200, "x" * 80 + ".npy"),
    ],
)
def test_download_names_are_harmless(name, safe):
    assert file_name(name, ".npy") == safe
