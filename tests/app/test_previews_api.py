"""What was uploaded, shown before it becomes a dataset."""

import io
import json
import os
import secrets
import shutil
import threading
import time
from contextlib import contextmanager

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from data.stores.files import locked
from tests.shared_data import shared_data

UPLOADS = "/api/v1/uploads"
DATASETS = "/api/v1/datasets"
RNG = np.random.default_rng(0)


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


VECTORS = npy(RNG.normal(size=(6, 3)).astype(np.float32))
WORDS = b"word\tgroup\n" + b"".join(b"w%d\tg%d\n" % (i, i % 2) for i in range(6))


def upload(client, content, name):
    begun = client.post(UPLOADS, json={"name": name, "size": len(content)}).get_json()["id"]
    if content:
        headers = {"Upload-Offset": "0"}
        assert client.patch(f"{UPLOADS}/{begun}", data=content, headers=headers).status_code == 200
    assert client.post(f"{UPLOADS}/{begun}/complete").status_code == 200
    return begun


class Dialog:
    """What the dialog of the page asks of the server."""

    def __init__(self, client):
        self.client = client
        self.id = secrets.token_hex(16)
        self.uploads = {}
        self.dataset = None
        self.address = f"/page/previews/{self.id}"

    def choose(self, part, content, name):
        self.uploads[part] = upload(self.client, content, name)
        return self

    def read(self, **answers):
        body = {"uploads": self.uploads, "answers": answers, "dataset": self.dataset}
        response = self.client.put(self.address, json=body)
        answer = response.get_json()
        if response.status_code != 200:
            return response.status_code, answer["error"]
        self.choices = {choice["name"]: choice for choice in answer["choices"]}
        return answer

    def open(self, **body):
        return self.client.post(f"{self.address}/open", json=body)


@pytest.fixture
def dialog(client):
    return Dialog(client)


@pytest.fixture
def left(services):
    """What lies where uploads and previews are kept."""
    return lambda: sorted(path.name for path in services.uploads.directory.iterdir())


def test_a_preview_says_what_was_recognized_and_is_no_dataset(dialog, services):
    dialog.choose("tensors", VECTORS, "v.npy").choose("metadata", WORDS, "w.tsv")
    seen = dialog.read()
    assert (seen["format"], seen["dtype"]) == ("NumPy array", "float32")
    assert (seen["n_points"], seen["n_dims"]) == (6, 3)
    assert [(c["name"], c["kind"]) for c in seen["columns"]] == [
        ("word", "text"),
        ("group", "categorical"),
    ]
    assert seen["first"]["cells"][1] == ["w1", "g1"]
    np.testing.assert_allclose(seen["first"]["vectors"][0], np.load(io.BytesIO(VECTORS))[0])
    assert dialog.choices["metadata_header"]["answer"] is True
    assert dialog.choices["label_by"]["answer"] == "word"
    assert services.datasets.list() == []


def test_open_keeps_what_was_staged_without_reading_it_again(dialog, services, left, monkeypatch):
    dialog.choose("tensors", VECTORS, "v.npy").choose("metadata", WORDS, "w.tsv")
    dialog.read()
    monkeypatch.setattr("data.stores.previews.parse", None)
    response = dialog.open(name="Mine", label_by="group")
    record = response.get_json()
    assert (response.status_code, record["name"], record["label_by"]) == (201, "Mine", "group")
    assert left() == []
    stored = services.datasets.open(record["id"])
    np.testing.assert_array_equal(stored.tensor, np.load(io.BytesIO(VECTORS)))
    folder = services.datasets.directory / record["id"]
    assert sorted(path.name for path in folder.iterdir()) == [
        "dataset.json",
        "metadata.parquet",
        "tensor.npy",
    ]
    assert dialog.open(name="again").status_code == 404


def test_the_same_files_are_the_same_dataset_over_the_form_and_the_preview(dialog, client):
    sent = {"tensors": (io.BytesIO(VECTORS), "v.npy")}
    first = client.post(DATASETS, data=sent).get_json()
    dialog.choose("tensors", VECTORS, "v.npy").read()
    assert dialog.open(name="other").get_json()["id"] == first["id"]


