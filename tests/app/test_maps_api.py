"""How true a map is, as the page asks for it."""

import numpy as np
import pytest


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
