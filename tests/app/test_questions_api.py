"""Neighbors and search over HTTP."""

import json

import numpy as np
import pytest

from data.parsing import ParseRequest, Source

DATASETS = "/api/v1/datasets"


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_neighbors_are_those_of_a_full_scan(client, small, small_files, metric):
    tensor = np.load(small_files / "small.npy").astype(np.float64)
    answer = client.get(f"{DATASETS}/{small.id}/neighbors?row=4&k=9&metric={metric}").get_json()
    if metric == "cosine":
        unit = tensor / np.linalg.norm(tensor, axis=1, keepdims=True)
        distances = 1 - unit @ unit[4]
    else:
        distances = np.linalg.norm(tensor - tensor[4], axis=1)
    distances[4] = np.inf
    nearest = np.argsort(distances, kind="stable")[:9]
    assert (answer["row"], answer["metric"]) == (4, metric)
    assert answer["rows"] == nearest.tolist()
    np.testing.assert_allclose(answer["distances"], distances[nearest], atol=1e-6)


def test_default_is_100_cosine_neighbors_or_all_there_are(client, small):
    answer = client.get(f"{DATASETS}/{small.id}/neighbors?row=0").get_json()
    assert answer["metric"] == "cosine"
    assert len(answer["rows"]) == len(answer["distances"]) == 59
    assert 0 not in answer["rows"]
    assert answer["distances"] == sorted(answer["distances"])


def test_distances_of_huge_and_zero_vectors_are_numbers(client, services, tmp_path):
    tensor = np.array([[3e38, 3e38], [-3e38, -3e38], [0, 0], [1e-30, 0]], np.float32)
    np.save(tmp_path / "t.npy", tensor)
    record = services.datasets.add(ParseRequest(Source(tmp_path / "t.npy", "t.npy")))
    for metric in ("cosine", "euclidean"):
        response = client.get(f"{DATASETS}/{record.id}/neighbors?row=2&metric={metric}")
        answer = json.loads(response.text, parse_constant=pytest.fail)
        assert len(answer["distances"]) == 3


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "from 0 to 59"),
        ("row=60", "from 0 to 59"),
        ("row=-1", "from 0 to 59"),
        ("row=1.5", "whole number"),
        ("row=1e1", "whole number"),
        ("row=٣", "whole number"),
        ("row=" + "9" * 400, "from 0 to 59"),
        ("row=0&k=0", "from 1 to 1,000"),
        ("row=0&k=1001", "from 1 to 1,000"),
        ("row=0&k=nan", "from 1 to 1,000"),
        ("row=0&metric=manhattan", "cosine or euclidean"),
    ],
)
def test_neighbors_refuse_with_the_legal_range(client, small, query, said):
    response = client.get(f"{DATASETS}/{small.id}/neighbors?{query}")
    assert response.status_code == 422
    assert said in response.get_json()["error"]["message"]


@pytest.mark.parametrize(
    ("query", "n_matches", "rows"),
    [
        ("text=word%205", 11, [5, *range(50, 60)]),
        ("text=WORD%205", 11, [5, *range(50, 60)]),
        ("text=WORD%205&case=1", 0, []),
        ("text=word%205&limit=2", 11, [5, 50]),
        ("text=word%205&limit=0", 11, []),
        ("text=^word%205$&regex=1", 1, [5]),
        ("text=blue&column=group", 20, None),
        ("text=", 0, []),
        ("", 0, []),
        ("text=.", 0, []),
    ],
)
def test_search(client, small, query, n_matches, rows):
    answer = client.get(f"{DATASETS}/{small.id}/search?{query}").get_json()
    assert answer["n_matches"] == n_matches
    assert rows is None or answer["rows"] == rows


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("text=a&column=nope", 422),
        ("text=(&regex=1", 422),
        ("text=a&regex=maybe", 422),
        ("text=a&limit=-1", 422),
        ("text=" + "a" * 501, 413),
    ],
)
def test_search_refuses(client, small, query, status):
    response = client.get(f"{DATASETS}/{small.id}/search?{query}")
    assert response.status_code == status
    assert response.get_json()["error"]["message"]


def test_search_without_metadata_finds_nothing(client, services, tmp_path):
    np.save(tmp_path / "t.npy", np.eye(3, dtype=np.float32))
    record = services.datasets.add(ParseRequest(Source(tmp_path / "t.npy", "t.npy")))
    answer = client.get(f"{DATASETS}/{record.id}/search?text=a").get_json()
    assert answer == {"n_matches": 0, "rows": []}
    assert client.get(f"{DATASETS}/{record.id}/metadata").status_code == 404
    assert client.get(f"{DATASETS}/{record.id}/sprite").status_code == 404
