"""Parameters: defaults that fit, errors that name value, legal range and way out."""

from dataclasses import dataclass

import pytest

from data.errors import ParameterError
from data.projections import parameters
from data.projections.methods import METHODS
from data.projections.parameters import (
    PARAMETERS,
    PcaParameters,
    parameter,
    parse_parameters,
    rules,
    to_json,
)


@dataclass(frozen=True)
class Sample:
    perplexity: float = parameter(
        30.0, help="h", low=1, high=lambda n_points, n_dims: max(1, (n_points - 1) / 3)
    )
    learning_rate: float | str = parameter("auto", help="h", low=1e-3, choices=("auto",))
    metric: str = parameter("euclidean", help="h", choices=("cosine", "euclidean"))
    n_components: int = parameter(2, help="h", choices=(2, 3))
    pca_components: int | None = parameter(50, help="h", low=2, high=lambda n, d: max(2, min(n, d)))
    supervise_by: str | None = parameter(None, help="h")


@pytest.fixture
def sample(monkeypatch):
    monkeypatch.setitem(parameters.PARAMETERS, "sample", Sample)


def test_defaults_where_they_fit():
    assert parse_parameters("pca", {}, 500, 20) == (PcaParameters(), ())


def test_a_default_that_does_not_fit_is_lowered_with_a_note():
    params, notes = parse_parameters("pca", {}, 500, 4)
    assert params.n_components == 4
    assert notes == ("Components: 4 instead of 10, as 500 points in 4 dimensions allow no more.",)
    assert parse_parameters("pca", {}, 1, 1)[0].n_components == 1
    assert parse_parameters("pca", {}, 0, 1)[0].n_components == 1


@pytest.mark.parametrize("value", [0, 5, -1, True, "3", 3.0, None, float("nan"), [3], 10**400])
def test_an_explicit_value_out_of_range_is_an_error(value):
    with pytest.raises(ParameterError) as caught:
        parse_parameters("pca", {"n_components": value}, 500, 4)
    assert caught.value.message.startswith("Components (n_components) is ")
    assert "from 1 to 4" in caught.value.message
    assert caught.value.hint == "Leave n_components out to get 4."


def test_more_than_ten_components_when_asked_for():
    assert parse_parameters("pca", {"n_components": 50}, 500, 60)[0].n_components == 50
    with pytest.raises(ParameterError, match="from 1 to 50"):
        parse_parameters("pca", {"n_components": 51}, 500, 60)


@pytest.mark.parametrize("value", [1, "true", None])
def test_a_switch_is_true_or_false(value):
    with pytest.raises(ParameterError, match="must be true or false"):
        parse_parameters("pca", {"normalize": value}, 500, 4)


def test_unknown_names_are_told_the_known_ones():
    with pytest.raises(ParameterError, match="'lda'") as caught:
        parse_parameters("lda", {}, 5, 5)
    assert "pca" in caught.value.hint
    with pytest.raises(ParameterError, match="'whiten'") as caught:
        parse_parameters("pca", {"whiten": True}, 5, 5)
    assert "standardize" in caught.value.hint
    with pytest.raises(ParameterError, match="an object"):
        parse_parameters("pca", [], 5, 5)


def test_ranges_choices_and_null_of_other_kinds(sample):
    given = {"perplexity": 5, "learning_rate": 200, "pca_components": None, "n_components": 3}
    params, notes = parse_parameters("sample", {**given, "supervise_by": "label"}, 500, 60)
    assert params == Sample(5.0, 200.0, "euclidean", 3, None, "label")
    assert type(params.perplexity) is float
    assert notes == ()
    params, notes = parse_parameters("sample", {}, 50, 60)
    assert params.perplexity == 49 / 3
    assert len(notes) == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"perplexity": 400}, r"for 500 points in 60 dimensions .* a number from 1 to 166\.333"),
        ({"perplexity": float("inf")}, "perplexity is inf"),
        ({"learning_rate": "fast"}, "'auto' or a number of at least 0.001"),
        ({"metric": "manhattan"}, "'cosine' or 'euclidean'"),
        ({"n_components": 4}, "must be 2 or 3"),
        ({"n_components": True}, "must be 2 or 3"),
        ({"pca_components": 61}, "a whole number from 2 to 60 or null"),
        ({"supervise_by": 3}, "a text or null"),
    ],
)
def test_the_legal_values_are_spelled_out(sample, given, words):
    with pytest.raises(ParameterError, match=words):
        parse_parameters("sample", given, 500, 60)


def test_equal_parameters_have_equal_json(sample):
    one = parse_parameters("sample", {"perplexity": 5, "n_components": 3}, 500, 60)[0]
    two = parse_parameters("sample", {"n_components": 3, "perplexity": 5.0}, 500, 60)[0]
    assert str(to_json(one)) == str(to_json(two))
    assert to_json(PcaParameters()) == {
        "n_components": 10,
        "normalize": False,
        "standardize": False,
    }


def test_every_method_has_words_for_the_screen():
    assert set(METHODS) == set(PARAMETERS)
    for name, method in METHODS.items():
        assert method.name == name
        assert method.sentence.endswith(".")
        assert method.parameters is PARAMETERS[name]
        assert all(rule.label and rule.help for rule in rules(name).values())
