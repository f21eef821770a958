"""Checkpoints of TensorFlow: real files, round trips with a writer of the tests, damage."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import ChooseTensorError, ProjectorError, ReadError
from data.limits import Limits
from data.readers.checkpoint import parse_bundle
from data.readers.checkpoint_variable import Variable, offered
from data.readers.level_table import LevelTable
from data.readers.tensor_file import ReadOptions, read_tensor
from tests import checkpoint_writer as writer
from tests.checkpoint_writer import write_checkpoint, write_first_version
from tests.shared_data import shared_data

FOLDER = shared_data()
KINDS = sorted(writer.TYPES)
needs_real_data = pytest.mark.skipif(FOLDER is None, reason="the shared data is not here")


def read(path: Path, key: str | None = None) -> np.ndarray:
    return read_tensor(path, path.name, ReadOptions(tensor=key), Limits()).tensor


def real_tensors() -> list[Any]:
    if FOLDER is None:
        return []
    entries = json.loads((FOLDER / "expected.json").read_text())["entries"]
    return [
        pytest.param(FOLDER / run / f"{step['prefix']}.index", step["tensors"], id=step["prefix"])
        for run, entry in entries.items()
        for step in entry.get("checkpoints", {}).values()
    ]


@pytest.mark.parametrize(("index", "tensors"), real_tensors())
def test_files_of_tensorflow_read_exactly(index: Path, tensors: dict[str, Any]) -> None:
    variables = {v.key: v for v in parse_bundle(index.read_bytes(), index.name).variables}
    assert set(variables) == set(tensors)
    for key, tensor in tensors.items():
        variable = variables[key]
        assert (list(variable.shape), variable.type.name) == (tensor["shape"], tensor["dtype"])
        assert variable.is_matrix == tensor["projectable"]
        if "/.OPTIMIZER_SLOT/" in key or key.endswith(("/Adam", "/Adam_1")):
            assert variable.is_folded_away(variables)
        elif tensor["projectable"]:
            assert not variable.is_folded_away(variables)
        if tensor["projectable"]:
            values = read(index, key).astype("<f4")
            assert hashlib.sha256(values).hexdigest() == tensor["float32_sha256"]


@needs_real_data
@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("ckpt_flipped_data", ("checksum", "embedding/.ATTRIBUTES", "data-00000-of-00001")),
        ("ckpt_flipped_index", ("checksum", "embedding.ckpt-1.index")),
        ("ckpt_truncated_shard", ("past the end", "embedding/.ATTRIBUTES", "data-00000-of-00001")),
        ("ckpt_missing_shard", ("missing", "embedding.ckpt-1.data-00000-of-00001")),
    ],
)
def test_damage_is_named(case: str, words: tuple[str, ...]) -> None:
    with pytest.raises(ReadError) as raised:
        read(FOLDER / "bad" / case / "embedding.ckpt-1.index")
    assert all(word in raised.value.message for word in words)


def cuts(size: int) -> st.SearchStrategy[list[slice]]:
    """Slices that fill an axis."""
    inner = st.lists(st.integers(1, size - 1), max_size=3, unique=True) if size > 1 else st.just([])
    return inner.map(
        lambda places: [
            slice(a, b) for a, b in zip([0, *sorted(places)], [*sorted(places), size], strict=True)
        ]
    )


def values_of(kind: str, shape: tuple[int, int], seed: int) -> np.ndarray:
    """Return values that a type and float32 both hold."""
    random = np.random.default_rng(seed)
    if kind == "bfloat16":
        bits = random.normal(size=shape).astype(np.float32).view(np.uint32)
        return (bits & 0xFFFF0000).view(np.float32)
    dtype = np.dtype(kind)
    if dtype.kind == "f":
        return random.normal(size=shape).astype(np.float16).astype(dtype)
    low = -100 if dtype.kind == "i" else 0
    return random.integers(low, 2 if kind == "bool" else 100, shape).astype(dtype)


@st.composite
def stored(draw: st.DrawFn) -> tuple[str, np.ndarray, list[writer.Part]]:
    kind, shape = draw(st.sampled_from(KINDS)), (draw(st.integers(1, 200)), draw(st.integers(1, 9)))
    rows, columns = draw(cuts(shape[0])), draw(cuts(shape[1]))
    parts = [(row, column) for row in rows for column in columns]
    return kind, values_of(kind, shape, draw(st.integers(0, 99))), parts


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(
    lambda name: not name.startswith("\0")
)


@settings(max_examples=60, deadline=None)
@given(
    tensors=st.dictionaries(names, stored(), min_size=1, max_size=5),
    n_shards=st.integers(1, 3),
    big_endian=st.booleans(),
    snappy=st.booleans(),
    block_size=st.sampled_from([1, 60, 4096]),
    restart=st.sampled_from([1, 2, 16]),
)
def test_what_is_written_is_read(
    tensors: dict[str, Any], n_shards: int, big_endian: bool, **options: int
) -> None:
    arrays = {name: array for name, (_, array, _) in tensors.items()}
    kinds = {name: kind for name, (kind, _, _) in tensors.items()}
    slices = {name: parts for name, (_, _, parts) in tensors.items() if len(parts) > 1}
    with tempfile.TemporaryDirectory() as folder:
        prefix = Path(folder) / "model-1"
        write_checkpoint(prefix, arrays, kinds, slices, n_shards, big_endian, **options)
        for name, array in arrays.items():
            found = read(prefix.with_name("model-1.index"), name)
            np.testing.assert_array_equal(found, array.astype(np.float32))


@settings(max_examples=40, deadline=None)
@given(
    tensors=st.dictionaries(names, stored(), min_size=1, max_size=3),
    snappy=st.booleans(),
    block_size=st.sampled_from([60, 4096]),
)
def test_first_version_is_read(tensors: dict[str, Any], **options: int) -> None:
    arrays = {name: array for name, (_, array, _) in tensors.items()}
    kinds = {name: kind for name, (kind, _, _) in tensors.items()}
    slices = {name: parts for name, (_, _, parts) in tensors.items()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.ckpt"
        write_first_version(path, arrays, kinds, slices, **options)
        for name, array in arrays.items():
            np.testing.assert_array_equal(read(path, name), array.astype(np.float32))


def test_first_version_in_several_files(tmp_path: Path) -> None:
    array = np.arange(40, dtype=np.float32).reshape(10, 4)
    for number, rows in enumerate((slice(0, 3), slice(3, 10))):
        path = tmp_path / f"model.ckpt-7-{number:05d}-of-00002.ckpt"
        write_first_version(path, {"x": array}, slices={"x": [(rows, slice(0, 4))]})
    np.testing.assert_array_equal(read(tmp_path / "model.ckpt-7-00000-of-00002.ckpt"), array)
    path.unlink()
    with pytest.raises(ReadError, match=r"model\.ckpt-7-00001-of-00002 is missing"):
        read(tmp_path / "model.ckpt-7-00000-of-00002.ckpt")


def test_only_real_matrices_are_offered_and_choosing_is_asked(tmp_path: Path) -> None:
    matrix = np.ones((3, 2), np.float32)
    names = ("a", "a/Adam", "a/Adam_1", "b/Adam", "model/optimizer/_variables/1", "model/c")
    arrays = dict.fromkeys(names, matrix) | {"vector": matrix[0], "cube": matrix[None]}
    write_checkpoint(tmp_path / "x", arrays)
    with pytest.raises(ChooseTensorError) as raised:
        read(tmp_path / "x.index")
    assert [choice["name"] for choice in raised.value.choices] == ["a", "b/Adam", "model/c"]
    assert read(tmp_path / "x.index", "a/Adam").shape == (3, 2)
    for key, words in (("cube", "3 axes"), ("nope", "no tensor 'nope'")):
        with pytest.raises(ReadError, match=words):
            read(tmp_path / "x.index", key)


def test_one_damaged_tensor_leaves_the_others(tmp_path: Path) -> None:
    arrays = {name: np.full((4, 3), number, np.float32) for number, name in enumerate("ab", 1)}
    write_checkpoint(tmp_path / "x", arrays)
    data = tmp_path / "x.data-00000-of-00001"
    content = bytearray(data.read_bytes())
    content[50] ^= 1
    data.write_bytes(content)
    assert read(tmp_path / "x.index", "a").max() == 1
    with pytest.raises(ReadError, match=r'"b" in x\.data-00000-of-00001'):
        read(tmp_path / "x.index", "b")


def test_names_of_version_2_are_unescaped() -> None:
    def name(key: str) -> str:
        return Variable(key, (), writer_type).name

    writer_type = parse_type("float32")
    assert name("my.Semb..table/.ATTRIBUTES/VARIABLE_VALUE") == "my/emb.table"
    assert name("a..S/b/.ATTRIBUTES/VARIABLE_VALUE") == "a.S/b"
    assert name("plain/name..S") == "plain/name..S"
    assert offered([Variable("x", (0, 3), writer_type)]) == []


def parse_type(name: str) -> Any:
    from data.readers.checkpoint_types import stored_type

    return stored_type(writer.TYPES[name])


def test_all_bytes_of_eight_bit_floats() -> None:
    from data.readers.checkpoint_types import STORED_TYPES

    raw = np.arange(256, dtype=np.uint8)
    e5m2, e4m3 = STORED_TYPES[24].values(raw), STORED_TYPES[25].values(raw)
    assert (e5m2[0x3C], e5m2[0xBC], e5m2[0x7B]) == (1, -1, 57344)
    assert (e4m3[0x38], e4m3[0xB8], e4m3[0x7E], e4m3[1]) == (1, -1, 448, 2**-9)
    assert np.isnan(e4m3[[0x7F, 0xFF]]).all()


def hostile_tables() -> dict[str, bytes]:
    handle = writer.varint(0) + writer.varint(2**40)
    footer = (handle + handle).ljust(40, b"\0") + bytes.fromhex("57fb808b247547db")
    entry = writer.field(1, 1) + writer.field(2, writer.shape_message((10**6, 10**6)))
    header = writer.field(1, 1)
    return {
        "block far away": b"x" * 100 + footer,
        "tiny": footer[:20],
        "huge shape": writer.table({b"": header, b"a": entry}),
        "negative size": writer.table({b"": header, b"a": entry + writer.field(5, -1)}),
        "negative shape": writer.table(
            {b"": header, b"a": writer.field(1, 1) + writer.field(2, writer.shape_message((-1, 2)))}
        ),
        "no such shard": writer.table({b"": header, b"a": entry + writer.field(3, 2**31 - 1)}),
        "byte order that is no number": writer.table({b"": header + writer.field(2, b"x")}),
        "group": writer.table({b"": b"\x0b\x0c"}),
        "slice that is not there": writer.table(
            {b"": header, b"a": entry + writer.field(7, writer.field(1, writer.field(2, 3)) * 2)}
        ),
    }


@pytest.mark.parametrize("name", hostile_tables())
def test_hostile_index_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "x.index").write_bytes(hostile_tables()[name])
    (tmp_path / "x.data-00000-of-00001").write_bytes(bytes(100))
    with pytest.raises(ProjectorError) as raised:
        read(tmp_path / "x.index")
    assert "x.index" in raised.value.message


def test_keys_that_repeat_a_long_beginning_are_bounded() -> None:
    # Each entry of 4 bytes repeats a key of 60,000: a block of 400 kB would make 6 GB of them.
    first = writer.varint(0) + writer.varint(60_000) + b"\0" + b"k" * 60_000
    block = first + (writer.varint(60_000) + b"\1\0x") * 100_000 + bytes(4) + b"\1\0\0\0"
    handle, content = writer._stored(b"", block, False)
    index, content = writer._stored(content, writer._block({b"z": handle}, 1), False)
    footer = (handle + index).ljust(40, b"\0") + bytes.fromhex("57fb808b247547db")
    with pytest.raises(ReadError, match="pass"):
        sum(1 for _ in LevelTable(content + footer, "x.index").items())


def test_pytorch_checkpoint_is_a_pickle(tmp_path: Path) -> None:
    (tmp_path / "last.ckpt").write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(ReadError, match="pickle: not opened"):
        read(tmp_path / "last.ckpt")