def test_other_vector_columns_can_be_chosen(dialog, services):
    table = b"name,a,b,year,c\n" + b"".join(
        b"n%d,%d,2.5,19%d,4\n" % (i, i, i) for i in range(10, 20)
    )
    dialog.choose("tensors", table, "t.csv")
    seen = dialog.read()
    assert dialog.choices["columns"]["answer"] == ["a", "b", "year", "c"]
    assert [o["value"] for o in dialog.choices["columns"]["options"] if not o["legal"]] == ["name"]
    assert seen["first"]["dims"] == ["a", "b", "year", "c"]
    seen = dialog.read(columns=["c", "a"])
    assert (seen["n_dims"], seen["first"]["dims"]) == (2, ["a", "c"])
    assert [column["name"] for column in seen["columns"]] == ["name", "b", "year"]
    record = dialog.open(name="t").get_json()
    assert services.datasets.open(record["id"]).tensor[0].tolist() == [10, 4]


def test_a_heading_can_be_taken_for_a_row_and_back(dialog):
    dialog.choose("tensors", b"1,2\n3,4\n5,6\n", "t.csv")
    assert dialog.read()["n_points"] == 3
    seen = dialog.read(header=True)
    assert (seen["n_points"], seen["first"]["dims"]) == (2, ["1", "2"])
    assert "columns" in dialog.choices["header"]["resets"]


def test_of_several_arrays_the_largest_is_taken_until_another_is_chosen(dialog):
    file = io.BytesIO()
    np.savez(file, small=RNG.normal(size=(4, 2)), large=RNG.normal(size=(9, 5)))
    dialog.choose("tensors", file.getvalue(), "two.npz")
    assert dialog.read()["n_points"] == 9
    assert dialog.choices["tensor"]["answer"] == "large"
    assert [option["value"] for option in dialog.choices["tensor"]["options"]] == ["small", "large"]
    assert dialog.read(tensor="small")["n_points"] == 4


def test_of_lists_whose_length_no_file_tells_one_is_chosen(dialog):
    lists = {"raw": [[1.0, 2.0], [3.0, 4.0]], "fine": [[1.0], [2.0]]}
    table = io.BytesIO()
    pq.write_table(pa.table(lists), table)
    lines = "\n".join(
        json.dumps(dict(zip(lists, row, strict=True))) for row in zip(*lists.values(), strict=True)
    )
    for content, name in ((table.getvalue(), "a.parquet"), (lines.encode(), "a.jsonl")):
        found = dialog.choose("tensors", content, name).read()
        assert (found["n_points"], found["n_dims"]) == (2, 2)
        assert dialog.read(tensor="fine")["n_dims"] == 1


def test_a_raw_file_asks_for_its_dimensions(dialog):
    raw = RNG.normal(size=(8, 50)).astype("<f4").tobytes()
    dialog.choose("tensors", raw, "v.bytes")
    status, error = dialog.read()
    assert (status, error["part"]) == (422, "tensors")
    (choice,) = error["choices_left"]
    assert (choice["name"], choice["answer"]) == ("n_dims", None)
    assert "50" in [option["value"] for option in choice["options"]]
    status, error = dialog.read(n_dims=7)
    assert error["choices_left"][0]["answer"] == 7
    assert dialog.read(n_dims=50)["n_points"] == 8


def test_rows_that_are_not_finite_are_a_choice(dialog):
    vectors = RNG.normal(size=(5, 2))
    vectors[3, 0] = np.nan
    dialog.choose("tensors", npy(vectors), "v.npy")
    seen = dialog.read()
    assert seen["n_points"] == 4
    assert "row 3" in seen["warnings"][0]
    status, error = dialog.read(drop_invalid_rows=False)
    assert status == 422
    assert error["choices_left"][0]["name"] == "drop_invalid_rows"


def test_thumbnails_are_there_to_be_drawn_and_their_size_is_a_choice(dialog, client):
    file = io.BytesIO()
    Image.new("RGB", (24, 16), "teal").save(file, "PNG")
    dialog.choose("tensors", VECTORS, "v.npy").choose("sprite", file.getvalue(), "s.png")
    seen = dialog.read()
    assert (seen["tiles"]["width"], seen["tiles"]["height"]) == (8, 5)
    seen = dialog.read(sprite_size="8x8")
    assert (seen["tiles"]["width"], seen["tiles"]["columns"]) == (8, 3)
    assert dialog.choices["sprite_size"]["answer"] == "8x8"
    with client.get(f"{dialog.address}/thumbnails") as response:
        assert Image.open(io.BytesIO(response.data)).size == (24, 16)
    assert dialog.open(name="v").get_json()["sprite"] == {"width": 8, "height": 8, "columns": 3}


