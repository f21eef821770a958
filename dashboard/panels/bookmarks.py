"""Bookmarks: the empty panel that scripts fill, and the bar of a story that is walked."""

from __future__ import annotations

from dash import html

from dashboard import ids
from dashboard.panels.parts import named

HINT = (
    "A bookmark keeps the view with its coordinates, and everybody on this server sees it. "
    "Press Save bookmark when you have found something."
)


def build_bookmarks_panel() -> html.Section:
    """Build the panel at the foot of the right column."""
    return html.Section(
        [
            html.Div(
                [
                    html.H2(["Bookmarks ", html.Span(id=ids.BOOKMARK_COUNT, className="count")]),
                    html.Span(className="grow"),
                    html.Button(
                        "Story",
                        id=ids.STORY_NEW,
                        className="button",
                        title="Put bookmarks in an order that others walk through",
                        hidden=True,
                    ),
                    html.Button(
                        "File",
                        id=ids.BOOKMARK_OPEN_FILE,
                        className="button",
                        title="Open bookmarks from a file: ours, or TensorBoard's",
                        **named(aria_label="Open bookmark file"),
                    ),
                    html.Button(
                        "Link",
                        id=ids.BOOKMARK_LINK,
                        className="button",
                        title="Copy the link of this view",
                        **named(aria_label="Copy link"),
                    ),
                    html.Button(
                        "Save",
                        id=ids.BOOKMARK_SAVE,
                        className="button primary",
                        title="Keep this view as a bookmark (B)",
                        **named(aria_label="Save bookmark"),
                    ),
                ],
                className="row bookmark-head",
            ),
            html.Div(id=ids.BOOKMARK_MESSAGE, className="bookmark-message", role="status"),
            html.Div(id=ids.STORY_LIST, className="story-list"),
            html.Div(HINT, id=ids.BOOKMARK_HINT, className="hint"),
            html.Div(
                id=ids.BOOKMARK_LIST,
                className="bookmark-list",
                role="list",
                **named(aria_label="Bookmarks"),
            ),
        ],
        id=ids.BOOKMARKS,
        className="panel bookmarks",
        **named(aria_label="Bookmarks"),
    )


def build_story_bar() -> html.Div:
    """Build the bar over the view that tells a story; scripts fill and show it."""
    return html.Div(
        id=ids.STORY_BAR,
        className="story-bar",
        hidden=True,
        role="region",
        **named(aria_label="Story"),
    )
