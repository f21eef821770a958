"""Tables of the many countries where one half is written 0,5."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from data.errors import ReadError
from data.limits import Limits
from data.metadata import Metadata, describe_column
from data.parsing import MetadataRequest, ParseRequest, Source
from data.readers.glance import glance
from data.readers.metadata_file import read_metadata
from data.readers.tensor_file import ReadOptions, TensorFile, read_tensor


def read(folder: Path, text: str, name: str = "v.csv") -> TensorFile:
    (folder / "upload").write_text(text)
    return read_tensor(folder / "upload", name, ReadOptions(), Limits())


def comma(value: float) -> str:
    return str(float(value)).replace(".", ",")


FORMS = st.sampled_from([("v.csv", ";"), ("v.csv", "\t"), ("v.tsv", "\t"), ("v.tsv", ";")])


@settings(max_examples=60, deadline=None)
@given(
    hnp.arrays(
        np.float32,
        st.tuples(st.integers(1, 6), st.integers(2, 6)),
        elements=st.floats(-1e6, 1e6, width=32),
    ),
    st.booleans(),
    FORMS,
)
def test_numbers_with_decimal_commas_come_back(tmp_path_factory, array, has_heading, form) -> None:
    name, delimiter = form
    lines = [[f"Spalte {j}" for j in range(array.shape[1])]] if has_heading else []
    lines += [[comma(value) for value in row] for row in array]
    text = "".join(delimiter.join(line) + "\n" for line in lines)
    found = read(tmp_path_factory.mktemp("v"), text, name)
    np.testing.assert_array_equal(found.tensor, array)


def test_words_beside_them_become_metadata_and_it_is_said(tmp_path: Path) -> None:
    found = read(tmp_path, "Wort;x;y;Art\nrot;0,5;-1,25;Farbe\nblau;1,5e1;3;Farbe\n")
    assert found.tensor.tolist() == [[0.5, -1.25], [15, 3]]
    assert found.metadata.to_pydict() == {"Wort": ["rot", "blau"], "Art": ["Farbe", "Farbe"]}
    assert "Commas were read as decimal commas: 0,5 is 0.5." in found.notes
    assert found.warnings == ()


def test_without_a_heading_semicolons_still_separate(tmp_path: Path) -> None:
    found = read(tmp_path, "rot;0,5;-1,25\nblau;1,5;3,0\n")
    assert found.tensor.tolist() == [[0.5, -1.25], [1.5, 3]]
    assert found.format == "Table separated by semicolons"


def test_quoted_ones_are_read_between_commas(tmp_path: Path) -> None:
    found = read(tmp_path, 'Wort,x,y\nrot,"0,5","-1,25"\nblau,"1,5","3,0"\n')
    assert found.tensor.tolist() == [[0.5, -1.25], [1.5, 3]]


def test_what_may_be_thousands_is_said_or_left_alone(tmp_path: Path) -> None:
    found = read(tmp_path, "x;y\n1,234;5,678\n2,345;6,789\n")
    np.testing.assert_allclose(found.tensor, [[1.234, 5.678], [2.345, 6.789]])
    assert "thousands" in found.warnings[0]
    assert "1,234 is 1.234" in found.warnings[0]
    text = 'x,y,sold\n1.5,2,"1,234"\n3.5,4,"2,345"\n'
    found = read(tmp_path, text)
    assert found.tensor.tolist() == [[1.5, 2], [3.5, 4]]
    assert found.metadata.to_pydict() == {"sold": ["1,234", "2,345"]}


def test_a_table_with_decimal_points_keeps_them(tmp_path: Path) -> None:
    found = read(tmp_path, "x;y;price\n0.5;1.5;1,5\n2.5;3.5;2,5\n")
    assert found.tensor.tolist() == [[0.5, 1.5], [2.5, 3.5]]
    assert found.metadata.to_pydict() == {"price": ["1,5", "2,5"]}
    assert read(tmp_path, "a;b,1,2\nc;d,3,4\n").tensor.tolist() == [[1, 2], [3, 4]]


def test_a_bad_cell_among_them_is_named(tmp_path: Path) -> None:
    text = "x;y\n" + "0,5;1,5\n" * 5 + "0,5;1.5\n"
    with pytest.raises(ReadError, match=r"line 7, column 2 \(y\): '1\.5' is not a number"):
        read(tmp_path, text)


@pytest.mark.parametrize(
    "text", ["Wort;x;y\nrot;0,5;-1,25\nblau;1,5;3\n", "rot;0,5;1,5\nblau;2,5;3,5\n"]
)
def test_a_glance_counts_the_same(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    with (tmp_path / "upload").open("rb") as file:
        assert glance(file, "v.csv", None, float("inf")).shape == found.tensor.shape


def test_metadata_without_a_heading_are_separated_by_semicolons(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("a;1,5\nb;2,25\nc;3,5\n")
    found = read_metadata(tmp_path / "m.csv", "m.csv", 3, Limits(), header=False)
    assert found.table.to_pydict() == {
        "column 1": ["a", "b", "c"],
        "column 2": ["1,5", "2,25", "3,5"],
    }


def column(*values: str | None) -> pa.StringArray:
    return pa.array(values, pa.string())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1e9, 1e9), min_size=1))
def test_a_metadata_column_of_decimal_commas_is_a_column_of_numbers(values: list[float]) -> None:
    # One that cannot mean thousands.
    values = [*values, 0.5]
    texts = column(*map(comma, values), None)
    metadata = Metadata(pa.table({"n": texts}))
    np.testing.assert_array_equal(metadata.numbers("n"), [*values, np.nan])
    assert metadata.column("n").equals(texts)
    assert describe_column(texts)[2]


def test_numbers_with_decimal_commas_are_classes_where_few_of_them_are_whole() -> None:
    texts = column("2,0", "10,0", "-1,0", "2,0")
    assert describe_column(texts) == ("categorical", 3, True)
    assert Metadata(pa.table({"n": texts})).classes("n")[0] == ["-1,0", "2,0", "10,0"]
    assert describe_column(column("0,5", "1,25e-3", "7")) == ("numeric", 3, True)
    assert describe_column(column("1,234", "1,2", "5,678")) == ("numeric", 3, True)


@pytest.mark.parametrize(
    "values",
    [
        ("1,234", "5,678", "12"),
        ("1,234,567", "1,5"),
        ("1.234,5", "1,5"),
        ("1.234", "1,5"),
        ("0.5", "1,5"),
        ("1,5", "2,5", "red, blue"),
        ("1,5", "2,5,3"),
        ("01,5", "02,5"),
        ("1, 5", "2, 5"),
        (",", "1,5"),
    ],
)
def test_thousands_lists_and_texts_with_commas_stay_texts(values: tuple[str, ...]) -> None:
    texts = column(*values)
    assert describe_column(texts)[2] is False
    read = Metadata(pa.table({"n": texts})).numbers("n")
    assert not np.isfinite(read[["," in value for value in values]]).any() or "01,5" in values


def test_columns_of_decimal_commas_are_said(tmp_path: Path, services) -> None:
    np.save(tmp_path / "v.npy", np.eye(3, dtype=np.float32))
    lines = ["Wort;Länge;Preis;Menge", "rot;1,5;2,75;1,200", "blau;2;3,5;2,400", "grün;;4;3,100"]
    (tmp_path / "m.csv").write_text("\n".join(lines) + "\n")
    source = Source(tmp_path / "m.csv", "m.csv")
    record = services.datasets.add(ParseRequest(Source(tmp_path / "v.npy", "v.npy"), source))
    assert [column.is_number for column in record.columns] == [False, True, True, False]
    said = 'Commas were read as decimal commas in "Länge", "Preis": 1,5 is 1.5.'
    assert [note for note in record.notes if "ecimal" in note] == [said]
    (tmp_path / "m.csv").write_text("Breite;Art\n1,5;a\n2,5;b\n3,5;c\n")
    record = services.metadata.add(record.id, MetadataRequest(source))
    assert 'Commas were read as decimal commas in "Breite": 1,5 is 1.5.' in record.notes
