"""t-SNE over HTTP: asked for, watched, steered, and shared by everybody."""

import io

import numpy as np
import pytest

from data.neighbor_graph import neighbor_graph
from tests.app.conftest import N_CLUSTERED
from tests.waiting import wait_until

PROJECTIONS = "/api/v1/projections"
# Long enough to be steered, but gone soon when nobody does.
LONG = {"n_iter": 4_000, "early_exaggeration_iter": 50}
SHORT = {"n_iter": 60, "early_exaggeration_iter": 40}


@pytest.fixture
def ask(client, clustered):
    """Ask for a t-SNE; in the end nothing of it runs on."""
    asked = []

    def run(status=202, rows=None, **parameters):
        body = {"dataset": clustered.id, "method": "tsne", "parameters": parameters}
        answer = client.post(PROJECTIONS, json={**body, **({} if rows is None else {"rows": rows})})
        assert answer.status_code == status, answer.get_json()
        record = answer.get_json()
        asked.append(record.get("id"))
        return record

    yield run
    for listed in client.get(f"{PROJECTIONS}?dataset={clustered.id}").get_json()["projections"]:
        client.delete(f"{PROJECTIONS}/{listed['id']}")


def show(client, record):
    return client.get(f"{PROJECTIONS}/{record['id']}").get_json()


def wait_for(client, record, *states):
    def reached():
        now = show(client, record)
        assert now["state"] in (*states, "queued", "running", "paused"), now
        return now if now["state"] in states else None

    return wait_until(reached)


def wait_for_iteration(client, record, iteration):
    return wait_until(
        lambda: now if (now := show(client, record))["iteration"] >= iteration else None
    )


def wait_for_successor(client, record):
    """Wait until a run has gone on, or ended, under another id; return that projection."""
    told = wait_until(lambda: now if (now := show(client, record)).get("superseded_by") else None)
    return show(client, {"id": told["superseded_by"]})


def coordinates(client, record):
    response = client.get(f"{PROJECTIONS}/{record['id']}/coordinates")
    assert response.status_code == 200
    return np.load(io.BytesIO(response.data), allow_pickle=False)


def frame(client, record, after=-1):
    return client.get(f"{PROJECTIONS}/{record['id']}/frames/latest?after={after}")


def test_a_run_from_asking_to_coordinates(client, ask):
    record = ask(**SHORT)
    assert (record["method"], record["n_points"], record["n_iterations"]) == ("tsne", 500, 100)
    assert record["parameters"]["perplexity"] == 30
    # Without coordinates of its own until it is done.
    early = client.get(f"{PROJECTIONS}/{record['id']}/coordinates")
    assert early.status_code in (200, 409)
    done = wait_for(client, record, "done")
    assert (done["iteration"], done["n_iterations"]) == (100, 100)
    assert 0 < done["kl_divergence"] < 3
    assert done["n_frames"] > 1
    assert coordinates(client, done).shape == (N_CLUSTERED, 2)
    # Everybody else gets it without computing.
    assert ask(status=200, **SHORT)["id"] == record["id"]
    last = frame(client, done)
    assert int(last.headers["Frame-Number"]) == done["n_frames"] - 1
    np.testing.assert_array_equal(
        np.frombuffer(last.data, "<f4").reshape(N_CLUSTERED, 2), coordinates(client, done)
    )


def test_the_first_frame_is_pca_and_later_ones_follow(client, ask):
    record = ask(**LONG)
    wait_until(lambda: show(client, record)["n_frames"])
    first = frame(client, record)
    assert first.status_code == 200
    assert first.headers["Frame-Dims"] == "2"
    assert len(first.data) == N_CLUSTERED * 2 * 4
    number = int(first.headers["Frame-Number"])
    second = frame(client, record, number)
    assert int(second.headers["Frame-Number"]) > number
    assert int(second.headers["Frame-Iteration"]) >= int(first.headers["Frame-Iteration"])


def test_equal_requests_join_the_run(client, ask):
    one, two = ask(**LONG), ask(**LONG)
    assert one["id"] == two["id"]
    other = ask(**{**LONG, "random_state": 1})
    assert other["id"] != one["id"]


def test_runs_wait_in_order_and_see_their_place(client, ask, services):
    records = [ask(**LONG, random_state=seed) for seed in range(services.limits.n_slots)]
    # The place goes to whose process is there first.
    for record in records:
        wait_for(client, record, "running")
    second, third = ask(**LONG, random_state=101), ask(**LONG, random_state=102)
    wait_until(lambda: show(client, second).get("place") == 1)
    assert show(client, third)["place"] == 2
    client.delete(f"{PROJECTIONS}/{second['id']}")
    assert show(client, third)["place"] == 1
    client.delete(f"{PROJECTIONS}/{records[0]['id']}")
    assert "place" not in wait_for(client, third, "running")


