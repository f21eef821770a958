"""The options of the command line, made from the table of settings."""

from __future__ import annotations

import argparse
from dataclasses import fields
from typing import Any

from dashboard.setting import LISTS, Setting
from dashboard.settings import SETTINGS
from data.projections.parameter_table import PcaParameters, TsneParameters, UmapParameters

EPILOG = "Every option can also be set in the environment, such as EMBEDDING_DASHBOARD_PORT=8050."

# Options of `add` beside the settings: name, placeholder, help.
ADD_OPTIONS = (
    ("--metadata", "FILE", "what is known about the points: .tsv or .csv"),
    ("--sprite", "FILE|DIR", "sheet of thumbnails (PNG, JPEG, WebP), zip or folder of images"),
    ("--sprite-size", "WxH", "pixels of one thumbnail, such as 28x28"),
    ("--name", "NAME", "what people see; the file's name unless given"),
    ("--tensor", "NAME", "which array to open when the file holds several"),
    ("--columns", "A,B,...", "the vector columns of a table; the others become metadata"),
    ("--n-dims", "D", "dimensions of a raw .bytes file"),
    ("--drop-invalid-rows", "1|0", "leave out rows with missing or infinite values (1), or refuse"),
)

# What `project` computes from numbers and words. The table of all methods would import numpy.
METHODS: dict[str, type[Any]] = {
    "pca": PcaParameters,
    "tsne": TsneParameters,
    "umap": UmapParameters,
}
# What it shows as it is told: name, placeholder, help.
TOLD_OPTIONS = (
    (
        "--axes",
        "JSON",
        'custom_axes: one to three axes, such as [{"left": {"text": "bad"}, "right": {"text": '
        '"good", "column": "word", "regex": false}}]',
    ),
    ("--empty-axis", "WHAT", "custom_axes: component or jitter, where Y is not given"),
    ("--columns", "A,B,...", "columns: two or three metadata columns or dimensions, from 0"),
)


def build_parser() -> argparse.ArgumentParser:
    """Build the parser; it only takes the line apart, values are read with the settings."""
    parser = argparse.ArgumentParser(
        prog="embedding-dashboard",
        usage="%(prog)s [option ...]\n       %(prog)s add FILE [option ...]\n"
        "       %(prog)s project DATASET [option ...]",
        description="Look at embeddings in the browser: start the server.",
        epilog=EPILOG,
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    for setting in SETTINGS:
        _add_option(parser, setting)
    commands = parser.add_subparsers(
        dest="command", metavar="add FILE | project DATASET", title="other commands"
    )
    adding = commands.add_parser(
        "add",
        prog="embedding-dashboard add",
        help="add a dataset from files instead of starting the server; see add --help",
        description="Add a dataset from files; a running server shows it at once.",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    adding.add_argument(
        "file",
        metavar="FILE",
        help="vectors: .npy, .tsv, .parquet, .safetensors, .h5 and more; see the README",
    )
    for option, placeholder, text in ADD_OPTIONS:
        adding.add_argument(option, metavar=placeholder, help=text)
    for setting in SETTINGS:
        if setting.name == "data_dir" or setting.is_limit:
            _add_option(adding, setting)
    _add_project(commands)
    return parser


def _add_project(commands: Any) -> None:
    """Add the command that computes a projection; its options are the methods' parameters."""
    projecting = commands.add_parser(
        "project",
        prog="embedding-dashboard project",
        help="compute a projection of a dataset, or follow one that runs; see project --help",
        description="Compute a projection; a running server shows it at once.",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    projecting.add_argument("dataset", metavar="DATASET", help="id or name of a dataset")
    choices = [*METHODS, "custom_axes", "columns"]
    projecting.add_argument("--method", choices=choices, default="tsne", help="how")
    projecting.add_argument("--author", metavar="NAME", help="who asks, for the others")
    # A parameter that several methods have is one option.
    helps: dict[str, str] = {}
    methods: dict[str, list[str]] = {}
    for method, parameters in METHODS.items():
        for part in fields(parameters):
            helps.setdefault(part.name, part.metadata["rule"].help)
            methods.setdefault(part.name, []).append(method)
    for name, text in helps.items():
        told = f"{', '.join(methods[name])}: {text}".replace("%", "%%")
        projecting.add_argument("--" + name.replace("_", "-"), metavar="VALUE", help=told)
    for option, placeholder, text in TOLD_OPTIONS:
        projecting.add_argument(option, metavar=placeholder, help=text)
    for setting in SETTINGS:
        if setting.name == "data_dir" or setting.is_limit:
            _add_option(projecting, setting)


def _add_option(parser: argparse.ArgumentParser, setting: Setting) -> None:
    text = f"{setting.help} (default: {setting.shown_default})".replace("%", "%%")
    if setting.kind == "switch":
        parser.add_argument(setting.option, action=argparse.BooleanOptionalAction, help=text)
    elif setting.kind == "files":
        parser.add_argument(setting.option, action="extend", nargs="+", metavar="FILE", help=text)
    else:
        action = "append" if setting.kind in LISTS else "store"
        parser.add_argument(setting.option, action=action, metavar=setting.placeholder, help=text)
