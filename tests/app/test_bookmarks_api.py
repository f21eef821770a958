"""Bookmarks over HTTP: saved for good, changed with care, sent as links and files."""

import base64
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image

from callbacks.bringing_back import bring_back
from callbacks.links import link_of_view, opened_address
from dashboard.app import create_app
from dashboard.settings import Settings
from data.parsing import ParseRequest, Source
from data.rows import encode_rows
from data.services import Services
from data.stores.kept_coordinates import keep_coordinates
from data.view_state import ViewState
from tests.view_states import views_of

API = "/api/v1/bookmarks"


@pytest.fixture
def view(small):
    return {"dataset_id": small.id, "color_by": "group", "selected_rows": encode_rows([1, 2, 40])}


@pytest.fixture
def saved(client, view):
    body = {"name": "A finding", "note": "look", "author": "Ada", "view": view}
    return client.post(API, json=body).get_json()


def picture(side=300):
    file = io.BytesIO()
    Image.new("RGB", (side, side), "navy").save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def save(client, name, view, **more):
    return client.post(API, json={"name": name, "view": view, **more}).get_json()


def test_a_bookmark_is_saved_listed_changed_and_deleted(client, small, view):
    answer = client.post(API, json={"name": " A finding ", "author": "Ada", "view": view})
    assert answer.status_code == 201
    bookmark = answer.get_json()
    assert set(bookmark) == {
        *("id", "name", "note", "author", "created_at", "changed_at", "version"),
        *("dataset_id", "view", "url"),
    }
    assert (bookmark["name"], bookmark["version"], bookmark["dataset_id"]) == (
        "A finding",
        1,
        small.id,
    )
    assert ViewState.from_json(bookmark["view"]) == ViewState.from_json(view)
    address = answer.headers["Location"]
    assert client.get(address).get_json() == bookmark
    assert client.get(f"{API}?dataset={small.id}").get_json() == {"bookmarks": [bookmark]}
    assert client.get(f"{API}?dataset=other").get_json() == {"bookmarks": []}
    changed = client.patch(address, json={"note": "mine", "version": 1}).get_json()
    assert (changed["note"], changed["version"], changed["name"]) == ("mine", 2, "A finding")
    assert client.delete(address).status_code == 200
    gone = client.get(address)
    assert gone.status_code == 404
    assert "“A finding” was deleted" in gone.get_json()["error"]["message"]


def test_the_second_editor_is_told_and_sees_what_there_is(client, saved):
    address = f"{API}/{saved['id']}"
    assert client.patch(address, json={"name": "Ada's", "version": 1}).status_code == 200
    told = client.patch(address, json={"name": "Bob's", "version": 1})
    assert told.status_code == 409
    assert told.get_json()["error"]["current"] == {"name": "Ada's", "note": "look", "version": 2}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"name": ""}, 422),
        ({"name": 5}, 422),
        ({"view": None}, 422),
        ({"view": "x"}, 422),
        ({"view": {"dataset_id": "a" * 26}}, 404),
        ({"thumbnail": "nothing"}, 422),
        ({"thumbnail": picture(3000)}, 422),
        ({"colour": 1}, 422),
        ({"id": "b1"}, 422),
    ],
    ids=repr,
)
def test_what_cannot_be_a_bookmark_is_refused(client, view, change, status):
    answer = client.post(API, json={"name": "x", "view": view, **change})
    assert answer.status_code == status
    assert client.get(API).get_json() == {"bookmarks": []}


def test_a_view_of_what_is_not_there_is_refused(client, view):
    for wrong in ({"selected_rows": [60]}, {"projection_id": "p" + "a" * 20}):
        assert client.post(API, json={"name": "x", "view": {**view, **wrong}}).status_code in (
            404,
            422,
        )