def test_a_broken_metadata_file_is_named_and_only_it_is_replaced(dialog, client, left):
    dialog.choose("tensors", VECTORS, "v.npy").choose("metadata", b"a\nb\n", "short.tsv")
    status, error = dialog.read()
    assert (status, error["code"], error["part"]) == (422, "metadata_length", "metadata")
    assert "short.tsv) has 2 rows, the tensor has 6 points" in error["message"]
    assert [choice["name"] for choice in error["choices_left"]] == ["metadata_header"]
    assert left() == sorted(dialog.uploads.values())
    client.delete(f"{UPLOADS}/{dialog.uploads['metadata']}")
    dialog.choose("metadata", WORDS, "w.tsv")
    assert len(dialog.read()["columns"]) == 2
    assert dialog.open(name="v").status_code == 201
    assert left() == []


def test_a_canceled_preview_leaves_nothing(dialog, client, left, services):
    dialog.choose("tensors", VECTORS, "v.npy").read()
    assert len(left()) == 2
    assert client.delete(dialog.address).status_code == 204
    assert left() == []
    assert dialog.open(name="v").status_code == 404
    assert client.delete(dialog.address).status_code == 404
    assert services.datasets.list() == []


def test_a_preview_that_is_canceled_while_it_is_read_leaves_nothing(dialog, app, left):
    slow = b"\n".join(b"\t".join(b"%.6f" % x for x in row) for row in RNG.normal(size=(40_000, 32)))
    dialog.choose("tensors", slow, "slow.tsv")
    other = app.server.test_client()
    answers = []
    reading = threading.Thread(target=lambda: answers.append(dialog.read()))
    reading.start()
    while not any(name.startswith("preview-") for name in left()):
        time.sleep(0.005)
    while (status := other.delete(dialog.address).status_code) == 404:
        time.sleep(0.005)
    assert status == 204
    reading.join()
    assert answers[0][0] == 409
    assert left() == []


def test_a_preview_that_is_canceled_just_before_it_is_read_leaves_nothing(dialog, services, left):
    dialog.choose("tensors", VECTORS, "v.npy")
    folder = services.uploads.directory / f"preview-{dialog.id}"
    folder.mkdir()
    with locked(folder):
        assert dialog.client.delete(dialog.address).status_code == 204
        assert dialog.read()[0] == 409
    assert left() == []


def test_a_preview_that_is_read_while_it_is_being_removed_leaves_nothing(
    dialog, app, left, monkeypatch
):
    """Its folder is there when reading begins, and half removed when its turn comes."""
    dialog.choose("tensors", VECTORS, "v.npy")
    other = app.server.test_client()
    half_removed, was_read = threading.Event(), threading.Event()
    remove, turns = shutil.rmtree, iter([True])

    def remove_by_halves(folder, ignore_errors=False):
        if (folder / "canceled").exists():
            (folder / "canceled").unlink()
            half_removed.set()
            assert was_read.wait(30)
        remove(folder, ignore_errors=ignore_errors)

    canceling = threading.Thread(target=lambda: other.delete(dialog.address))

    def canceled_first(folder):
        if next(turns, False):
            canceling.start()
            assert half_removed.wait(30)
        return locked(folder)

    monkeypatch.setattr("data.stores.preview_folder.locked", canceled_first)
    monkeypatch.setattr("data.stores.preview_folder.shutil.rmtree", remove_by_halves)
    assert dialog.read()[0] == 409
    monkeypatch.undo()
    was_read.set()
    canceling.join()
    assert left() == []


