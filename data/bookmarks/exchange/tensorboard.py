"""The predecessor's bookmark files: a JSON list of states, read and written.

Its fields are described in the source of TensorBoard's projector (`State` in data.ts). With a
filter on, `projections`, `dataSetDimensions` and `selectedPoints` speak of the filtered points, in
the order of `filteredPoints`, which are rows of the whole data.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from data.bookmarks.bookmark import MAX_NAME, Bookmark
from data.bookmarks.exchange.format import Draft
from data.bookmarks.exchange.tensorboard_camera import camera_of_state, state_of_camera
from data.bookmarks.exchange.tensorboard_shape import filtered_rows, is_count
from data.color_choices import is_special
from data.dataset import DatasetRecord
from data.projection import ProjectionRecord
from data.rows import encode_rows

# Tab of a state -> the keys of its coordinates.
KEYS: dict[str, tuple[str, ...]] = {
    "pca": tuple(f"pca-{i}" for i in range(10)),
    "tsne": tuple(f"tsne-{i}" for i in range(3)),
    "umap": tuple(f"umap-{i}" for i in range(3)),
    "custom": ("linear-x", "linear-y"),
}
METHOD_OF_TAB = {"custom": "custom_axes"}
TAB_OF_METHOD = {"pca": "pca", "tsne": "tsne", "umap": "umap", "custom_axes": "custom"}
NO_COLOR = "No color map"
SIDES = {"XLeft": "left", "XRight": "right", "YUp": "up", "YDown": "down"}


def read_state(state: dict[str, Any], dataset: DatasetRecord, number: int) -> Draft:
    """Return a state as a bookmark of a dataset that its shape fits."""
    label = state.get("label")
    name = label.strip()[:MAX_NAME] if isinstance(label, str) else ""
    draft = Draft(name or f"State {number}")
    filtered = filtered_rows(state)
    shown = np.arange(dataset.n_points) if filtered is None else np.asarray(filtered, np.int64)
    if filtered is not None and len(set(filtered)) != len(filtered):
        draft.notes.append("its filter names points twice and is left out")
        filtered, shown = None, np.arange(dataset.n_points)
    if filtered is not None:
        draft.view["isolation"] = [encode_rows(shown)]
    _read_coordinates(state, draft, shown)
    _read_selection(state, draft, shown)
    _read_columns(state, draft, dataset)
    camera = camera_of_state(state.get("cameraDef"))
    if camera is not None:
        draft.view["camera"] = camera
    _note_the_rest(state, draft)
    return draft


def _read_coordinates(state: dict[str, Any], draft: Draft, shown: np.ndarray) -> None:
    tab = state.get("selectedProjection")
    components = state.get("pcaComponentDimensions")
    points = state.get("projections")
    if not isinstance(tab, str) or tab not in KEYS:
        draft.notes.append(f"its projection {str(tab)[:40]!r} is not known; PCA is shown")
        tab, points = "pca", None
    keys = KEYS[tab]
    if tab == "pca" and isinstance(components, list) and _are_components(components):
        draft.view["components"] = components
        draft.view["dimensionality"] = len(components)
    elif tab in ("tsne", "umap"):
        is_3d = state.get("tSNEis3d" if tab == "tsne" else "umapIs3d") is not False
        draft.view["dimensionality"] = 3 if is_3d else 2
    elif tab == "custom":
        draft.view["dimensionality"] = 2
    array = _array(points, keys, len(shown))
    if array is None or array.shape[1] < 2:
        draft.notes.append("its coordinates are missing or damaged; they are computed anew by PCA")
        return
    if array.shape[1] < 3 and tab != "pca":
        draft.view["dimensionality"] = 2
    # Ours stand in the order of the rows.
    draft.coordinates = array[np.argsort(shown, kind="stable")]
    draft.origin = {"method": METHOD_OF_TAB.get(tab, tab), "from": "a TensorBoard bookmark"}


def _array(points: Any, keys: Sequence[str], n_points: int) -> np.ndarray | None:
    """Return the coordinates under the keys that all points have; None when they do not fit."""
    if not isinstance(points, list) or len(points) != n_points or not points:
        return None
    if not all(isinstance(point, dict) for point in points):
        return None
    there = [key for key in keys if key in points[0]]
    try:
        array = np.array([[_number(point[key]) for key in there] for point in points], np.float32)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return array if array.ndim == 2 and np.isfinite(array).all() else None


def _read_selection(state: dict[str, Any], draft: Draft, shown: np.ndarray) -> None:
    given = state.get("selectedPoints")
    places = given if isinstance(given, list) else []
    good = sorted({place for place in places if is_count(place) and place < len(shown)})
    if len(good) < len(places):
        n = len(places) - len(good)
        draft.notes.append(f"{n:,} selected points that the data does not have are left out")
    if not good:
        return
    rows = shown[good]
    draft.view["selected_rows"] = encode_rows(rows)
    if len(good) == 1:
        draft.view["selected_point"] = int(rows[0])


def _read_columns(state: dict[str, Any], draft: Draft, dataset: DatasetRecord) -> None:
    def column(field: str) -> str | None:
        name = state.get(field)
        if not isinstance(name, str) or not name or name == NO_COLOR:
            return None
        if dataset.column(name) is None:
            draft.notes.append(f"this dataset has no column {name[:60]!r} ({field})")
            return None
        return name

    draft.view["color_by"] = column("selectedColorOptionName")
    if draft.view["color_by"] and state.get("forceCategoricalColoring") is True:
        draft.view["color_kind"] = "categorical"
    if label := column("selectedLabelOption"):
        draft.view["label_by"] = label
    if searched := column("customSelectedSearchByMetadataOption"):
        draft.view["search"] = {"column": searched}


def _note_the_rest(state: dict[str, Any], draft: Draft) -> None:
    """Say what has no counterpart: parameters of a run, and the words of custom axes."""
    if state.get("selectedProjection") == "custom":
        sides = []
        for key, side in SIDES.items():
            text = state.get(f"custom{key}Text")
            if isinstance(text, str) and text:
                is_pattern = state.get(f"custom{key}Regex") is True
                sides.append(
                    f"{side} {text[:200]!r}{' (regular expression)' if is_pattern else ''}"
                )
        if sides:
            draft.note = "Custom axes: " + ", ".join(sides)
            draft.notes.append("the searches of its custom axes are kept as a note")
    if state.get("selectedProjection") == "tsne" and is_count(state.get("tSNEPerplexity")):
        draft.origin["perplexity"] = state["tSNEPerplexity"]
        draft.notes.append("its t-SNE is shown as it was saved, and does not run on")
    if state.get("shuffledDataIndices"):
        draft.notes.append("its sample order has no counterpart")


def write_state(
    bookmark: Bookmark,
    dataset: DatasetRecord,
    projection: ProjectionRecord,
    coordinates: np.ndarray,
    is_selected: bool,
) -> dict[str, Any]:
    """Return a bookmark as a state; nested isolation becomes one filter.

    Parameters
    ----------
    coordinates : of the shown points, in the order of their rows
    """
    view = bookmark.view
    method = str(projection.parameters.get("method", projection.method))
    tab = TAB_OF_METHOD.get(method, "tsne" if coordinates.shape[1] <= 3 else "pca")
    keys = KEYS[tab][: coordinates.shape[1]]
    rows = view.rows
    places = {row: i for i, row in enumerate(rows if rows is not None else range(dataset.n_points))}
    chosen = view.selected_rows if view.selected_point is None else (view.selected_point,)
    is_3d = view.dimensionality == 3 and coordinates.shape[1] > 2
    color = None if is_special(view.color_by) else view.color_by
    parameters = projection.parameters
    iteration = parameters.get("iteration", projection.iteration)
    values = np.round(coordinates[:, : len(keys)].astype(np.float64), 7).tolist()
    return {
        "label": bookmark.name,
        "isSelected": is_selected,
        "selectedProjection": tab,
        "dataSetDimensions": [len(places), dataset.n_dims],
        "tSNEIteration": iteration if tab == "tsne" else 0,
        "tSNEPerplexity": parameters.get("perplexity", 0) if tab == "tsne" else 0,
        "tSNELearningRate": 1,
        "tSNEis3d": is_3d,
        "umapIs3d": is_3d,
        "umapNeighbors": parameters.get("n_neighbors", 15),
        "umapMinDist": parameters.get("min_dist", 0.1),
        "pcaComponentDimensions": list(view.components[: view.dimensionality]),
        "projections": [dict(zip(keys, point, strict=True)) for point in values],
        "selectedPoints": [places[row] for row in chosen if row in places],
        "filteredPoints": None if rows is None else list(rows),
        "cameraDef": state_of_camera(view.camera, view.dimensionality),
        "selectedColorOptionName": color or NO_COLOR,
        "forceCategoricalColoring": view.color_kind == "categorical",
        "selectedLabelOption": view.label_by or "",
        "customSelectedSearchByMetadataOption": view.search.column or view.label_by or "",
        **{f"custom{side}Text": "" for side in SIDES},
        **{f"custom{side}Regex": False for side in SIDES},
    }


def _are_components(value: list[Any]) -> bool:
    return len(value) in (2, 3) and all(is_count(part) and part < 10 for part in value)


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError("no number")
    return float(value)
