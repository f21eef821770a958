"""The config of a log directory, in both of its forms."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest

from data.errors import LimitError, ProjectorError, ReadError
from data.readers.projector_config import (
    MAX_BYTES,
    MAX_ENTRIES,
    Entry,
    ProjectorConfig,
    is_config_name,
    read_config,
)

NAME = "projector_config.pbtxt"
ALL_FIELDS = """\
model_checkpoint_path: "model.ckpt-5"
model_checkpoint_dir: "checkpoints"
embeddings {
  tensor_name: "words:0"
  metadata_path: "words.tsv"
  bookmarks_path: "bookmarks.txt"
  tensor_shape: 150
  tensor_shape: 4
  sprite {
    image_path: "words.png"
    single_image_dim: 28
    single_image_dim: 20
  }
  tensor_path: "words.bytes"
}
"""
ENTRY = Entry(
    tensor_name="words:0",
    tensor_path="words.bytes",
    tensor_shape=(150, 4),
    metadata_path="words.tsv",
    bookmarks_path="bookmarks.txt",
    image_path="words.png",
    single_image_dim=(28, 20),
)
SAME_AS_JSON = {
    "modelCheckpointPath": "model.ckpt-5",
    "modelCheckpointDir": "checkpoints",
    "embeddings": [
        {
            "tensorName": "words:0",
            "tensorShape": [150, 4],
            "tensorPath": "words.bytes",
            "metadataPath": "words.tsv",
            "bookmarksPath": "bookmarks.txt",
            "sprite": {"imagePath": "words.png", "singleImageDim": [28, 20]},
        }
    ],
}


def read(text: str, name: str = NAME) -> ProjectorConfig:
    return read_config(text.encode(), name)


def entry(text: str) -> Entry:
    (found,) = read(f"embeddings {{ {text} }}").entries
    return found


@pytest.mark.parametrize("text", [ALL_FIELDS, json.dumps(SAME_AS_JSON)], ids=["pbtxt", "json"])
def test_all_fields(text):
    name = NAME if text is ALL_FIELDS else "my_projector_config_2.json"
    assert read(text, name) == ProjectorConfig((ENTRY,), "model.ckpt-5", "checkpoints")
    # What an editor on Windows makes of it.
    assert read("\ufeff" + text.replace("\n", "\r\n"), name).entries == (ENTRY,)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("tensor_name: 'single'", "tensor_name", "single"),
        ('tensor_name: "in " "two" \n "parts"', "tensor_name", "in twoparts"),
        (r'tensor_name: "a\"b\\c\td\'"', "tensor_name", "a\"b\\c\td'"),
        (r'tensor_name: "\303\251 \xc3\xa9 \u00e9 \U0001F600"', "tensor_name", "é é é 😀"),
        ('tensor_name: "é 日本"', "tensor_name", "é 日本"),
        ('tensor_name: "# no comment" # a comment\n', "tensor_name", "# no comment"),
        ('tensor_name: "first", tensor_name: "last";', "tensor_name", "last"),
        ("tensor_shape: [3, 0x10]", "tensor_shape", (3, 16)),
        ("tensor_shape: 3 tensor_shape: 2.0", "tensor_shape", (3, 2)),
        ("tensor_shape: []", "tensor_shape", ()),
        ('sprite < image_path: "a.png" >', "image_path", "a.png"),
        ('sprite: { image_path: "a.png" }', "image_path", "a.png"),
        ('sprite: [{ image_path: "a.png" }]', "image_path", "a.png"),
        ('sprite { image_path: "a.png" } sprite { single_image_dim: 9 }', "single_image_dim", (9,)),
    ],
)
def test_spellings_of_the_text_format(text, field, value):
    assert getattr(entry(text), field) == value


def test_unknown_fields_are_ignored_and_noted():
    text = 'tensor_name: "a"\n colour: RED\n [some.extension]: -1.5e3f\n'
    text += ' deeper { a { b: [1, 2] } } metadata_kind: "x" metadata_kind: "y"'
    config = read(f"embeddings {{ {text} }}")
    assert config.entries == (Entry(tensor_name="a"),)
    assert [note.split(":")[1].split(" is ")[0].strip() for note in config.notes] == [
        "colour",
        "[some.extension]",
        "deeper",
        "metadata_kind",
    ]
    assert config.notes[0] == f"{NAME}, line 2: colour is not known and was ignored."
    config = read(
        '{"embeddings": [{"tensorName": "a", "newThing": {"x": 1}}]}', "projector_config.json"
    )
    assert config.entries == (Entry(tensor_name="a"),)
    assert "embeddings[0].newThing: new_thing is not known" in config.notes[0]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('embeddings {\n  tensor_name: "a\n}', "line 2: a closing quote"),
        ("embeddings {\n  tensor_name: a.tsv\n}", "line 2"),
        ("embeddings {\n  tensor_name: word\n}", "line 2: tensor_name must be a text in quotes"),
        ('embeddings {\n  tensor_name: "a"\n', "begins in line 1 is missing"),
        ("embeddings {\n}\n}", "line 3"),
        ("embeddings <\n}", "line 2"),
        ('embeddings {\n  tensor_name "a"\n}', "line 2: tensor_name must be followed by ':'"),
        ("embeddings {\n\n  tensor_shape: -1\n}", "line 3: tensor_shape must be a whole number"),
        ("embeddings {\n  tensor_shape: 1.5\n}", "line 2"),
        (f"embeddings {{\n  tensor_shape: {'9' * 6000}\n}}", "line 2"),
        ("embeddings {\n  tensor_shape: [1 2]\n}", "line 2: ',' is expected"),
        ('embeddings: "a"', "line 1: embeddings must be a message"),
        ("embeddings { sprite: 3 }", "line 1: sprite must be a message"),
        ("\x00\x01\x02", "line 1"),
        ("a {" * 100, "messages inside each other"),
        ("model_checkpoint_path:", "the end of the file"),
        ("[ext", "line 1"),
    ],
)
def test_mistakes_name_the_file_and_the_line(text, where):
    with pytest.raises(ReadError) as caught:
        read(text)
    assert caught.value.message.startswith(NAME)
    assert where in caught.value.message


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"embeddings": [\n{"tensorName": }]}', "line 2"),
        ("[1, 2]", "line 1"),
        ('{"embeddings": [{}, {"tensorShape": ["a"]}]}', "embeddings[1].tensorShape[0]"),
        ('{"embeddings": [{"tensorShape": [[1], 2]}]}', "embeddings[0].tensorShape[0]"),
        ('{"embeddings": [{"tensorName": true}]}', "embeddings[0].tensorName"),
        ('{"embeddings": [{"tensorShape": [true]}]}', "embeddings[0].tensorShape[0]"),
        ('{"embeddings": [{"tensorShape": [NaN, Infinity]}]}', "embeddings[0].tensorShape[0]"),
        ('{"embeddings": ["a"]}', "embeddings[0]"),
        (f'{{"embeddings": {"9" * 6000}}}', "not JSON"),
        ('{"a":' * 100_000, "not JSON"),
    ],
)
def test_mistakes_in_json_name_the_place(text, where):
    with pytest.raises(ReadError) as caught:
        read(text, "projector_config.json")
    assert caught.value.message.startswith("projector_config.json")
    assert where in caught.value.message


def test_missing_values_of_json():
    text = '{"embeddings": [{"tensorName": null, "sprite": null}, {}], "modelCheckpointPath": null}'
    assert read(text, "projector_config.json").entries == (Entry(), Entry())


def test_no_utf8_and_empty():
    with pytest.raises(ReadError, match="line 2: this is not UTF-8"):
        read_config(b'embeddings {\n tensor_name: "\xe9" }', NAME)
    assert read("") == read("# nothing\n") == ProjectorConfig()


def test_too_much():
    with pytest.raises(LimitError, match="larger"):
        read_config(b" " * (MAX_BYTES + 1), NAME)
    with pytest.raises(LimitError, match="10,001 entries"):
        read("embeddings{}" * (MAX_ENTRIES + 1))


def test_cut_and_mixed_up_configs_are_read_or_refused():
    for i in range(len(ALL_FIELDS)):
        for text in (ALL_FIELDS[:i], ALL_FIELDS[:i] + ALL_FIELDS[i + 1 :], ALL_FIELDS[i:]):
            with suppress(ProjectorError):
                read(text)


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("projector_config.pbtxt", True),
        ("projector_config.json", True),
        ("oss_demo_projector_config.json", True),
        ("my_projector_config.pbtxt", False),
        ("projector_config.pbtxt~", False),
        ("config.json", False),
    ],
)
def test_names_of_configs(name, is_one):
    assert is_config_name(name) is is_one