def test_pause_holds_and_resume_goes_on(client, ask):
    record = ask(**LONG)
    wait_for_iteration(client, record, 20)
    assert client.post(f"{PROJECTIONS}/{record['id']}/pause").status_code == 200
    paused = wait_for(client, record, "paused")
    assert frame(client, paused, paused["n_frames"] - 2).status_code == 200
    assert show(client, record)["iteration"] == paused["iteration"]
    assert client.post(f"{PROJECTIONS}/{record['id']}/resume").status_code == 200
    wait_for_iteration(client, record, paused["iteration"] + 1)


def test_a_paused_run_lets_others_compute(client, ask, services):
    record = ask(**LONG)
    wait_for_iteration(client, record, 20)
    client.post(f"{PROJECTIONS}/{record['id']}/pause")
    wait_for(client, record, "paused")
    quick = ask(**SHORT)
    wait_for(client, quick, "done")
    assert show(client, record)["state"] == "paused"


def test_a_resumed_run_says_that_it_waits_for_a_place_and_can_be_stopped_meanwhile(client, ask):
    # The place goes to whose process is there first.
    record = ask(**LONG)
    wait_for_iteration(client, record, 20)
    other = ask(**LONG, random_state=1)
    client.post(f"{PROJECTIONS}/{record['id']}/pause")
    wait_for_iteration(client, other, 1)
    client.post(f"{PROJECTIONS}/{record['id']}/resume")
    wait_until(lambda: "place" in (show(client, record).get("stage") or ""))
    assert show(client, record)["state"] == "paused"
    client.post(f"{PROJECTIONS}/{record['id']}/stop")
    assert wait_for_successor(client, record)["state"] == "stopped"
    assert show(client, other)["state"] == "running"


def test_stop_keeps_what_there_is_under_its_own_id(client, ask):
    record = ask(**LONG)
    wait_for_iteration(client, record, 60)
    assert client.post(f"{PROJECTIONS}/{record['id']}/stop").status_code == 200
    stopped = wait_for_successor(client, record)
    assert stopped["state"] == "stopped"
    assert stopped["parent"] == record["id"]
    assert 60 <= stopped["iteration"] < 4_050
    assert coordinates(client, stopped).shape == (N_CLUSTERED, 2)
    assert frame(client, stopped).status_code == 200
    # Who follows the old id is led on.
    led = client.get(f"{PROJECTIONS}/{record['id']}/coordinates")
    assert led.status_code == 307
    assert stopped["id"] in led.headers["Location"]
    assert frame(client, record).status_code == 307
    # And the old id can be computed again.
    again = ask(**LONG)
    assert again["id"] == record["id"]
    assert "superseded_by" not in again


def test_a_push_goes_on_under_another_id(client, ask):
    record = ask(**LONG)
    wait_for_iteration(client, record, 60)
    assert client.post(f"{PROJECTIONS}/{record['id']}/perturb").status_code == 200
    pushed = wait_for_successor(client, record)
    assert pushed["parent"] == record["id"]
    assert pushed["state"] == "running"
    wait_for_iteration(client, pushed, pushed["iteration"] + 1)


def test_a_finished_run_goes_on_for_more_iterations(client, ask):
    done = wait_for(client, ask(**SHORT), "done")
    answer = client.post(f"{PROJECTIONS}/{done['id']}/continue", json={"n_iter": 30})
    assert answer.status_code == 202
    more = wait_for(client, answer.get_json(), "done")
    assert (more["iteration"], more["n_iterations"], more["parent"]) == (130, 130, done["id"])
    # The same as if it had run that long from the start.
    whole = wait_for(client, ask(**{**SHORT, "n_iter": 90}), "done")
    np.testing.assert_array_equal(coordinates(client, more), coordinates(client, whole))


@pytest.mark.parametrize("what", ["pause", "resume", "stop", "perturb"])
def test_what_is_finished_cannot_be_steered(client, small, what):
    pca = client.post(PROJECTIONS, json={"dataset": small.id, "method": "pca"}).get_json()
    assert client.post(f"{PROJECTIONS}/{pca['id']}/{what}").status_code == 409
    assert client.post(f"{PROJECTIONS}/{pca['id']}/continue").status_code == 409
    assert client.post(f"{PROJECTIONS}/pzzzzzzzzzzzzzzzzzzzz/{what}").status_code == 404


