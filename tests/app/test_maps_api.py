"""How true a map is, as the page asks for it."""

import numpy as np
import pytest

from tests.waiting import wait_until


@pytest.fixture
def projection(client, small):
    """PCA of the small dataset."""
    asked = {"dataset": small.id, "method": "pca"}
    return client.post("/api/v1/projections", json=asked).get_json()


class TestRanks:
    def ranks(self, client, projection, query):
        return client.get(f"/page/projections/{projection['id']}/ranks?{query}")

    def test_of_all_other_points_are_a_count(self, client, projection):
        rows = [row for row in range(60) if row != 7]
        query = f"row=7&rows={','.join(map(str, rows))}&components=0,1"
        answer = self.ranks(client, projection, query)
        assert sorted(answer.get_json()["ranks"]) == list(range(1, 60))
        assert "immutable" in answer.headers["Cache-Control"]

    def test_follow_the_components_that_are_shown(self, client, projection, services):
        drawn = services.projections.coordinates(projection["id"], [1])[:, 0]
        nearest = int(np.argsort(np.abs(drawn - drawn[7]))[1])
        answer = self.ranks(client, projection, f"row=7&rows={nearest}&components=1")
        assert answer.get_json() == {"ranks": [1]}

    def test_of_isolated_points_are_among_them(self, client, small):
        asked = {"dataset": small.id, "method": "pca", "rows": [3, 7, 9, 20, 30]}
        isolated = client.post("/api/v1/projections", json=asked).get_json()
        found = self.ranks(client, isolated, "row=7&rows=3,9,8,20,30").get_json()["ranks"]
        assert found[2] is None
        assert sorted(rank for rank in found if rank) == [1, 2, 3, 4]
        assert self.ranks(client, isolated, "row=8&rows=3").get_json() == {"ranks": [None]}

    @pytest.mark.parametrize(
        "query", ["rows=1", "row=60&rows=1", "row=7&rows=60", "row=7&rows=1&components=5"]
    )
    def test_what_does_not_exist_is_refused(self, client, projection, query):
        assert self.ranks(client, projection, query).status_code == 422


class TestQuality:
    def test_stands_in_the_projection_once_it_is_known(self, client, projection):
        quality = projection["quality"]
        assert quality["n_sampled"] == 60
        assert quality["components"] == [0, 1, 2]
        assert 0.5 < quality["trustworthiness"] < 1
        assert 0 < quality["neighbor_recall"] < quality["continuity"] < 1
        listed = client.get(f"/api/v1/projections?dataset={projection['dataset']}").get_json()
        assert listed["projections"][0]["quality"] == quality

    def test_follows_the_components_that_are_shown(self, client, projection):
        address = f"/page/projections/{projection['id']}/quality"
        one, all_of_it = (
            client.get(f"{address}?components={shown}").get_json() for shown in ("4", "0,1,2")
        )
        assert one["trustworthiness"] < all_of_it["trustworthiness"]
        assert all_of_it == projection["quality"]
        assert client.get(f"{address}?components=0,1,2,3").status_code == 422

    def test_of_every_point_averages_to_the_score_of_the_map(self, client, projection):
        answer = client.get(f"/page/projections/{projection['id']}/preservation?components=0,1,2")
        kept = np.frombuffer(answer.data, "<f4")
        assert kept.shape == (60,)
        assert kept.mean() == pytest.approx(projection["quality"]["neighbor_recall"], abs=1e-6)

    def test_of_isolated_points_is_missing_for_the_others(self, client, small):
        asked = {"dataset": small.id, "method": "pca", "rows": list(range(10, 40))}
        isolated = client.post("/api/v1/projections", json=asked).get_json()
        answer = client.get(f"/page/projections/{isolated['id']}/preservation")
        kept = np.frombuffer(answer.data, "<f4")
        assert np.isfinite(kept).tolist() == [10 <= row < 40 for row in range(60)]

    def test_what_takes_long_is_measured_by_a_worker(self, client, projection, monkeypatch):
        monkeypatch.setattr("data.measuring.AT_ONCE_SECONDS", 0.0)
        address = f"/page/projections/{projection['id']}/preservation?components=1,2"
        first = client.get(address)
        assert first.status_code == 202
        assert first.get_json()["state"] in ("queued", "running")
        answer = wait_until(lambda: a if (a := client.get(address)).status_code != 202 else None)
        assert len(answer.data) == 4 * 60
        # Nobody's projection, so it is in no list.
        listed = client.get(f"/api/v1/projections?dataset={projection['dataset']}").get_json()
        assert [record["id"] for record in listed["projections"]] == [projection["id"]]