def test_links_are_made_of_the_public_address_never_of_the_request(services, small, view):
    public = Settings(data_dir=services.data_dir, public_url="https://lab.example/projector")
    client = create_app(public, services).server.test_client()
    headers = {"Host": "lab.example", "X-Forwarded-Host": "evil.example"}
    told = client.post(API, json={"name": "x", "view": view}, headers=headers).get_json()
    assert told["url"] == f"https://lab.example/projector/?bookmark={told['id']}"
    assert client.get(API, headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    "prefix", ["/projector", ""], ids=["proxy keeps the path", "proxy strips it"]
)
def test_everything_works_below_a_path(services, small, view, prefix):
    below = Settings(data_dir=services.data_dir, base_path="/projector")
    client = create_app(below, services).server.test_client()
    page = client.get(f"{prefix}/").get_data(as_text=True)
    config = json.loads(page.split('id="_dash-config" type="application/json">')[1].split("<")[0])
    assert config["requests_pathname_prefix"] == "/projector/"
    assert 'src="/projector/page/scripts.js?' in page
    assert client.get(f"{prefix}/_dash-layout").status_code == 200
    saved = client.post(f"{prefix}{API}", json={"name": "x", "view": view})
    assert saved.headers["Location"].startswith("/projector/api/v1/bookmarks/b")
    assert saved.get_json()["url"].startswith("/projector/?bookmark=b")
    slash = client.get("/projector")
    assert (slash.status_code, slash.headers["Location"]) == (308, "/projector/")
    assert slash.headers["X-Content-Type-Options"] == "nosniff"


# --- the panel


def test_the_panel_is_told_only_when_something_changed(client, saved):
    panel = client.get("/page/bookmarks").get_json()
    assert [b["name"] for b in panel["bookmarks"]] == ["A finding"]
    assert "view" not in panel["bookmarks"][0]
    again = client.get(f"/page/bookmarks?after={panel['changed']}").get_json()
    assert again == {"changed": panel["changed"]}


def test_a_picture_is_made_small_and_kept_with_its_bookmark(client, view):
    client.post(API, json={"name": "x", "view": view, "thumbnail": picture()})
    (listed,) = client.get("/page/bookmarks").get_json()["bookmarks"]
    answer = client.get("/" + listed["thumbnail"])
    with Image.open(io.BytesIO(answer.data)) as kept:
        assert (kept.format, kept.size) == ("WEBP", (120, 120))


def test_deleting_is_undone_and_the_order_is_that_of_people(client, view):
    ids = [save(client, n, view)["id"] for n in "abc"]
    client.post("/page/bookmarks/order", json={"ids": [ids[2], ids[0], ids[1]]})
    client.delete(f"{API}/{ids[0]}")
    assert client.post(f"/page/bookmarks/{ids[0]}/restore").status_code == 200
    assert [b["name"] for b in client.get(API).get_json()["bookmarks"]] == ["c", "a", "b"]


def test_a_story_says_which_of_its_steps_is_gone(client, view):
    ids = [save(client, n, view)["id"] for n in "ab"]
    story = client.post("/page/stories", json={"name": "Tour", "bookmarks": ids})
    assert story.status_code == 201
    address = f"/page/stories/{story.get_json()['id']}"
    client.delete(f"{API}/{ids[1]}")
    steps = client.get(address).get_json()["steps"]
    assert steps[0]["name"] == "a"
    assert "“b” was deleted" in steps[1]["gone"]
    assert client.patch(address, json={"name": "T", "version": 9}).status_code == 409
    assert client.post("/page/stories", json={"name": "x", "bookmarks": ["b0"]}).status_code == 404
    assert client.delete(address).status_code == 200
    assert client.post(f"{address}/restore").status_code == 200


def test_a_story_goes_on_past_a_step_that_is_gone_and_knows_that_its_dataset_may_be(
    client, services, view, small
):
    ids = [save(client, n, view)["id"] for n in "abc"]
    story = client.post("/page/stories", json={"name": "Tour", "bookmarks": ids}).get_json()["id"]
    client.delete(f"{API}/{ids[1]}")
    notice = opened_address(services, f"?story={story}&step=2")["page"]["notice"]["text"]
    assert notice == "Step 2 of “Tour” was deleted; step 3 is shown."
    services.datasets.delete(small.id)
    gone = [step["gone"] for step in client.get(f"/page/stories/{story}").get_json()["steps"]]
    assert "dataset of the bookmark “a” was deleted" in gone[0]


def test_deleting_a_dataset_names_the_bookmarks_that_need_it(services, saved, small):
    from callbacks.datasets import delete

    _, notice = delete(services, small.id)
    assert "1 bookmark of it will not open: “A finding”." in notice["text"]


