"""UMAP, custom axes and columns as they are over HTTP."""

import io

import numpy as np
import pytest

from tests.waiting import wait_until

PROJECTIONS = "/api/v1/projections"


@pytest.fixture
def ask(client, clustered):
    """Ask for a projection of the clusters; in the end nothing of it runs on."""

    def run(method, status=200, rows=None, **parameters):
        body = {"dataset": clustered.id, "method": method, "parameters": parameters}
        answer = client.post(PROJECTIONS, json={**body, **({} if rows is None else {"rows": rows})})
        assert answer.status_code == status, answer.get_json()
        return answer.get_json()

    yield run
    for listed in client.get(f"{PROJECTIONS}?dataset={clustered.id}").get_json()["projections"]:
        client.delete(f"{PROJECTIONS}/{listed['id']}")


def show(client, record):
    return client.get(f"{PROJECTIONS}/{record['id']}").get_json()


def coordinates(client, record):
    response = client.get(f"{PROJECTIONS}/{record['id']}/coordinates")
    assert response.status_code == 200
    return np.load(io.BytesIO(response.data), allow_pickle=False)


def between(left, right):
    return {
        "left": {"text": left, "column": "cluster"},
        "right": {"text": right, "column": "cluster"},
    }


class TestUmap:
    def test_runs_shows_its_steps_and_can_be_stopped(self, client, ask):
        record = ask("umap", 202, n_epochs=10_000, n_components=3)
        assert (record["n_iterations"], record["n_components"]) == (10_000, 3)
        running = wait_until(lambda: now if (now := show(client, record))["iteration"] else None)
        assert running["state"] == "running"
        frame = client.get(f"{PROJECTIONS}/{record['id']}/frames/latest?after=-1")
        assert frame.headers["Frame-Dims"] == "3"
        assert client.post(f"{PROJECTIONS}/{record['id']}/stop").status_code == 200
        after = wait_until(lambda: show(client, record).get("superseded_by"))
        stopped = show(client, {"id": after})
        assert stopped["state"] == "stopped"
        assert 0 < stopped["iteration"] < 10_000
        found = coordinates(client, stopped)
        assert found.shape == (500, 3)
        assert np.isfinite(found).all()

    def test_too_few_points_and_unknown_columns_are_refused(self, ask):
        assert "at least 5" in ask("umap", 422, rows=[1, 2, 3])["error"]["message"]
        refused = ask("umap", 422, supervise_by="color")["error"]
        assert "no column of this dataset" in refused["message"]
        assert "2 to 499" in ask("umap", 422, n_neighbors=500)["error"]["message"]


class TestCustomAxes:
    def test_are_computed_at_once_and_are_the_same_for_everybody(self, client, ask):
        record = ask("custom_axes", axes=[between("0", "1"), between("2", "3")])
        assert (record["state"], record["n_components"]) == ("done", 2)
        assert record["metadata_revision"] == 0
        x = coordinates(client, record)[:, 0]
        assert x[0::5].max() < x[1::5].min()
        again = ask("custom_axes", axes=[between("0", "1"), between("2", "3")])
        assert again["id"] == record["id"]

    def test_search_beyond_the_isolated_rows(self, client, ask):
        rows = [*range(2, 500, 5)]
        record = ask("custom_axes", axes=[between("0", "1")], rows=rows)
        assert coordinates(client, record).shape == (100, 2)
        assert "principal component" in record["message"]

    def test_an_unmatched_box_is_named(self, ask):
        error = ask("custom_axes", 422, axes=[between("0", "9")])["error"]
        assert error["message"] == "'9' in the right box of X matches no point."

    def test_new_metadata_make_another_projection(self, client, clustered, ask):
        record = ask("custom_axes", axes=[between("0", "1")])
        text = "cluster\n" + "\n".join("01"[i < 250] for i in range(500))
        file = {"metadata": (io.BytesIO(text.encode()), "other.tsv")}
        changed = client.post(f"/api/v1/datasets/{clustered.id}/metadata", data=file)
        assert changed.status_code == 200
        assert ask("custom_axes", axes=[between("0", "1")])["id"] != record["id"]


class TestColumns:
    def test_are_shown_as_they_are(self, client, clustered, services, ask):
        record = ask("columns", columns=[3, "cluster"])
        found = coordinates(client, record)
        tensor = services.datasets.open(clustered.id).tensor
        np.testing.assert_array_equal(found[:, 0], tensor[:, 3])
        assert found[:7, 1].tolist() == [0, 1, 2, 3, 4, 0, 1]

    def test_of_texts_are_refused(self, ask):
        error = ask("columns", 422, columns=["coin", 0])["error"]
        assert error["message"].startswith("coin has no number for 500 of 500 points")


class TestReadyCoordinates:
    def add(self, client, dataset_id, text, name="map.csv", **fields):
        form = {"dataset": dataset_id, "coordinates": (io.BytesIO(text.encode()), name), **fields}
        return client.post(PROJECTIONS, data=form)

    def test_are_kept_as_a_named_projection_in_the_order_of_the_points(self, client, small):
        text = "x,y\n" + "\n".join(f"{row},{-row}" for row in range(60))
        record = self.add(client, small.id, text, name="spiral.csv").get_json()
        assert (record["state"], record["name"], record["n_components"]) == (
            "done",
            "spiral.csv",
            2,
        )
        assert coordinates(client, record)[7].tolist() == [7, -7]
        assert record["quality"]["n_sampled"] == 60
        again = self.add(client, small.id, text, name="spiral.csv").get_json()
        assert again["id"] == record["id"]

    def test_are_matched_by_a_column_that_both_have(self, client, small):
        order = [*range(59, -1, -1)]
        text = "word,x,y\n" + "\n".join(f"word {row},{row},0.5" for row in order)
        record = self.add(client, small.id, text, key="word", name="map.csv")
        assert record.status_code == 200, record.get_json()
        assert coordinates(client, record.get_json())[7].tolist() == [7, 0.5]

    @pytest.mark.parametrize(
        ("text", "fields", "message"),
        [
            ("x,y\n1,2\n3,4\n", {}, "2 rows of coordinates, and the dataset 60 points"),
            ("a,b,c,d\n" + "1,2,3,4\n" * 60, {}, "4 numbers per row; coordinates have 2 or 3"),
            (
                "word,x,y\n" + "".join(f"word {59 - i},{i},1\n" for i in range(60)),
                {},
                "its row 0 is 'word 59' in 'word', that point is 'word 0'",
            ),
            ("word,x,y\nword 1,1,2\nword 2,1,2\n", {"key": "word"}, "no coordinates for 58 of 60"),
            ("name,x,y\nword 1,1,2\nword 2,3,4\n", {"key": "word"}, "no column 'word'"),
            ("word,x,y\nword 1,1,2\nword 1,3,4\n", {"key": "word"}, "'word 1' more than once"),
        ],
    )
    def test_that_do_not_fit_say_why(self, client, small, text, fields, message):
        answer = self.add(client, small.id, text, **fields)
        assert answer.status_code == 422
        assert message in answer.get_json()["error"]["message"]
