"""Any view state there can be, for Hypothesis; the rows need not exist anywhere."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from data.view_state import Camera, Search, ViewState

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