def test_what_a_link_names_and_was_deleted_is_brought_back(client, services, saved, small):
    bookmark = f"?bookmark={saved['id']}"
    told = client.post("/page/stories", json={"name": "Tour", "bookmarks": [saved["id"]]})
    story = f"?story={told.get_json()['id']}&step=1"
    view = link_of_view(services, ViewState(small.id))
    services.bookmarks.delete(saved["id"])
    services.datasets.delete(small.id)

    def notice(address):
        return opened_address(services, address)["page"]["notice"]

    gone = notice(bookmark)
    assert "“A finding” was deleted" in gone["text"]
    assert bring_back(services, gone) == {"address": bookmark}
    client.delete(f"/page/stories/{told.get_json()['id']}")
    gone = notice(story)
    assert "“Tour” was deleted" in gone["text"]
    assert bring_back(services, gone) == {"address": story}
    # Now they are here, and their dataset in the trash.
    for address in (bookmark, view, story):
        gone = notice(address)
        assert "was deleted" in gone["text"]
        assert bring_back(services, gone) == {"address": address}
        assert opened_address(services, address)["controls"]["dataset_id"] == small.id
        services.datasets.delete(small.id)
    assert "undo" not in notice("?bookmark=b0")
    assert "undo" not in notice(link_of_view(services, ViewState("../../../tmp")))


def test_a_damaged_store_says_so_and_everything_else_goes_on(services, settings, small):
    services.bookmarks.add({"name": "x", "view": ViewState(small.id)})
    services.bookmarks.records.close()
    for path in services.bookmarks.records.directory.glob("cache.db*"):
        path.write_bytes(b"damaged " * 2000)
    again = Services.open(settings.data_dir, reserve_bytes=4096)
    client = create_app(settings, again).server.test_client()
    assert client.get("/").status_code == 200
    assert client.get(f"/api/v1/datasets/{small.id}").status_code == 200
    assert client.get(API).status_code == 507
    damage = client.get("/page/bookmarks").get_json()["damage"]
    assert damage["export"]["n"] == 1
    assert client.post("/page/bookmarks/recover").get_json() == {"n": 1}
    assert [b["name"] for b in client.get(API).get_json()["bookmarks"]] == ["x"]


# --- files


def as_file(content, name="bookmarks.json"):
    return {"file": (io.BytesIO(json.dumps(content).encode()), name)}


@pytest.fixture
def elsewhere(tmp_path, small_stored):
    """Another server that has the same dataset and nothing else."""
    import shutil

    services = Services.open(tmp_path / "elsewhere", reserve_bytes=4096)
    shutil.copytree(small_stored / "datasets", services.data_dir / "datasets", dirs_exist_ok=True)
    return services, create_app(Settings(data_dir=services.data_dir), services).server.test_client()


def test_a_story_travels_with_its_coordinates_in_a_file(client, services, small, view, elsewhere):
    made = np.random.default_rng(0).normal(size=(3, 2)).astype(np.float32)
    kept = keep_coordinates(services.projections, small.id, made, (1, 2, 40), {"method": "tsne"})
    tsne = {**view, "projection_id": kept.id, "isolation": [encode_rows([1, 2, 40])]}
    ids = [
        save(client, n, v, note="why", thumbnail=picture())["id"]
        for n, v in (("plain", view), ("map", tsne))
    ]
    story = client.post("/page/stories", json={"name": "Tour", "bookmarks": ids}).get_json()
    content = client.get(f"/page/stories/{story['id']}/file?coordinates=1").get_json()

    there, other = elsewhere
    opened = other.post(f"{API}/import", data=as_file(content)).get_json()
    assert opened["notes"] == []
    told = other.get(f"/page/stories/{opened['story']}").get_json()
    assert [step["name"] for step in told["steps"]] == ["plain", "map"]
    assert all(step["thumbnail"] for step in told["steps"])
    marks = there.bookmarks.all()
    assert [mark.note for mark in marks] == ["why", "why"]
    assert ViewState.from_json(tsne).isolation == marks[1].view.isolation
    np.testing.assert_array_equal(there.projections.coordinates(marks[1].projection_id), made)
    # PCA is the same everywhere; its id needs no coordinates in the file.
    assert replace(marks[0].view, projection_id=None) == ViewState.from_json(view)


def test_a_file_without_coordinates_says_what_is_shown_instead(
    client, services, small, view, elsewhere
):
    made = np.zeros((60, 2), np.float32)
    kept = keep_coordinates(services.projections, small.id, made, None, {"method": "tsne"})
    mark = client.post(
        API, json={"name": "map", "view": {**view, "projection_id": kept.id}}
    ).get_json()
    content = client.get(f"{API}/{mark['id']}/file").get_json()
    opened = elsewhere[1].post(f"{API}/import", json=content).get_json()
    assert "not in the file and not here; PCA" in opened["notes"][0]
    assert opened["bookmarks"][0]["view"].get("projection_id") is None