def test_a_preview_that_is_canceled_in_the_last_instant_of_reading_leaves_nothing(
    dialog, app, left, monkeypatch
):
    dialog.choose("tensors", VECTORS, "v.npy")
    other = app.server.test_client()
    turns, canceled = iter([True]), []

    @contextmanager
    def held_until_canceled(folder):
        is_reader = next(turns, False)
        with locked(folder):
            yield
            # All is read and looked at, but whoever cancels has to leave it to the reader.
            if is_reader:
                canceled.append(other.delete(dialog.address).status_code)

    monkeypatch.setattr("data.stores.preview_folder.locked", held_until_canceled)
    assert dialog.read()[0] == 409
    assert canceled == [204]
    assert left() == []


def test_nobody_comes_back_to_a_preview_of_yesterday(dialog, services, left):
    dialog.choose("tensors", VECTORS, "v.npy").read()
    day_before = time.time() - 86_500
    for path in services.uploads.directory.iterdir():
        os.utime(path, (day_before, day_before))
    services.uploads.remove_stale()
    assert left() == []


def test_two_previews_know_nothing_of_each_other(client):
    one, two = Dialog(client), Dialog(client)
    one.choose("tensors", VECTORS, "v.npy").read()
    two.choose("tensors", npy(RNG.normal(size=(9, 2))), "w.npy").read()
    assert one.open(name="one").get_json()["n_points"] == 6
    assert two.open(name="two").get_json()["n_points"] == 9


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"uploads": []}, 422),
        ({"uploads": {"metadata": "x"}}, 422),
        ({"uploads": {"tensors": 7}}, 422),
        ({"uploads": {"tensors": "../../etc"}}, 404),
        ({"uploads": {"tensors": "0" * 32}}, 404),
        ({"uploads": {"tensors": "GOOD", "more": "GOOD"}}, 422),
        ({"uploads": {"tensors": "GOOD"}, "answers": []}, 200),
        ({"uploads": {"tensors": "GOOD"}, "answers": [1]}, 422),
        ({"uploads": {"tensors": "GOOD"}, "answers": {"path": "/etc"}}, 422),
        ({"uploads": {"tensors": "GOOD"}, "answers": {"header": "yes"}}, 422),
        ({"uploads": {"tensors": "GOOD"}, "answers": {"columns": "a"}}, 422),
        ({"uploads": {"tensors": "GOOD"}, "answers": {"sprite_size": {}}}, 422),
        ({"uploads": {"metadata": "GOOD"}, "dataset": "../x"}, 404),
        ({"uploads": {"metadata": "GOOD"}, "dataset": 7}, 404),
        ([], 422),
    ],
)
def test_every_argument_of_a_preview_is_checked(client, dialog, body, status):
    good = upload(client, VECTORS, "v.npy")
    text = json.dumps(body).replace("GOOD", good)
    response = client.put(dialog.address, data=text, content_type="application/json")
    assert response.status_code == status, response.text
    assert client.get(f"{UPLOADS}/{good}").get_json()["complete"]
    assert client.put("/page/previews/..%2f..", json={}).status_code in (404, 422)


@pytest.mark.parametrize(
    "body", [{"label_by": "nothing"}, {"label_by": 7}, {"keep_others": "yes"}, {"name": [1]}, {}]
)
def test_a_preview_is_not_opened_by_what_makes_no_sense(dialog, services, body):
    dialog.choose("tensors", VECTORS, "v.npy").read()
    assert dialog.open(**body).status_code == 422
    assert services.datasets.list() == []
    assert dialog.open(name="after all").status_code == 201


# Metadata for points that are there --------------------------------------------------------------


@pytest.fixture
def added(dialog, small):
    dialog.dataset = small.id
    return dialog


def test_metadata_are_added_by_order_beside_what_is_there(added, services, small):
    added.choose("metadata", b"".join(b"%d\n" % (i * i) for i in range(60)), "squares.tsv")
    seen = added.read()
    assert (seen["by_key"], seen["first"]["cells"][3]) == (False, ["9"])
    assert services.datasets.record(small.id).metadata_revision == 0
    record = added.open(keep_others=True).get_json()
    assert [column["name"] for column in record["columns"]] == ["word", "group", "size", "label"]
    assert services.datasets.open(small.id).metadata.row(3)["label"] == "9"
    replaced = Dialog(added.client)
    replaced.dataset = small.id
    replaced.choose("metadata", b"x\n" * 60, "x.tsv").read()
    assert [c["name"] for c in replaced.open().get_json()["columns"]] == ["label"]


