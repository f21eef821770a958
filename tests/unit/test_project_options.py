"""Options of the command `project` become the parameters that the API takes."""

import pytest

from dashboard.command_line import build_parser
from dashboard.project import read_options
from data.errors import ParameterError
from data.projections.parameters import parse_parameters


def read(method, *options):
    given = vars(build_parser().parse_args(["project", "words", "--method", method, *options]))
    return read_options(method, given)


@pytest.mark.parametrize(
    ("method", "options", "expected"),
    [
        ("umap", ("--n-neighbors", "30", "--n-epochs", "null"), {"n_neighbors": 30}),
        ("tsne", ("--perplexity", "7.5"), {"perplexity": 7.5}),
        ("columns", ("--columns", "size,2"), {"columns": ["size", 2]}),
        ("custom_axes", ("--axes", '[{"left": {"text": "a"}, "right": {"text": "b"}}]'), {}),
    ],
)
def test_are_legal_parameters(method, options, expected):
    given = read(method, *options)
    assert expected.items() <= given.items()
    parse_parameters(method, given, 1_000, 10)


@pytest.mark.parametrize(
    ("method", "options", "message"),
    [
        ("umap", ("--perplexity", "40"), "--perplexity is no option of umap; it is one of tsne."),
        ("custom_axes", ("--axes", "a to b"), "--axes is no JSON"),
    ],
)
def test_that_mean_nothing_are_refused(method, options, message):
    with pytest.raises(ParameterError, match=message):
        read(method, *options)