def test_a_damaged_file_names_the_place(client, small):
    answer = client.post(f"{API}/import", data={"file": (io.BytesIO(b'{"a":\n[1,'), "cut.json")})
    assert answer.status_code == 422
    assert answer.get_json()["error"]["message"].startswith("cut.json, line 2")


@pytest.mark.parametrize(
    "wrong",
    [[], [5], {}, "x", {"format": "embedding-dashboard bookmarks", "version": 99}],
    ids=repr,
)
def test_what_is_no_file_of_bookmarks_is_refused(client, small, wrong):
    answer = client.post(f"{API}/import", data=as_file(wrong))
    assert answer.status_code in (404, 422), answer.get_json()
    assert client.get(API).get_json() == {"bookmarks": []}


def test_one_bad_bookmark_of_a_file_does_not_keep_the_others_out(client, saved):
    content = client.get(f"{API}/{saved['id']}/file").get_json()
    good = content["bookmarks"][0]
    bad = [{**good, "view": {**good["view"], "selected_rows": [999]}}, {**good, "name": 5}, 7]
    opened = client.post(f"{API}/import", json={**content, "bookmarks": [*bad, good]}).get_json()
    assert len(opened["bookmarks"]) == 1
    assert len(opened["notes"]) == 3


# --- TensorBoard's files


def word2vec(services, tmp_path, n_points=10_000):
    """A dataset of the shape that the published file needs: 200 dimensions, a column of words."""
    tensor = np.random.default_rng(0).normal(size=(n_points, 200)).astype(np.float32)
    np.save(tmp_path / "w.npy", tensor)
    words = "".join(f"word{i}\t{i}\n" for i in range(n_points))
    (tmp_path / "w.tsv").write_text("word\tcount\n" + words)
    return services.datasets.add(
        ParseRequest(
            tensor=Source(tmp_path / "w.npy", "w.npy"), metadata=Source(tmp_path / "w.tsv", "w.tsv")
        )
    )


def test_the_published_bookmark_of_tensorboard_opens(client, services, tmp_path, real_data):
    content = (real_data / "bookmarks" / "word2vec_full_bookmarks.txt").read_bytes()
    (state,) = json.loads(content)
    dataset = word2vec(services, tmp_path)
    sent = {"file": (io.BytesIO(content), "word2vec_full_bookmarks.txt")}
    opened = client.post(f"{API}/import", data=sent).get_json()
    (mark,) = opened["bookmarks"]
    assert mark["name"] == 'Politics: "Bad" to "Good"'
    view = ViewState.from_json(mark["view"])
    rows = sorted(state["filteredPoints"])
    assert view.dataset_id == dataset.id
    assert list(view.isolation[0]) == rows
    assert view.selected_rows == (state["filteredPoints"][35],)
    assert (view.label_by, view.color_by, view.dimensionality) == ("word", None, 2)
    assert view.camera.eye[2] == pytest.approx(1.55 / state["cameraDef"]["zoom"])
    of_row = dict(zip(state["filteredPoints"], state["projections"], strict=True))
    wanted = [[of_row[row]["linear-x"], of_row[row]["linear-y"]] for row in rows]
    got = services.projections.coordinates(view.projection_id)
    np.testing.assert_allclose(got, wanted, rtol=1e-6)
    assert "'^bad$' (regular expression)" in mark["note"]
    assert any("custom axes are kept as a note" in note for note in opened["notes"])

    # And back: what is written is what TensorBoard wrote, in the order of the rows.
    written = client.get(f"{API}/{mark['id']}/file?format=tensorboard").get_json()[0]
    assert written["dataSetDimensions"] == [101, 200]
    assert written["filteredPoints"] == rows
    assert written["filteredPoints"][written["selectedPoints"][0]] == state["filteredPoints"][35]
    assert written["cameraDef"]["zoom"] == pytest.approx(state["cameraDef"]["zoom"])
    for name in ("label", "selectedProjection", "selectedLabelOption", "selectedColorOptionName"):
        assert written[name] == state[name]
    point = written["projections"][0]
    assert point["linear-x"] == pytest.approx(of_row[rows[0]]["linear-x"], rel=1e-5)


