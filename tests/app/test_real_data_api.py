"""MNIST and words through HTTP, against plain numpy."""

import io

import numpy as np
import pytest

from dashboard.app import create_app
from dashboard.settings import Settings
from data.services import Services

DATASETS = "/api/v1/datasets"


@pytest.fixture(scope="module")
def real_client(tmp_path_factory):
    data_dir = tmp_path_factory.mktemp("real")
    return create_app(Settings(data_dir=data_dir), Services.open(data_dir)).server.test_client()


def upload(client, **files):
    sent = {name: (path.open("rb"), path.name) for name, path in files.items()}
    if "sprite" in files:
        sent["sprite_size"] = "28x28"
    response = client.post(DATASETS, data=sent)
    assert response.status_code == 201, response.text
    return response.get_json()


@pytest.fixture(scope="module")
def mnist(real_client, real_data):
    folder = real_data / "mnist"
    return upload(
        real_client,
        tensors=folder / "mnist_10k_784d_u8.npy",
        metadata=folder / "mnist_10k_784d_labels.tsv",
        sprite=folder / "mnist_10k_sprite.png",
    )


@pytest.fixture(scope="module")
def words(real_client, real_data):
    folder = real_data / "words_10k"
    return upload(
        real_client,
        tensors=folder / "words_10k.npy",
        metadata=folder / "words_10k_metadata.tsv",
    )


def test_mnist_is_what_the_files_hold(real_client, real_data, mnist):
    assert (mnist["n_points"], mnist["n_dims"]) == (10_000, 784)
    assert mnist["sprite"] == {"width": 28, "height": 28, "columns": 100}
    assert mnist["columns"][0]["n_unique"] == 10
    labels = (real_data / "mnist" / "mnist_10k_784d_labels.tsv").read_text()
    assert real_client.get(f"{DATASETS}/{mnist['id']}/metadata").text.split() == labels.split()


@pytest.mark.parametrize("name", ["mnist", "words"])
@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_neighbors_are_those_of_a_full_scan(real_client, request, name, metric):
    record = request.getfixturevalue(name)
    address = f"{DATASETS}/{record['id']}"
    with real_client.get(f"{address}/tensor") as response:
        tensor = np.load(io.BytesIO(response.data)).astype(np.float64)
    if metric == "cosine":
        tensor /= np.linalg.norm(tensor, axis=1, keepdims=True)
    for row in (0, 4_321, 9_999):
        answer = real_client.get(f"{address}/neighbors?row={row}&metric={metric}").get_json()
        if metric == "cosine":
            distances = 1 - tensor @ tensor[row]
        else:
            distances = np.linalg.norm(tensor - tensor[row], axis=1)
        distances[row] = np.inf
        found = np.asarray(answer["rows"])
        assert len(set(answer["rows"])) == 100
        np.testing.assert_allclose(answer["distances"], distances[found], atol=1e-6, rtol=1e-9)
        np.testing.assert_allclose(answer["distances"], np.sort(distances)[:100], atol=1e-6)


def test_search_in_words(real_client, real_data, words):
    address = f"{DATASETS}/{words['id']}"
    lines = (real_data / "words_10k" / "words_10k_metadata.tsv").read_text().splitlines()[1:]
    spelled = [line.split("\t")[0] for line in lines]
    expected = [row for row, word in enumerate(spelled) if "king" in word.lower()]
    answer = real_client.get(f"{address}/search?text=king&limit=5").get_json()
    assert answer == {"n_matches": len(expected), "rows": expected[:5]}
    exact = real_client.get(f"{address}/search?text=^king$&regex=1&column=word").get_json()
    assert exact["rows"] == [spelled.index("king")]


def test_projection_of_mnist_is_centered_and_ordered(real_client, mnist):
    asked = {"dataset": mnist["id"], "method": "pca"}
    record = real_client.post("/api/v1/projections", json=asked).get_json()
    ratio = record["explained_variance_ratio"]
    assert len(ratio) == 10
    assert ratio == sorted(ratio, reverse=True)
    response = real_client.get(f"/api/v1/projections/{record['id']}/coordinates?components=0,1,2")
    coordinates = np.load(io.BytesIO(response.data))
    assert coordinates.shape == (10_000, 3)
    assert len(response.data) < 1.5 * 10_000 * 3 * 4
    spread = np.abs(coordinates).max()
    np.testing.assert_allclose(coordinates.mean(axis=0) / spread, 0, atol=1e-5)
