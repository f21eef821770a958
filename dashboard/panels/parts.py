"""Small pieces that several panels are made of."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html


def named(**attributes: str) -> dict[str, Any]:
    """Return aria- and data- attributes, whose names Python cannot spell: aria_label, data_row."""
    return {name.replace("_", "-"): value for name, value in attributes.items()}


def section(title: str, *children: Any) -> html.Section:
    """Build a titled part of a side column."""
    return html.Section([html.H2(title), *children], className="panel", **named(aria_label=title))


def select(list_width: int | None = None, **attributes: Any) -> dmc.Select:
    """Build a small select; its list is in the page only while it is open.

    Choosing what is chosen already changes nothing. In one that is searched, typing starts anew
    and Enter takes the first that is found.

    Parameters
    ----------
    list_width : of the list in pixels; that of the select when it is None
    """
    how = {"keepMounted": False}
    wide = {} if list_width is None else {"width": list_width, "position": "bottom-start"}
    if attributes.get("searchable"):
        attributes |= {"clearSearchOnFocus": True, "selectFirstOptionOnChange": True}
    return dmc.Select(size="xs", allowDeselect=False, comboboxProps={**how, **wide}, **attributes)


def icon_button(label: str, sign: str, id: str) -> html.Button:
    """Build a button of one sign; the label is its name and its tooltip."""
    return html.Button(sign, id=id, className="button icon", title=label, **named(aria_label=label))


def switch(label: str, id: str, help: str, checked: bool = False) -> dmc.Switch:
    """Build an on/off switch that explains itself when pointed at."""
    return dmc.Switch(id=id, label=label, checked=checked, size="xs", **explained(help))


def explained(help: str) -> dict[str, Any]:
    """Return what makes a control tell a text when it is pointed at.

    A box around it would tell it as well, but Dash looks at every part of the page at each step of
    each callback.
    """
    return {"wrapperProps": {"title": help}}
