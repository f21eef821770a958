"""What holds on every route: headers, hosts, writers, and errors that tell nothing."""

import json
import re

import pytest
from dash import Input, Output

from dashboard.app import create_app
from dashboard.settings import Settings
from data.errors import ReadError

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def check_headers(response):
    for name, value in HEADERS.items():
        assert response.headers[name] == value
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe-eval" not in policy
    assert re.search(r"script-src 'self'( 'sha256-[^']+')+;", policy)
    for part in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert part in policy


def test_headers_on_every_route_and_error(app, client, small):
    """Call every rule with made-up arguments; whatever is answered has the headers."""
    statuses = set()
    for rule in app.server.url_map.iter_rules():
        address = re.sub(r"<int:[^>]+>", "0", rule.rule)
        address = re.sub(r"<[^>]*dataset_id>", small.id, address)
        address = re.sub(r"<[^>]+>", "unknown", address)
        for method in rule.methods:
            with client.open(address, method=method) as response:
                check_headers(response)
                statuses.add(response.status_code)
                if response.status_code >= 400 and method != "HEAD":
                    assert set(response.get_json()["error"]) >= {"code", "message", "hint"}
    assert {200, 404, 422} <= statuses
    assert 500 not in statuses


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/api/v1/nowhere", 404),
        ("POST", "/api/v1/nowhere", 404),
        ("GET", "/api/v1/runs/nothing", 404),
        ("PUT", "/api/v1/datasets", 405),
        ("GET", "/_dash-update-component", 405),
        ("GET", "/assets/../pyproject.toml", 404),
        ("GET", "/assets/%2e%2e/pyproject.toml", 404),
        ("GET", "/_dash-component-suites/dash/../../x.js", 404),
        ("GET", "/_dash-component-suites/nothing/x.js", 404),
        ("GET", "/_dash-component-suites/dash/deps/nothing.js", 404),
        ("POST", "/", 405),
    ],
)
def test_errors_are_json_with_headers(client, method, address, status):
    response = client.open(address, method=method)
    assert response.status_code == status
    error = response.get_json()["error"]
    assert set(error) == {"code", "message", "hint"}
    assert "dash" not in error["message"].lower()
    check_headers(response)


def test_unforeseen_errors_tell_an_id_and_nothing_else(app, caplog):
    @app.server.get("/broken")
    def broken():
        raise RuntimeError("the password is swordfish")

    response = app.server.test_client().get("/broken")
    assert response.status_code == 500
    check_headers(response)
    assert "swordfish" not in response.text
    assert "Traceback" not in response.text
    error_id = re.search(r"log id ([0-9a-f]{8})", response.get_json()["error"]["message"])[1]
    assert error_id in caplog.text
    assert "swordfish" in caplog.text


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "3",
        "{}",
        '{"output": "nothing.here", "inputs": []}',
        '{"output": {"a": 1}, "inputs": []}',
        '{"output": null}',
        "[" * 100_000,
    ],
)
def test_malformed_callback_requests_are_refused(client, body):
    response = client.post("/_dash-update-component", data=body, content_type="application/json")
    assert response.status_code in (400, 422)
    assert response.get_json()["error"]["code"] in ("bad_request", "bad_parameter")


def test_malformed_inputs_of_real_callbacks_tell_nothing(app, client):
    client.get("/_dash-layout")
    for output in app.callback_map:
        for inputs in (None, 3, [], [1], [{}], [{"id": "x", "property": "y"}], [[[]]]):
            body = {"output": output, "inputs": inputs, "changedPropIds": ["x.y"]}
            response = client.post("/_dash-update-component", json=body)
            check_headers(response)
            assert "Traceback" not in response.text
            assert ".py" not in response.text


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ReadError("a.npy has 3 rows.", hint="Send 4."), "a.npy has 3 rows. Send 4."),
        (RuntimeError("the password is swordfish"), "log id"),
    ],
)
def test_errors_in_callbacks_are_sentences(app, client, error, said):
    @app.callback(Output("tested", "children"), Input("tested", "title"))
    def fail(_):
        raise error

    output = {"id": "tested", "property": "children"}
    asked = {"id": "tested", "property": "title", "value": 1}
    body = {"output": "tested.children", "outputs": output, "inputs": [asked]}
    response = client.post("/_dash-update-component", json=body)
    assert response.status_code == 200
    assert said in response.text
    assert "swordfish" not in response.text
    assert "Traceback" not in response.text


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("localhost:8050", 200),
        ("LOCALHOST", 200),
        ("127.0.0.1:1", 200),
        ("[::1]:8050", 200),
        ("proxy.example", 200),
        ("evil.example", 400),
        ("localhost.evil.example", 400),
        ("localhost:80@evil.example", 400),
        ("localhost evil", 400),
        ("192.168.0.7", 400),
        ("[::2]", 400),
        ("", 400),
    ],
)
def test_foreign_hosts_are_refused(services, host, status):
    settings = Settings(data_dir=services.data_dir, allowed_hosts=("proxy.example",))
    client = create_app(settings, services).server.test_client()
    for address in ("/healthz", "/api/v1/datasets", "/"):
        response = client.get(address, headers={"Host": host})
        assert response.status_code == status
        check_headers(response)
    if status == 400:
        response = client.get("/nowhere", headers={"Host": host, "X-Forwarded-Host": "localhost"})
        assert response.get_json()["error"]["code"] == "foreign_host"


def test_addresses_are_hosts_when_the_network_may_call(services):
    settings = Settings(data_dir=services.data_dir, host="0.0.0.0")
    client = create_app(settings, services).server.test_client()
    for host, status in (("192.168.0.7:8050", 200), ("[fe80::1]", 200), ("evil.example", 400)):
        assert client.get("/healthz", headers={"Host": host}).status_code == status


SAME = "http://localhost"


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": SAME}, False),
        ({"Sec-Fetch-Site": ""}, False),
        ({"Origin": SAME}, True),
        ({"Origin": "http://localhost:81"}, False),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "http://localhost.evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
    ],
)
def test_only_our_own_page_and_programs_may_write(client, small, headers, allowed):
    bodies = (
        {"json": {"name": "x"}},
        {"data": json.dumps({"name": "x"}), "content_type": "text/plain"},
        {"data": {"name": "x"}},
    )
    address = f"/api/v1/datasets/{small.id}"
    for body in bodies:
        for method, path in (("PATCH", address), ("POST", "/_dash-update-component")):
            response = client.open(path, method=method, headers=headers, **body)
            assert (response.status_code != 403) is allowed
    deleted = client.delete(address, headers=headers)
    assert deleted.status_code == (200 if allowed else 403)
    assert client.get("/api/v1/datasets", headers=headers).status_code == 200
