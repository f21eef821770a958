"""What the first picture is made of is told before the page asks for it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.request import urlopen

from callbacks.opened_page import default_view
from data.links import link_text
from data.rows import decode_rows
from tests.running_server import start_server

ADDRESS = "/page/first-picture"


def told(client, view=None):
    query = f"?view={link_text(view)}" if view else ""
    return client.get(ADDRESS + query).get_json()


def test_the_page_without_a_view_begins_with_pca_of_the_newest_dataset(client, small):
    picture = told(client)
    assert picture["projection"]["dataset"] == small.id
    assert picture["projection"]["method"] == "pca"
    assert picture["coloring"]["column"] == "group"
    assert (picture["dimensionality"], picture["components"]) == (3, [0, 1, 2])
    url = f"/api/v1/projections/{picture['projection']['id']}/coordinates?components=0,1,2"
    answer = client.get(url)
    assert answer.status_code == 200
    answer.close()


def test_a_link_begins_with_its_own_rows_axes_and_colors(client, small):
    rows = tuple(range(5, 25))
    view = replace(
        default_view(small),
        isolation=(rows,),
        color_by="size",
        dimensionality=2,
        components=(2, 1),
    )
    picture = told(client, view)
    assert decode_rows(picture["projection"]["rows"]) == rows
    assert picture["coloring"]["column"] == "size"
    assert (picture["dimensionality"], picture["components"][:2]) == (2, [2, 1])


def test_a_projection_that_is_still_computed_is_no_first_picture(client, small, services):
    record = services.projections.request(small.id, "tsne", {"perplexity": 5}, start=False)
    assert told(client, replace(default_view(small), projection_id=record.id)) is None


def test_without_a_dataset_there_is_no_first_picture(client):
    assert told(client) is None


def test_the_first_requests_of_a_new_server_may_come_all_at_once(small_stored):
    with start_server(small_stored, "--workers", "1") as server, ThreadPoolExecutor(8) as people:

        def status(address):
            with urlopen(server.url + address) as answer:
                return answer.status

        addresses = ["/_dash-layout", ADDRESS] * 8
        assert set(people.map(status, addresses)) == {200}
