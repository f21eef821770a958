"""Tagging the selection: a value in a column, by whom, and the last edits with their undo."""

from __future__ import annotations

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import html

from dashboard import ids
from dashboard.panels.parts import named
from data.counted import counted
from data.stores.metadata_edits import MAX_AUTHOR, MAX_COLUMN_NAME, MetadataEdit

DEFAULT_COLUMN = "tag"
MAX_SHOWN = 40
MAX_EDITS = 20


def build_tagging() -> html.Div:
    """Build the form; it fits below the buttons of the selection."""
    return html.Div(
        [
            html.Div(
                [
                    dmc.Autocomplete(
                        id=ids.TAG_VALUE,
                        label="Tag selection as",
                        placeholder="Value",
                        size="xs",
                        value="",
                        className="grow",
                        comboboxProps={"keepMounted": False},
                        attributes={"input": {"autoComplete": "off"}},
                    ),
                    dmc.Autocomplete(
                        id=ids.TAG_COLUMN,
                        label="Tag column",
                        size="xs",
                        value=DEFAULT_COLUMN,
                        w=96,
                        attributes={"input": {"autoComplete": "off", "maxLength": MAX_COLUMN_NAME}},
                    ),
                    html.Button(
                        "Tag",
                        id=ids.TAG,
                        className="button",
                        disabled=True,
                        title="Give the selected points this value; for everybody who opens the "
                        "dataset. Without a value, theirs is taken away.",
                    ),
                ],
                className="row end",
            ),
            html.Div(
                [
                    dmc.TextInput(
                        id=ids.TAG_AUTHOR,
                        placeholder="Your name",
                        size="xs",
                        value="",
                        w=96,
                        attributes={"input": {"aria-label": "Tagged by", "maxLength": MAX_AUTHOR}},
                    ),
                    dmc.Select(
                        id=ids.TAG_EDIT,
                        placeholder="No edits",
                        size="xs",
                        data=[],
                        className="grow",
                        allowDeselect=False,
                        comboboxProps={"width": 290, "position": "bottom-end"},
                        attributes={"input": {"aria-label": "Edit to take back"}},
                    ),
                    html.Button(
                        "Undo tag",
                        id=ids.UNDO_TAG,
                        className="button",
                        disabled=True,
                        title="Take this edit back, whoever made it; what was changed since stays",
                    ),
                ],
                className="row",
            ),
        ],
        className="tagging",
        role="group",
        **named(aria_label="Tag the selection"),
    )


def edit_options(edits: Sequence[MetadataEdit]) -> list[dict[str, str]]:
    """Return the edits that can be taken back, as a list to choose from: what, who, when."""
    return [
        {
            "value": str(edit.revision),
            "label": f"{edit_text(edit)} ({edit.at[:16].replace('T', ' ')} UTC)",
        }
        for edit in edits[:MAX_EDITS]
    ]


def edit_text(edit: MetadataEdit) -> str:
    """Say what an edit did: tag: cat, 23 points, Ann."""
    what = f"{_cut(edit.column)}: {_cut(edit.value) or '(nothing)'}"
    parts = [what, counted(edit.n_rows, "point"), _cut(edit.author)]
    return ", ".join(part for part in parts if part)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1].rstrip()}…"
