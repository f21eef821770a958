"""Any view state there can be, for Hypothesis; the rows need not exist anywhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import hypothesis
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from data.dataset import DatasetRecord
from data.view_state import Camera, Search, ViewState

Drawn = TypeVar("Drawn")

rows = st.sets(st.integers(0, 9_999), max_size=40).map(lambda found: tuple(sorted(found)))
numbers = st.floats(-100, 100, allow_nan=False)
vectors = st.tuples(numbers, numbers, numbers)
names = st.none() | st.text(max_size=20)
views = st.builds(
    ViewState,
    dataset_id=st.text(min_size=1, max_size=30),
    projection_id=names,
    dimensionality=st.sampled_from([2, 3]),
    components=st.lists(st.integers(0, 9), max_size=3).map(tuple),
    color_by=names,
    color_kind=st.sampled_from(["auto", "categorical", "numeric"]),
    hidden_values=st.lists(st.text(max_size=5), max_size=4).map(tuple),
    label_by=names,
    label_mode=st.sampled_from(["selection", "many", "none"]),
    thumbnails=st.booleans(),
    thumbnail_color=st.sampled_from(["frame", "tint", "none"]),
    point_size=st.floats(0.1, 10),
    search=st.builds(Search, text=st.text(max_size=20), column=names, regex=st.booleans()),
    metric=st.sampled_from(["cosine", "euclidean"]),
    n_neighbors=st.integers(1, 1000),
    selected_point=st.none() | st.integers(0, 9_999),
    selected_rows=rows,
    isolation=st.lists(rows, max_size=3).map(tuple),
    camera=st.none() | st.builds(Camera, eye=vectors, center=vectors, up=vectors),
)


@st.composite
def views_of(draw: st.DrawFn, dataset_id: str, n_points: int, **fixed: object) -> ViewState:
    """Draw a view that a dataset of so many points can have; isolation is nested as by people."""
    inside, steps = tuple(range(n_points)), []
    for _ in range(draw(st.integers(0, 3))):
        some = draw(st.sets(st.sampled_from(inside), min_size=1, max_size=20))
        inside = tuple(sorted(some))
        steps.append(inside)
    selected = draw(st.sets(st.integers(0, n_points - 1), max_size=20))
    return replace(
        draw(views),
        dataset_id=dataset_id,
        projection_id=None,
        selected_point=draw(st.none() | st.integers(0, n_points - 1)),
        selected_rows=tuple(sorted(selected)),
        isolation=tuple(steps),
        **fixed,  # type: ignore[arg-type]
    )


@st.composite
def pictured_views(draw: st.DrawFn, record: DatasetRecord, stored_id: str) -> ViewState:
    """Draw a view that a page shows as it is, of the handwritten digits.

    Parameters
    ----------
    stored_id : a projection of all points with three components; else it is PCA
    """
    some = st.sets(st.integers(0, record.n_points - 1), min_size=40, max_size=400)
    steps = [tuple(sorted(draw(some)))] if draw(st.booleans()) else []
    if steps and draw(st.booleans()):
        steps.append(steps[0][::2])
    projection_id = draw(st.sampled_from([None, stored_id])) if not steps else None
    dimensionality = draw(st.sampled_from([2, 3]))
    axes = draw(st.permutations(range(3 if projection_id else 10)))
    color_by = draw(st.sampled_from([None, "digit", "example"]))
    color_kind = draw(st.sampled_from(["auto", "categorical", "numeric"]))
    digits = st.sets(st.sampled_from("0123456789"), max_size=4)
    hidden = draw(digits) if (color_by, color_kind) == ("digit", "categorical") else ()
    point = draw(st.none() | st.sampled_from(steps[-1] if steps else range(1797)))
    # A point without any rows is a short link's: the page selects its neighbors then.
    selected = draw(st.sets(st.integers(0, 1796), min_size=point is not None, max_size=40))
    return ViewState(
        record.id,
        projection_id=projection_id,
        dimensionality=dimensionality,
        components=tuple(axes[:3]),
        color_by=color_by,
        color_kind=color_kind,
        hidden_values=tuple(sorted(hidden)),
        label_by=draw(st.sampled_from(["digit", "example"])),
        label_mode=draw(st.sampled_from(["selection", "many", "none"])),
        thumbnails=draw(st.booleans()),
        point_size=draw(st.integers(5, 40)) / 10,
        search=Search(
            draw(st.sampled_from(["", "8 no", "[13] no"])), "example", draw(st.booleans())
        ),
        metric=draw(st.sampled_from(["cosine", "euclidean"])),
        n_neighbors=draw(st.integers(1, 200)),
        selected_point=point,
        selected_rows=tuple(sorted(selected)),
        isolation=tuple(steps),
        camera=draw(st.none() | cameras(dimensionality)),
    )


def cameras(dimensionality: int) -> st.SearchStrategy[Camera]:
    """Return cameras that have the points in sight; a flat picture is seen from above."""
    shift, away = st.floats(-0.25, 0.25), st.floats(0.6, 1.6)
    if dimensionality == 2:
        return st.builds(
            lambda x, y, z: Camera((x, y, z), (x, y, 0.0), (0.0, 1.0, 0.0)), shift, shift, away
        )
    return st.builds(
        lambda x, y, z, center: Camera((x, y, z), center),
        away,
        away,
        shift,
        st.tuples(*[shift] * 3),
    )


def drawn(strategy: st.SearchStrategy[Drawn], n: int, seed: int) -> list[Drawn]:
    """Return n examples of a strategy, the same ones for the same seed."""
    found: list[Drawn] = []

    @hypothesis.seed(seed)
    @settings(max_examples=n + 1, phases=[Phase.generate], database=None, deadline=None)
    @given(strategy)
    def note(example: Drawn) -> None:
        found.append(example)

    note()
    # The first one is always the simplest that there is.
    return found[1 : n + 1]
