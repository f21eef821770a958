"""The kind of a metadata column, as a person chooses it for everybody."""

from __future__ import annotations

import pytest

from callbacks.view import colored
from data import column_kinds
from data.dataset import Column
from data.errors import ParameterError
from data.parsing import MetadataRequest, Source


def kinds(record):
    return {column.name: column.kind for column in record.columns}


def test_a_text_that_is_a_code_can_be_made_to_color(services, small):
    assert kinds(small)["word"] == "text"
    assert colored(services.datasets.open(small.id), "word", "auto")[0]["kind"] == "none"
    record = services.metadata.set_kind(small.id, "word", "categorical")
    assert record.column("word") == Column("word", "categorical", 60, by_content="text")
    assert record.metadata_revision == small.metadata_revision
    coloring, legend, _, _ = colored(services.datasets.open(small.id), "word", "auto")
    assert (coloring["kind"], len(legend)) == ("categorical", 60)


def test_the_kind_by_content_comes_back(services, small):
    services.metadata.set_kind(small.id, "word", "categorical")
    assert services.metadata.set_kind(small.id, "word", None) == small
    services.metadata.set_kind(small.id, "size", "text")
    # Choosing what it is anyway is no choice.
    assert services.metadata.set_kind(small.id, "size", "numeric") == small


def test_numbers_with_gaps_can_be_shown_on_a_scale(services, small, tmp_path):
    lines = ["label\tdose", *(f"p{i}\t{'n/a' if i % 2 else i * 1.5}" for i in range(60))]
    (tmp_path / "m.tsv").write_text("\n".join(lines))
    added = MetadataRequest(Source(tmp_path / "m.tsv", "m.tsv"))
    record = services.metadata.add(small.id, added)
    assert kinds(record)["dose"] != "numeric"
    services.metadata.set_kind(small.id, "dose", "numeric")
    coloring, legend, _, _ = colored(services.datasets.open(small.id), "dose", "auto")
    assert (coloring["kind"], coloring["low"], coloring["high"]) == ("numeric", 0.0, 87.0)
    assert "30 without a value" in str(legend[-1].children)


@pytest.mark.parametrize(
    ("column", "kind", "said"),
    [
        ("word", "numeric", "holds no numbers"),
        ("nope", "text", "no metadata column 'nope'"),
        ("word", "colors", "A kind is categorical, numeric, text"),
        ("word", ["text"], "A kind is"),
    ],
)
def test_what_cannot_be_is_refused(services, small, column, kind, said):
    with pytest.raises(ParameterError, match=said):
        services.metadata.set_kind(small.id, column, kind)
    assert services.datasets.record(small.id) == small


def test_too_many_classes_are_refused_with_the_number(services, small, monkeypatch):
    monkeypatch.setattr(column_kinds, "MAX_CLASSES", 59)
    with pytest.raises(ParameterError, match="60 different values; classes are at most 59"):
        services.metadata.set_kind(small.id, "word", "categorical")


def test_chosen_kinds_stay_when_the_metadata_are_replaced(services, small, tmp_path):
    for name, kind in (("word", "categorical"), ("group", "text"), ("size", "categorical")):
        services.metadata.set_kind(small.id, name, kind)
    lines = ["word\tgroup\tother", *(f"w{i}\tg{i % 2}\t{i}" for i in range(60))]
    (tmp_path / "m.tsv").write_text("\n".join(lines))
    added = MetadataRequest(Source(tmp_path / "m.tsv", "m.tsv"))
    record = services.metadata.add(small.id, added)
    assert kinds(record) == {"word": "categorical", "group": "text", "other": "numeric"}
