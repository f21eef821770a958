"""Texts compressed for whoever takes them so; arrays as they are."""

import gzip
import re

import pytest

TAKES = {"Accept-Encoding": "gzip, deflate"}


@pytest.fixture
def scripts(client):
    """Addresses of the page's scripts, and of Plotly's, which Dash loads by itself."""
    found = re.findall(r'src="(/[^"]*\.js[^"]*)"', client.get("/").text)
    return [*found, "/_dash-component-suites/plotly/package_data/plotly.min.js"]


def test_the_page_is_less_than_a_third_on_its_way_and_the_same_when_it_is_there(client, scripts):
    n_sent = n_plain = 0
    for address in scripts:
        plain, sent = client.get(address), client.get(address, headers=TAKES)
        is_sent_smaller = sent.headers.get("Content-Encoding") == "gzip"
        assert (gzip.decompress(sent.data) if is_sent_smaller else sent.data) == plain.data
        assert "Accept-Encoding" in plain.headers["Vary"]
        assert "Accept-Encoding" in sent.headers["Vary"]
        assert int(sent.headers["Content-Length"]) == len(sent.data)
        assert sent.headers.get("Cache-Control") == plain.headers.get("Cache-Control")
        n_sent, n_plain = n_sent + len(sent.data), n_plain + len(plain.data)
        plain.close()
        sent.close()
    assert n_sent < n_plain / 3


def test_who_does_not_take_it_gets_the_text_itself(client):
    for taken in ({}, {"Accept-Encoding": "identity"}, {"Accept-Encoding": "gzip;q=0, br"}):
        answer = client.get("/_dash-layout", headers=taken)
        assert "Content-Encoding" not in answer.headers
        assert answer.json


def test_a_file_that_a_browser_has_is_not_sent_again(client, scripts):
    known = client.get(scripts[-1], headers=TAKES).headers["ETag"]
    again = client.get(scripts[-1], headers={**TAKES, "If-None-Match": known})
    assert (again.status_code, again.data) == (304, b"")


def test_json_is_compressed_unless_it_is_short(client, small):
    long = client.get("/_dash-layout", headers=TAKES)
    assert long.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(long.data) == client.get("/_dash-layout").data
    short = client.get("/healthz", headers=TAKES)
    assert "Content-Encoding" not in short.headers


def test_arrays_pictures_and_refusals_go_out_as_they_are(client, small):
    for what in ("tensor", "sprite"):
        answer = client.get(f"/api/v1/datasets/{small.id}/{what}", headers=TAKES)
        assert answer.status_code == 200
        assert "Content-Encoding" not in answer.headers
        answer.close()
    assert client.get("/api/v1/datasets/none", headers=TAKES).json["error"]