def test_a_subset_is_arranged_as_a_dataset_of_its_own(client, ask, services, clustered_files):
    from data.parsing import ParseRequest, Source

    rows = list(range(0, N_CLUSTERED, 3))
    some = wait_for(client, ask(rows=rows, **SHORT), "done")
    assert some["n_points"] == len(rows)
    path = clustered_files / "some.npy"
    np.save(path, np.load(clustered_files / "clustered.npy")[rows])
    own = services.datasets.add(ParseRequest(tensor=Source(path, "some.npy")))
    body = {"dataset": own.id, "method": "tsne", "parameters": SHORT}
    alone = wait_for(client, client.post(PROJECTIONS, json=body).get_json(), "done")
    np.testing.assert_array_equal(coordinates(client, some), coordinates(client, alone))


def test_clusters_stay_together_and_supervision_mixes_in_a_column(client, ask, services, clustered):
    codes = services.datasets.open(clustered.id).metadata.classes("coin")[1]

    def purity(**more):
        done = wait_for(client, ask(**{**SHORT, "n_iter": 250, **more}), "done")
        nearest = neighbor_graph(coordinates(client, done), 10).rows
        clusters = np.arange(N_CLUSTERED) % 5
        assert (clusters[nearest] == clusters[:, None]).mean() > 0.95
        return (codes[nearest] == codes[:, None]).mean(), done

    plain, _ = purity()
    drawn, record = purity(supervise_by="coin", supervise_strength=100)
    assert drawn > plain + 0.2
    assert record["metadata_revision"] == 0


def test_landmarks_are_arranged_and_the_others_placed_among_them(client, ask):
    done = wait_for(client, ask(**SHORT, n_landmarks=200, n_components=3), "done")
    places = coordinates(client, done)
    assert places.shape == (N_CLUSTERED, 3)
    nearest = neighbor_graph(places, 5).rows
    clusters = np.arange(N_CLUSTERED) % 5
    assert (clusters[nearest] == clusters[:, None]).mean() > 0.9


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"perplexity": 400}, "from 1 to 166"),
        ({"n_components": 4}, "2 or 3"),
        ({"supervise_by": "no"}, "no column"),
        ({"supervise_strength": 20}, "(supervise_by) names no column"),
        ({"n_landmarks": 500}, "from 100 to 499"),
        ({"perplexity": 100, "n_landmarks": 120}, "for 120 landmarks"),
        ({"metric": "hamming"}, "euclidean"),
    ],
)
def test_wrong_parameters_are_refused_with_the_legal_range(ask, parameters, words):
    assert words in ask(status=422, **parameters)["error"]["message"]


def test_too_few_points_and_too_much_work_are_refused(ask, services):
    assert "at least 4 points" in ask(status=422, rows=[1, 2, 3])["error"]["message"]
    object.__setattr__(services.limits, "projection_seconds", 1)
    refused = ask(status=422, n_iter=20_000)["error"]
    assert "minutes" in refused["message"]
    object.__setattr__(services.limits, "projection_seconds", 10_000)
    object.__setattr__(services.limits, "projection_memory", 10**6)
    assert "GB" in ask(status=422)["error"]["message"]


def test_a_running_projection_can_be_deleted_and_renamed(client, ask):
    record = ask(**LONG)
    wait_for_iteration(client, record, 5)
    address = f"{PROJECTIONS}/{record['id']}"
    assert client.patch(address, json={"name": "Mine"}).get_json()["name"] == "Mine"
    assert show(client, record)["name"] == "Mine"
    assert client.delete(address).status_code == 200
    assert client.get(address).status_code == 404


def test_stopping_what_waits_ends_it(client, ask):
    first, second = ask(**LONG), ask(**{**LONG, "random_state": 5})
    if show(client, second)["state"] == "queued":
        client.post(f"{PROJECTIONS}/{second['id']}/stop")
        now = show(client, second)
        assert now["state"] in ("failed", "stopped")
    assert show(client, first)["id"] == first["id"]


def test_a_long_pca_becomes_a_job(client, clustered, services, monkeypatch):
    from data import projecting

    monkeypatch.setattr(projecting, "AT_ONCE_SECONDS", 0)
    answer = client.post(PROJECTIONS, json={"dataset": clustered.id, "method": "pca"})
    assert answer.status_code == 202
    done = wait_for(client, answer.get_json(), "done")
    assert coordinates(client, done).shape == (N_CLUSTERED, 10)
    assert len(done["explained_variance_ratio"]) == 10
