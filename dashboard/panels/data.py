"""Data panel: what is open, how it is named, labeled and colored."""

from __future__ import annotations

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import html

from dashboard import ids
from dashboard.figures.colors import MISSING
from dashboard.panels.columns import build_kind_choice, column_select
from dashboard.panels.parts import named, section, select
from data.counted import counted
from data.dataset import DatasetRecord

MAX_LEGEND = 500
# What the boxes for run, tensor and step say while no run is chosen.
NO_RUN = "Choose a run"


def build_data_panel() -> html.Section:
    """Build the panel; its selects are filled when a dataset opens."""
    return section(
        "Data",
        _build_run_choice(),
        html.Div(
            [
                html.Button("Upload", id=ids.UPLOAD_OPEN, className="button primary"),
                html.Span("or drop files on the page", className="hint"),
            ],
            className="drop-zone",
        ),
        html.Div(
            [
                html.Button(
                    "+ Metadata",
                    id=ids.METADATA_ADD,
                    className="button",
                    title="Add metadata to this dataset, by order or by a key",
                ),
                html.A("↓ Metadata", id=ids.DOWNLOAD_METADATA, className="button", download=""),
                html.A("↓ Tensor", id=ids.DOWNLOAD_TENSOR, className="button", download=""),
            ],
            className="row",
        ),
        html.Div(
            [
                dmc.TextInput(
                    id=ids.DATASET_NAME, label="Name", size="xs", debounce=True, className="grow"
                ),
                html.Button(
                    "Delete", id=ids.DATASET_DELETE, className="button", title="Move to the trash"
                ),
            ],
            className="row end",
        ),
        html.Div(id=ids.DATASET_REMARKS, className="remarks"),
        html.Div(
            [
                column_select(id=ids.LABEL_BY, label="Label by"),
                column_select(
                    id=ids.COLOR_BY, label="Color by", placeholder="One color", clearable=True
                ),
            ],
            className="columns",
        ),
        html.Div(
            dmc.SegmentedControl(
                id=ids.COLOR_KIND,
                value="auto",
                size="xs",
                fullWidth=True,
                data=[
                    {"value": "auto", "label": "Auto"},
                    {"value": "categorical", "label": "Classes"},
                    {"value": "numeric", "label": "Scale"},
                ],
            ),
            id=ids.COLOR_KIND_ROW,
            hidden=True,
            title="Numbers can be shown as classes (one color each) or on a color scale",
        ),
        html.Div(id=ids.LEGEND, className="legend"),
        html.Div(id=ids.LEGEND_NOTE, className="hint"),
        build_kind_choice(),
    )


def _build_run_choice() -> html.Div:
    """Build the choice of run, tensor and step; hidden while there are no log directories."""
    return html.Div(
        [
            select(id=ids.RUN, label="Run", placeholder=NO_RUN, searchable=True),
            html.Div(
                [
                    select(id=ids.TENSOR, label="Tensor", placeholder=NO_RUN, searchable=True),
                    select(id=ids.STEP, label="Step", placeholder=NO_RUN, searchable=True),
                ],
                className="columns",
            ),
            html.Div(id=ids.RUN_REMARKS, className="remarks"),
        ],
        id=ids.RUN_CHOICE,
        className="run-choice",
        hidden=True,
    )


def build_dataset_select() -> dmc.Select:
    """Build the choice of the dataset; it stands in the header."""
    return select(
        id=ids.DATASET,
        attributes={"input": {"aria-label": "Dataset"}},
        placeholder="No dataset yet",
        searchable=True,
        nothingFoundMessage="No dataset of this name",
        w=300,
        maxDropdownHeight=320,
    )


def dataset_options(records: Sequence[DatasetRecord]) -> list[dict[str, str]]:
    """Return the choices of the dataset select: the name with its shape."""
    return [{"value": r.id, "label": f"{r.name} · {r.n_points:,} × {r.n_dims:,}"} for r in records]


def build_remarks(record: DatasetRecord) -> list[html.Div | html.Details]:
    """Show what was dropped, changed or assumed in a dataset."""
    return build_messages(record.warnings, record.notes)


def build_messages(warnings: Sequence[str], notes: Sequence[str]) -> list[html.Div | html.Details]:
    """Show warnings; remarks are folded away."""
    shown: list[html.Div | html.Details] = [
        html.Div(text, className="warning") for text in warnings
    ]
    if notes:
        what = counted(len(notes), "remark")
        folded = [html.Div(text, className="note") for text in notes]
        shown.append(html.Details([html.Summary(what), *folded]))
    return shown


def build_class_legend(values: list[str], counts: list[int], colors: list[str]) -> list[html.Div]:
    """Build one line per class: a click on it shows only it, its swatch switches it off and on."""
    largest = sorted(range(len(values)), key=lambda i: -counts[i])[:MAX_LEGEND]
    return [_legend_line(values[i], counts[i], colors[i]) for i in sorted(largest)]


def _legend_line(value: str, count: int, color: str) -> html.Div:
    shown = value if value else "(missing)"
    return html.Div(
        [
            html.Button(
                className="swatch",
                style={"--swatch": color},
                title=f"Switch {shown} off or on",
                **named(aria_label=f"Toggle {shown}", aria_pressed="true", data_toggle=value),
            ),
            html.Button(
                [
                    html.Span(shown[:200], className="value"),
                    html.Span(f"{count:,}", className="count"),
                ],
                className="only",
                title=f"Show only {shown[:200]}; again to show all",
                **named(data_only=value),
            ),
        ],
        className="entry",
        **named(data_value=value),
    )


def build_number_legend(
    ticks: Sequence[tuple[float, float]], colors: list[str], n_missing: int
) -> list[html.Div]:
    """Build a color bar with its ticks, and the number of points without a value.

    Parameters
    ----------
    ticks : (place on the bar from 0 to 1, number), the two ends first and last
    """
    gradient = f"linear-gradient(to right, {', '.join(colors)})"
    marks = [
        html.Span(number_text(number), style={"left": f"{100 * place:.1f}%"})
        for place, number in ticks
    ]
    bar = [
        html.Div(className="colorbar", style={"background": gradient}),
        html.Div(marks, className="colorbar-ticks"),
    ]
    if n_missing:
        gray = html.Span(className="swatch missing", style={"--swatch": MISSING})
        bar.append(html.Div([gray, f"{n_missing:,} without a value"], className="hint"))
    return bar


def number_text(number: float) -> str:
    """Return a number as short as a tick needs it: 286,363 or 0.034 or 1.06M or 1.2e+09."""
    size = abs(number)
    if size and not 1e-3 <= size < 1e9:
        return f"{number:.2g}"
    if size >= 1e6:
        return f"{number / 1e6:.3g}M"
    return f"{number:,.0f}" if size >= 100 or number == round(number) else f"{number:.3g}"
