"""The application as a whole: the page, JSON, and two applications in one process."""

import gc
import math
import re
import sys
from pathlib import Path

import pytest

from dashboard.app import ASSETS, create_app
from dashboard.settings import Settings
from data.services import Services


def test_page_says_its_language_and_not_the_interpreter(client):
    page = client.get("/").text
    assert '<html lang="en">' in page
    assert "<title>Embedding dashboard</title>" in page
    assert sys.version.split()[0] not in page


def test_page_loads_no_foreign_file(client):
    page = client.get("/").text
    assert 'src="//' not in page
    assert 'src="http' not in page
    assert 'href="http' not in page


def test_browsers_keep_every_script_and_style_of_the_page(client):
    page = client.get("/").text
    addresses = re.findall(r'(?:src|href)="(/[^"]*\.(?:js|css)[^"]*)"', page)
    assert len(addresses) > 10
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200
        assert "max-age=31536000" in answer.headers["Cache-Control"], address
        answer.close()
    # Without its version, an address may have another content tomorrow.
    for address in ("/page/scripts.js", "/page/styles.css?m=another"):
        assert client.get(address).headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(("name", "ending"), [("scripts.js", "js"), ("styles.css", "css")])
def test_the_page_loads_all_our_files_of_a_kind_in_one(name, ending, client):
    page = client.get("/").text
    (address,) = re.findall(rf'"(/page/{name}\?m=[^"]*)"', page)
    assert "/assets/" not in page
    joined = client.get(address).text
    texts = [path.read_text() for path in sorted(ASSETS.glob(f"*.{ending}"))]
    assert all(text in joined for text in texts)
    places = [joined.index(text) for text in texts]
    assert places == sorted(places)


def test_two_applications_live_in_one_process(tmp_path, small_stored):
    clients = []
    for data_dir in (tmp_path, small_stored):
        settings = Settings(data_dir=data_dir)
        app = create_app(settings, Services.open(data_dir))
        clients.append(app.server.test_client())
    dependencies = [client.get("/_dash-dependencies").get_json() for client in clients]
    assert len(dependencies[0]) == len(dependencies[1]) > 0
    listed = [len(client.get("/api/v1/datasets").get_json()["datasets"]) for client in clients]
    assert listed == [0, 1]
    policies = {client.get("/").headers["Content-Security-Policy"] for client in clients}
    assert len(policies) == 1


def test_an_application_that_is_gone_keeps_no_file_open(tmp_path):
    def build(name):
        settings = Settings(data_dir=tmp_path / name)
        app = create_app(settings, Services.open(settings.data_dir))
        app.server.test_client().get("/api/v1/bookmarks")

    def files_of(name):
        links = [path for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
        return [link for link in links if str(tmp_path / name) in str(link.readlink())]

    build("first")
    assert files_of("first") != []
    # Dash remembers the last application of a process.
    build("second")
    gc.collect()
    assert files_of("first") == []


def test_json_has_no_nan(app):
    json = app.server.json
    assert json.loads(json.dumps({"a": [math.nan, (math.inf, 1.5)]})) == {"a": [None, [None, 1.5]]}
    assert json.dumps({"b": 1, "a": 2}).startswith('{"b"')