def test_a_bookmark_of_other_data_says_that_it_does_not_fit(
    client, small, services, real_data, tmp_path
):
    content = (real_data / "bad" / "wrong_size_bookmarks.json").read_bytes()

    def send(**fields):
        sent = {"file": (io.BytesIO(content), "wrong_size_bookmarks.json"), **fields}
        return client.post(f"{API}/import", data=sent)

    for fields in ({}, {"dataset": small.id}):
        answer = send(**fields)
        assert answer.status_code == 404
        assert "7 points × 3 dimensions" in answer.get_json()["error"]["message"]
    # On data of its shape it opens, without the points that nobody has.
    np.save(tmp_path / "seven.npy", np.eye(7, 3, dtype=np.float32))
    services.datasets.add(ParseRequest(tensor=Source(tmp_path / "seven.npy", "seven.npy")))
    opened = send().get_json()
    assert "selected_rows" not in opened["bookmarks"][0]["view"]
    assert any("2 selected points" in note for note in opened["notes"])
    assert any("computed anew by PCA" in note for note in opened["notes"])


def test_any_picture_is_written_with_every_field_that_tensorboard_reads(client, services, small):
    made = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)
    kept = keep_coordinates(services.projections, small.id, made, None, {"method": "umap"})
    view = {"dataset_id": small.id, "projection_id": kept.id, "color_by": "@preservation"}
    mark = save(client, "map", {**view, "selected_rows": [1, 5]})
    content = client.get(f"{API}/{mark['id']}/file?format=tensorboard").get_json()
    (state,) = content
    fields = {
        **dict.fromkeys(("label", "selectedColorOptionName", "selectedLabelOption"), str),
        **dict.fromkeys(("tSNEIteration", "tSNEPerplexity", "tSNELearningRate"), int),
        **dict.fromkeys(("isSelected", "tSNEis3d", "umapIs3d"), bool),
        **{"umapNeighbors": int, "umapMinDist": float, "forceCategoricalColoring": bool},
        **{"pcaComponentDimensions": list, "projections": list, "selectedPoints": list},
        **{"cameraDef": dict, "customSelectedSearchByMetadataOption": str},
    }
    assert {name: type(state[name]) for name in fields} == fields
    assert state["selectedProjection"] == "umap"
    assert state["dataSetDimensions"] == [60, 5]
    assert set(state["projections"][0]) == {"umap-0", "umap-1", "umap-2"}
    assert (state["selectedPoints"], state["filteredPoints"]) == ([1, 5], None)
    assert state["selectedColorOptionName"] == "No color map"
    # After "show all", TensorBoard writes an empty list where it means all points.
    again = client.post(f"{API}/import", json=[{**state, "filteredPoints": []}]).get_json()
    (opened,) = again["bookmarks"]
    assert "isolation" not in opened["view"]
    np.testing.assert_allclose(
        services.projections.coordinates(opened["view"]["projection_id"]), made, atol=1e-6
    )


def test_a_cut_file_of_tensorboard_is_refused_with_the_place(client, small, real_data):
    content = (real_data / "bad" / "not_json_bookmarks.txt").read_bytes()
    sent = {"file": (io.BytesIO(content), "not_json_bookmarks.txt")}
    answer = client.post(f"{API}/import", data=sent)
    assert answer.status_code == 422
    assert "not_json_bookmarks.txt, line 1" in answer.get_json()["error"]["message"]


# --- any view, every way


@hypothesis_settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn=st.data(), name=st.text(min_size=1, max_size=12).filter(str.strip))
def test_any_view_comes_back_whole_over_http_and_from_a_file(client, small, drawn, name):
    view = drawn.draw(views_of(small.id, small.n_points))
    saved = client.post(API, json={"name": name, "view": view.to_json()})
    assert saved.status_code == 201, saved.get_json()
    address = f"{API}/{saved.get_json()['id']}"
    told = client.get(address).get_json()
    assert ViewState.from_json(told["view"]) == view
    content = client.get(f"{address}/file").get_json()
    client.delete(address)
    opened = client.post(f"{API}/import", json=json.loads(json.dumps(content))).get_json()
    (again,) = opened["bookmarks"]
    assert (ViewState.from_json(again["view"]), again["name"]) == (view, told["name"])
    client.delete(f"{API}/{again['id']}")
