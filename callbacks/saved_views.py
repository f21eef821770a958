"""What an address names: a view in the link, a stored one, a bookmark, a step of a story."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from urllib.parse import parse_qs

from data.bookmarks.bookmark import Bookmark
from data.bookmarks.bookmarking import openable
from data.color_choices import is_special
from data.dataset import DatasetRecord, label_column
from data.errors import NotFoundError
from data.links import view_of_link
from data.services import Services
from data.view_state import ViewState, check_rows


@dataclass(frozen=True)
class Named:
    """A view that an address names.

    Attributes
    ----------
    query : how the address names it, when it is a bookmark or a story
    notice : what of it is gone
    """

    view: ViewState
    query: str = ""
    notice: str = ""


def query_of(address: str) -> dict[str, str]:
    """Return the parts of an address by their names."""
    return {name: values[0] for name, values in parse_qs(address.removeprefix("?")).items()}


def view_of_address(services: Services, address: str) -> Named | None:
    """Return the view that an address names; None when it names none.

    Raises
    ------
    ProjectorError
        If the link is damaged or names what is gone.
    """
    query = query_of(address)
    if "story" in query:
        return _story_step(services, query["story"], query.get("step", "1"))
    if "bookmark" in query:
        return _bookmark(services, openable(services, query["bookmark"]))
    if "view" in query:
        view = view_of_link(query["view"])
    elif "saved" in query:
        view = services.views.load(query["saved"])
    else:
        return None
    return Named(view, notice=_gone(services, view, "this link"))


def complete_view(services: Services, view: ViewState) -> ViewState:
    """Return the view as its dataset can show it; raises ProjectorError when it cannot at all."""
    record = services.datasets.record(view.dataset_id)
    return complete(check_rows(view, record.n_points), record)


def complete(view: ViewState, record: DatasetRecord) -> ViewState:
    """Return the view without columns that are gone since it was saved."""
    names = {column.name for column in record.columns}

    def known(name: str | None) -> str | None:
        return name if name in names else None

    color = view.color_by if is_special(view.color_by) else known(view.color_by)
    return ViewState.from_json(
        {
            **view.to_json(),
            "color_by": color,
            "label_by": known(view.label_by) or label_column(record),
            "search": {**asdict(view.search), "column": known(view.search.column)},
        }
    )


def _bookmark(services: Services, bookmark: Bookmark, query: str = "") -> Named:
    notice = _gone(services, bookmark.view, f"the bookmark “{bookmark.name}”")
    return Named(bookmark.view, query or f"bookmark={bookmark.id}", notice)


def _gone(services: Services, view: ViewState, what: str) -> str:
    """Return what of a view is gone since it was saved, as sentences; empty when nothing is."""
    notice, record = "", services.datasets.record(view.dataset_id)
    if view.projection_id is not None:
        try:
            services.projections.current(view.projection_id)
        except NotFoundError:
            notice = f"The coordinates of {what} were deleted; PCA is shown."
    color = None if is_special(view.color_by) else view.color_by
    used = (color, view.label_by, view.search.column)
    gone = [name for name in dict.fromkeys(used) if name and record.column(name) is None]
    if gone:
        notice += f" The dataset has no column {', '.join(f'“{n[:60]}”' for n in gone)} any more."
    return notice.strip()


def _story_step(services: Services, story_id: str, text: str) -> Named:
    """Return a step of a story, or the nearest one that is left; of two, the later one."""
    story = services.stories.record(story_id)
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    wanted = max(1, min(wanted, len(story.steps)))
    missing: list[NotFoundError] = []
    for step in sorted(range(1, len(story.steps) + 1), key=lambda i: (abs(i - wanted), -i)):
        try:
            bookmark = openable(services, story.steps[step - 1])
            found = _bookmark(services, bookmark, f"story={story.id}&step={step}")
        except NotFoundError as error:
            missing.append(error)
            continue
        if step != wanted:
            gone = f"Step {wanted} of “{story.name}” was deleted; step {step} is shown."
            return Named(found.view, found.query, f"{gone} {found.notice}".strip())
        return found
    why = missing[0]
    message = f"Nothing of the story “{story.name}” can be opened. {why.message}"
    raise NotFoundError(message, hint=why.hint)
