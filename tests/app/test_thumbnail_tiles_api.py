"""The tiles of a sprite, as the page fetches them."""

from __future__ import annotations

import io
import shutil
import zipfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="module")
def wide_files(tmp_path_factory):
    """30 points with a sheet of one line that is wider than any tile."""
    folder = tmp_path_factory.mktemp("wide")
    np.save(folder / "wide.npy", np.random.default_rng(0).normal(size=(30, 3)).astype(np.float32))
    sheet = Image.new("RGBA", (30 * 200, 100))
    for point in range(30):
        sheet.paste((point, 0, 0, 200), (point * 200, 0, point * 200 + 200, 100))
    sheet.save(folder / "wide.png")
    return folder


@pytest.fixture
def wide(client, wide_files):
    form = {
        "tensors": (io.BytesIO((wide_files / "wide.npy").read_bytes()), "wide.npy"),
        "sprite": (io.BytesIO((wide_files / "wide.png").read_bytes()), "wide.png"),
        "sprite_size": "200x100",
    }
    return client.post("/api/v1/datasets", data=form).get_json()


def read_tile(client, dataset_id, number):
    with client.get(f"/page/datasets/{dataset_id}/sprite/{number}") as answer:
        assert answer.mimetype == "image/png"
        assert "immutable" in answer.headers["Cache-Control"]
        return Image.open(io.BytesIO(answer.data))


def test_small_sheet_is_sent_as_it_is_kept(client, small):
    answer = client.get(f"/page/datasets/{small.id}/sprite")
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.get_json() == {
        "width": 4,
        "height": 4,
        "columns": 8,
        "rows": 8,
        "n_tiles": 1,
        "n_thumbnails": 60,
    }
    with client.get(f"/api/v1/datasets/{small.id}/sprite") as sheet:
        assert read_tile(client, small.id, 0).size == Image.open(io.BytesIO(sheet.data)).size


def test_wide_sheet_is_wrapped_into_a_tile(client, wide):
    assert wide["sprite"] == {"width": 200, "height": 100, "columns": 30}
    tiles = client.get(f"/page/datasets/{wide['id']}/sprite").get_json()
    assert (tiles["columns"], tiles["rows"], tiles["n_tiles"]) == (20, 2, 1)
    tile = read_tile(client, wide["id"], 0)
    assert tile.getpixel((5, 5)) == (0, 0, 0, 200)
    assert tile.getpixel((9 * 200 + 199, 199)) == (29, 0, 0, 200)


def test_dataset_stored_without_tiles_gets_them_once(client, services, wide):
    folder = services.data_dir / "datasets" / wide["id"]
    expected = client.get(f"/page/datasets/{wide['id']}/sprite").get_json()
    kept = (folder / "tile-0.png").read_bytes()
    for name in ("tiles.json", "tile-0.png"):
        (folder / name).unlink()
    address = f"/page/datasets/{wide['id']}/sprite"
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: client.application.test_client().get(address), range(4)))
    assert [answer.get_json() for answer in answers] == [expected] * 4
    assert (folder / "tile-0.png").read_bytes() == kept
    assert not list((services.data_dir / "datasets").glob(".new-*"))


@pytest.mark.parametrize("number", ["1", "99999999999999", "-1", "x", "0/0"])
def test_tile_that_is_not_there_is_not_found(client, wide, number):
    assert client.get(f"/page/datasets/{wide['id']}/sprite/{number}").status_code == 404


def test_dataset_without_sprite_has_no_tiles(client, services, small):
    shutil.copytree(
        services.data_dir / "datasets" / small.id, services.data_dir / "datasets" / ("b" * 26)
    )
    record = services.data_dir / "datasets" / ("b" * 26) / "dataset.json"
    text = record.read_text().replace(small.id, "b" * 26)
    start = text.index('"sprite"')
    record.write_text(text[:start] + '"sprite": null' + text[text.index("}", start) + 1 :])
    for address in ("sprite", "sprite/0"):
        answer = client.get(f"/page/datasets/{'b' * 26}/{address}")
        assert answer.status_code == 404
        assert answer.get_json()["error"]["message"] == "This dataset has no thumbnails."


def test_zip_of_images_becomes_thumbnails(client, wide_files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for point in range(30):
            image = io.BytesIO()
            Image.new("L", (10, 10), point).save(image, "PNG")
            archive.writestr(f"images/{29 - point}.png", image.getvalue())
    names = "".join(f"images/{29 - point}.png\n" for point in range(30))
    form = {
        "tensors": (io.BytesIO((wide_files / "wide.npy").read_bytes()), "wide.npy"),
        "metadata": (io.BytesIO(names.encode()), "names.tsv"),
        "sprite": (io.BytesIO(content.getvalue()), "images.zip"),
    }
    record = client.post("/api/v1/datasets", data=form).get_json()
    assert record["sprite"] == {"width": 10, "height": 10, "columns": 6}
    assert record["warnings"] == []
    assert any("'label' names the images" in note for note in record["notes"])
    sheet = read_tile(client, record["id"], 0)
    assert sheet.getpixel((59, 49)) == (29, 29, 29, 255)