def test_metadata_find_their_points_by_a_key_and_the_rest_is_counted(added, services, small):
    lines = ["word\tcolor", *(f"word {i}\tc{i}" for i in range(50, 10, -1))]
    lines += ["word 12\tagain", "nobody\tx", "\ty"]
    added.choose("metadata", "\n".join(lines).encode(), "colors.tsv")
    seen = added.read()
    assert seen["by_key"]
    assert (added.choices["key"]["answer"], added.choices["match"]["answer"]) == ("word", "word")
    text = "\n".join(seen["warnings"])
    assert "20 of 60 points have no line in colors.tsv" in text
    assert "2 of 43 lines of colors.tsv belong to no point" in text
    assert "1 values of 'word' stand in several lines of colors.tsv ('word 12')" in text
    record = added.open().get_json()
    assert [column["name"] for column in record["columns"]] == ["word", "group", "size", "color"]
    metadata = services.datasets.open(small.id).metadata
    assert metadata.texts("color", [0, 12, 50]) == [None, "c12", "c50"]
    assert metadata.texts("word", [12]) == ["word 12"]


def test_a_key_may_be_the_row_number(added, services, small):
    added.choose("metadata", b"id,x\n59,last\n0,first\n", "few.csv")
    status, error = added.read()
    assert (status, error["part"]) == (422, "metadata")
    assert [choice["name"] for choice in error["choices_left"]] == ["metadata_header", "key"]
    added.read(key="id")
    added.open()
    assert services.datasets.open(small.id).metadata.texts("x", [0, 1, 59]) == [
        "first",
        None,
        "last",
    ]


def test_keys_that_meet_nothing_are_refused(added):
    added.choose("metadata", b"id,x\na,b\n", "few.csv")
    status, error = added.read(key="id", match="word")
    assert status == 422
    assert "No value of 'id' in few.csv is among 'word' of the points" in error["message"]
    assert added.read(key="nothing")[1]["message"] == "few.csv has no column 'nothing'."
    assert added.read(key="id", match="x")[1]["message"] == "The dataset has no column 'x'."


def test_the_form_adds_metadata_by_key_too(client, small):
    sent = {
        "metadata": (io.BytesIO(b"w\tx\nword 3\tthree\n"), "x.tsv"),
        "key": "w",
        "match": "word",
    }
    record = client.post(f"{DATASETS}/{small.id}/metadata", data=sent).get_json()
    assert [column["name"] for column in record["columns"]] == ["word", "group", "size", "x"]
    sent = {"metadata": (io.BytesIO(b"w\n" * 60), "x.tsv"), "keep": "maybe"}
    assert client.post(f"{DATASETS}/{small.id}/metadata", data=sent).status_code == 422


# Damaged files -----------------------------------------------------------------------------------


def bad_cases():
    folder = shared_data()
    if folder is None:
        return []
    cases = json.loads((folder / "bad" / "cases.json").read_text())["cases"]
    kinds = (".npy", ".npz", ".tsv", ".csv", ".txt", ".bytes", ".pkl", ".pt")
    return [
        case
        for case in cases
        if (folder / "bad" / case["path"]).suffix in kinds or case.get("opens")
    ]


@pytest.mark.parametrize("case", bad_cases(), ids=lambda case: case["path"][:30])
def test_damaged_files_are_told_beside_the_drop_zone(dialog, real_data, services, left, case):
    path = real_data / "bad" / case["path"]
    names = case.get("opens") or [path.name]
    folder = path if case.get("opens") else path.parent
    for part, name in zip(("tensors", "metadata"), names, strict=False):
        if (folder / name).is_dir():
            pytest.skip("a folder is no upload")
        dialog.choose(part, (folder / name).read_bytes(), name)
    seen = dialog.read()
    policies = {case["policy"], case.get("also")}
    if isinstance(seen, tuple):
        status, error = seen
        assert "error" in policies
        assert status in (413, 422)
        assert error["part"] in ("tensors", "metadata")
        assert error["message"]
        assert "Traceback" not in json.dumps(error)
        assert left() == sorted(dialog.uploads.values())
    else:
        assert policies & {"ok", "warn"}
    assert services.datasets.list() == []
