from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import LimitError, MetadataLengthError, ProjectorError, ReadError
from data.limits import Limits
from data.readers.metadata_file import MetadataFile, read_metadata

LIMITS = Limits()
CELLS = st.text(
    st.characters(blacklist_characters="\t\n\r", blacklist_categories=["Cs"]), max_size=8
)


def read(
    folder: Path, text: str | bytes, n_rows: int, name: str = "m.tsv", limits: Limits = LIMITS
) -> MetadataFile:
    path = folder / "upload"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_metadata(path, name, n_rows, limits)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8))
def test_every_cell_of_a_tsv_keeps_its_spelling(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]
) -> None:
    text = "a\tb\tc\n" + "".join("\t".join(row) + "\n" for row in rows)
    table = read(tmp_path_factory.mktemp("m"), text, len(rows)).table
    for place, name in enumerate("abc"):
        assert table.column(name).to_pylist() == [row[place] or None for row in rows]
        assert table.schema.field(name).type == pa.string()


def test_one_column_has_no_heading(tmp_path: Path) -> None:
    assert read(tmp_path, "7\n2\n\n1\n", 4).table.to_pydict() == {"label": ["7", "2", None, "1"]}


def test_one_line_too_many_in_one_column_is_a_heading_with_a_warning(tmp_path: Path) -> None:
    found = read(tmp_path, "word\na\nb\n", 2)
    assert found.table.to_pydict() == {"word": ["a", "b"]}
    assert "'word' was taken as the heading" in found.warnings[0]


def test_blank_end_is_dropped_and_blank_label_is_kept(tmp_path: Path) -> None:
    assert read(tmp_path, "a\tb\n1\t2\n\n\n", 1).warnings == ()
    assert read(tmp_path, "x\n\n", 2).table.to_pydict() == {"label": ["x", None]}


@pytest.mark.parametrize("text", ["a\tb\n1\t2\n", "a\tb\n" + "1\t2\n" * 5, "a\tb\n", "x\n"])
def test_another_number_of_rows_is_an_error_with_both_numbers(tmp_path: Path, text: str) -> None:
    with pytest.raises(MetadataLengthError, match="3 points"):
        read(tmp_path, text, 3)


def test_ragged_rows_never_shift_and_are_named(tmp_path: Path) -> None:
    found = read(tmp_path, "a\tb\n1\n2\t3\t4\n5\t6\n", 3)
    assert found.table.to_pydict() == {"a": ["1", "2", "5"], "b": [None, "3", "6"]}
    assert "1 line (2) has fewer" in found.warnings[0]
    assert "1 line (3) has more" in found.warnings[1]


def test_equal_and_empty_headings_become_different(tmp_path: Path) -> None:
    found = read(tmp_path, "a\ta\t\ta (2)\n1\t2\t3\t4\n", 1)
    assert found.table.column_names == ["a", "a (3)", "column 3", "a (2)"]
    assert found.warnings


def test_vertical_tab_form_feed_and_nel_are_no_line_ends(tmp_path: Path) -> None:
    label = "a\vb\fc\x85d\u2028e\x1cf"
    assert read(tmp_path, f"{label}\nx\n", 2).table.to_pydict() == {"label": [label, "x"]}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_line_ends_and_encodings_leave_no_trace(
    tmp_path: Path, line_end: str, encoding: str
) -> None:
    text = line_end.join(["a\tb", "é\t1", "y\t2", ""])
    found = read(tmp_path, text.encode(encoding), 2)
    assert found.table.to_pydict() == {"a": ["é", "y"], "b": ["1", "2"]}
    assert found.warnings == ()


def test_windows_text_is_decoded_with_a_warning_that_names_the_line(tmp_path: Path) -> None:
    found = read(tmp_path, "a\tb\nx\t1\nnaïve €\t2\n".encode("cp1252"), 2)
    assert found.table.to_pydict()["a"] == ["x", "naïve €"]
    assert "line 3" in found.warnings[0]


def test_csv_keeps_quoted_delimiters_and_line_ends(tmp_path: Path) -> None:
    found = read(tmp_path, 'a,b\r\n"x, ""y""\nz",007\r\n,2\r\n', 2, "m.csv")
    assert found.table.to_pydict() == {"a": ['x, "y"\nz', None], "b": ["007", "2"]}


def test_semicolons_separate_a_csv_that_has_them(tmp_path: Path) -> None:
    assert read(tmp_path, "a;b\n1,5;2\n", 1, "m.csv").table.to_pydict() == {
        "a": ["1,5"],
        "b": ["2"],
    }


def test_comma_in_a_label_of_a_text_file_is_no_delimiter(tmp_path: Path) -> None:
    found = read(tmp_path, "Paris, France\nRome\n", 2, "m.txt")
    assert found.table.to_pydict() == {"label": ["Paris, France", "Rome"]}


def test_quotes_mean_nothing_in_tsv(tmp_path: Path) -> None:
    assert read(tmp_path, '"a\nb"\n', 2).table.to_pydict() == {"label": ['"a', 'b"']}


def test_limits_are_named(tmp_path: Path) -> None:
    with pytest.raises(LimitError, match="metadata_columns is 2"):
        read(tmp_path, "a\tb\tc\n1\t2\t3\n", 1, limits=replace(LIMITS, metadata_columns=2))
    found = read(tmp_path, "x" * 50 + "\n", 1, limits=replace(LIMITS, metadata_cell_bytes=10))
    assert found.table.to_pydict() == {"label": ["x" * 50]}
    assert "metadata_cell_bytes" in found.notes[0]


def test_other_kinds_of_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="kind"):
        read(tmp_path, "a", 1, "m.png")
    with pytest.raises(ReadError, match="empty"):
        read(tmp_path, "", 1)
    with pytest.raises(ReadError, match="binary"):
        read(tmp_path, bytes(range(256)) * 20, 1)


@settings(max_examples=150, deadline=None)
@given(raw=st.binary(max_size=60), suffix=st.sampled_from([".tsv", ".csv", ".txt"]))
def test_any_bytes_are_read_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes, suffix: str
) -> None:
    with contextlib.suppress(ProjectorError):
        assert read(tmp_path_factory.mktemp("m"), raw, 2, f"m{suffix}").table.num_rows == 2


def test_typed_tables_describe_points_too(tmp_path: Path) -> None:
    table = pa.table({"word": ["a", None], "n": [1, 2], "half": [0.5, None], "v": [[1.0], [2.0]]})
    expected = {"word": ["a", None], "n": ["1", "2"], "half": ["0.5", None]}
    pq.write_table(table, tmp_path / "m.parquet")
    pyarrow.feather.write_feather(table, tmp_path / "m.feather")
    for name in ("m.parquet", "m.feather"):
        found = read_metadata(tmp_path / name, name, 2, LIMITS)
        assert found.table.to_pydict() == expected
        assert "left out: v" in found.notes[0]
    text = '{"word": "a", "n": 1, "half": 0.5}\n{"word": "", "n": 2}\n'
    assert read(tmp_path, text, 2, "m.jsonl").table.to_pydict() == expected
    array = f"[{text.strip().replace(chr(10), ',')}]"
    assert read(tmp_path, array, 2, "m.json").table.to_pydict() == expected
    for name in ("m.jsonl", "m.json"):
        with pytest.raises(MetadataLengthError, match="has 2 rows, the tensor has 3 points"):
            read(tmp_path, text if name == "m.jsonl" else array, 3, name)
        with pytest.raises(ReadError):
            read(tmp_path, "[3]", 1, name)
