"""Projections over HTTP."""

import io

import numpy as np
import pytest

from data.rows import encode_rows

PROJECTIONS = "/api/v1/projections"


def ask(client, small, **body):
    return client.post(PROJECTIONS, json={"dataset": small.id, "method": "pca", **body})


def coordinates(client, record, query=""):
    response = client.get(f"{PROJECTIONS}/{record['id']}/coordinates{query}")
    assert response.status_code == 200
    return np.load(io.BytesIO(response.data), allow_pickle=False)


def test_equal_requests_have_one_projection(client, small):
    response = ask(client, small)
    record = response.get_json()
    assert response.status_code == 200
    assert (record["state"], record["method"], record["n_points"]) == ("done", "pca", 60)
    # The default of 10 components does not fit 5 dimensions: clipped, and said.
    assert record["parameters"]["n_components"] == 5
    assert record["message"]
    assert sum(record["explained_variance_ratio"]) == pytest.approx(1)
    assert ask(client, small, parameters={"n_components": 5}).get_json()["id"] == record["id"]
    assert client.get(f"{PROJECTIONS}?dataset={small.id}").get_json()["projections"] == [record]
    assert client.get(f"{PROJECTIONS}/{record['id']}").get_json() == record


def test_coordinates_are_those_of_an_exact_decomposition(client, small, small_files):
    record = ask(client, small).get_json()
    every = coordinates(client, record)
    centered = np.load(small_files / "small.npy").astype(np.float64)
    centered -= centered.mean(axis=0)
    u, s, _ = np.linalg.svd(centered, full_matrices=False)
    assert every.dtype == np.float32
    np.testing.assert_allclose(np.abs(every), np.abs(u * s), atol=1e-4)
    np.testing.assert_array_equal(coordinates(client, record, "?components=2,0"), every[:, [2, 0]])


def test_coordinates_are_kept_by_browsers(client, small):
    record = ask(client, small).get_json()
    response = client.get(f"{PROJECTIONS}/{record['id']}/coordinates?components=0")
    assert response.headers["Cache-Control"] == "private, max-age=31536000, immutable"


def test_rows_as_list_or_text_are_the_same_projection(client, small):
    rows = list(range(10, 30))
    first = ask(client, small, rows=rows).get_json()
    assert first["n_points"] == 20
    assert ask(client, small, rows=encode_rows(rows)).get_json()["id"] == first["id"]
    assert ask(client, small, rows=rows[::-1] + rows).get_json()["id"] == first["id"]
    assert coordinates(client, first).shape == (20, 5)
    assert ask(client, small).get_json()["id"] != first["id"]


@pytest.mark.parametrize(
    "body",
    [
        {"method": "magic"},
        {"method": 3},
        {"method": None},
        {"dataset": 3},
        {"parameters": [1]},
        {"parameters": {"n_components": 0}},
        {"parameters": {"n_components": 99}},
        {"parameters": {"n_components": "3"}},
        {"parameters": {"components": 3}},
        {"rows": []},
        {"rows": [60]},
        {"rows": [-1]},
        {"rows": [1.5]},
        {"rows": [True]},
        {"rows": {"from": 1}},
        {"rows": "!"},
        {"row": [1, 2, 3]},
    ],
)
def test_wrong_requests_are_refused(client, small, body):
    response = ask(client, small, **body)
    assert response.status_code == 422
    assert response.get_json()["error"]["message"]
    assert client.get(f"{PROJECTIONS}?dataset={small.id}").get_json() == {"projections": []}


@pytest.mark.parametrize("components", ["5", "-1", "a", "", "0,,1", "0;1"])
def test_components_that_are_not_there(client, small, components):
    record = ask(client, small).get_json()
    response = client.get(f"{PROJECTIONS}/{record['id']}/coordinates?components={components}")
    assert response.status_code == 422
    assert "from 0 to 4" in response.get_json()["error"]["message"]


def test_rename_and_delete(client, small):
    record = ask(client, small).get_json()
    address = f"{PROJECTIONS}/{record['id']}"
    assert client.patch(address, json={"name": "Mine"}).get_json()["name"] == "Mine"
    assert client.delete(address).get_json() == {"id": record["id"]}
    for answer in (
        client.get(address),
        client.delete(address),
        client.get(f"{address}/coordinates"),
    ):
        assert answer.status_code == 404
    assert ask(client, small).get_json()["id"] == record["id"]


def test_unknown_datasets_are_not_found(client, small):
    assert client.get(PROJECTIONS, query_string={"dataset": "x"}).status_code == 404
    assert ask(client, small, dataset="x").status_code == 404


def test_a_list_of_projections_needs_a_dataset(client):
    answer = client.get("/api/v1/projections")
    assert answer.status_code == 422
    assert "dataset" in answer.get_json()["error"]["message"]
