"""Settings: where values come from, and what is refused."""

from dataclasses import fields
from pathlib import Path

import pytest

from dashboard.settings import LIMIT_HELP, SETTINGS, Settings, read_settings
from data.errors import ParameterError
from data.limits import Limits


def test_table_and_class_agree():
    assert {s.name for s in SETTINGS} == {f.name for f in fields(Settings)}
    assert all(getattr(Settings(), s.name) == s.default for s in SETTINGS)
    assert set(LIMIT_HELP) == {f.name for f in fields(Limits)}


def test_nothing_given_is_all_defaults():
    assert read_settings({}, {}) == Settings()
    assert Settings().limits() == Limits()


def test_command_line_wins_over_environment():
    environment = {"EMBEDDING_DASHBOARD_PORT": "1", "EMBEDDING_DASHBOARD_HOST": "::1"}
    assert read_settings({"port": "2"}, environment) == Settings(port=2, host="::1")


def test_lists_and_switches():
    environment = {
        "EMBEDDING_DASHBOARD_LOGDIR": "a,b",
        "EMBEDDING_DASHBOARD_DEMO": "no",
        "EMBEDDING_DASHBOARD_ALLOWED_HOSTS": "one.example, two.example",
    }
    read = read_settings({"open": True}, environment)
    assert read.logdir == (Path("a"), Path("b"))
    assert (read.demo, read.open) == (False, True)
    assert read.allowed_hosts == ("one.example", "two.example")
    assert read_settings({"logdir": ["a,b"]}, {}).logdir == (Path("a,b"),)


def test_limits_are_settings():
    assert read_settings({"max_points": "10"}, {}).limits() == Limits(max_points=10)


@pytest.mark.parametrize(
    ("given", "environment", "said"),
    [
        ({"port": "70000"}, {}, "--port must be a whole number from 0 to 65,535, not '70000'"),
        ({"port": "٣"}, {}, "--port"),
        ({}, {"EMBEDDING_DASHBOARD_THREADS": "x"}, "EMBEDDING_DASHBOARD_THREADS"),
        ({}, {"EMBEDDING_DASHBOARD_DEMO": "maybe"}, "1 or 0"),
        ({"data_dir": " "}, {}, "--data-dir must not be empty"),
        ({"max_points": "0"}, {}, "from 1"),
    ],
)
def test_wrong_values_are_named(given, environment, said):
    with pytest.raises(ParameterError) as error:
        read_settings(given, environment)
    assert said in error.value.message


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "LocalHost"])
def test_loopback_is_local(host):
    assert Settings(host=host).is_local


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "my-host"])
def test_other_hosts_are_not_local(host):
    assert not Settings(host=host).is_local
