"""What a browser sends to a callback, checked like a stranger's."""

from __future__ import annotations

from typing import Any

import numpy as np

from data.dataset import Dataset, label_column
from data.errors import ParameterError
from data.rows import Rows, decode_rows
from data.services import Services


def content(value: Any) -> dict[str, Any]:
    """Return the content of a store that holds an object; nothing counts as an empty one."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ParameterError("What the page sent is damaged.", hint="Reload the page.")
    return value


def texts(value: Any) -> list[str]:
    """Return the texts of a list; anything else counts as an empty one."""
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def text(value: Any) -> str:
    """Return a text; anything else counts as an empty one."""
    return value if isinstance(value, str) else ""


def opened_dataset(services: Services, info: Any) -> Dataset | None:
    """Return the dataset that the page has open, or None."""
    dataset_id = content(info).get("id")
    return services.datasets.open(str(dataset_id)) if dataset_id else None


def label_name(dataset: Dataset, chosen: Any) -> str | None:
    """Return the column that labels the points: the chosen one, or the dataset's own."""
    return chosen if isinstance(chosen, str) else label_column(dataset.record)


def isolation_steps(value: Any) -> list[Any]:
    """Return the nested isolation, outermost first, still in text form."""
    if not isinstance(value, list | None):
        raise ParameterError("The isolated rows are damaged.", hint="Press Show all.")
    return value or []


def shown_rows(isolation: Any) -> Rows | None:
    """Return the rows that are shown: the innermost isolation, or None for all."""
    steps = isolation_steps(isolation)
    return decode_rows(steps[-1]) if steps else None


def rows_array(rows: Rows | None) -> np.ndarray | None:
    """Return rows as the array that neighbors are looked for among."""
    return None if rows is None else np.asarray(rows, np.int64)
