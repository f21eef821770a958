"""What lies in an HDF5 file: its datasets by name, without any that lead to other files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import h5py

from data.readers.named_arrays import NamedArray

MAX_ITEMS = 10_000


@dataclass(frozen=True)
class Item:
    """A dataset, or a group that holds a sparse matrix."""

    array: NamedArray
    node: Any


def is_own(node: Any) -> bool:
    """Tell whether the values of a dataset lie in this very file."""
    return isinstance(node, h5py.Dataset) and not node.is_virtual and not node.external


def datasets(file: h5py.File) -> list[Item]:
    """Return the datasets of all groups; links are not followed."""
    found: list[Item] = []

    def visit(key: str, node: Any) -> bool | None:
        if is_own(node) and node.shape is not None:
            found.append(item(key, node))
        # Anything but None ends the visit.
        return True if len(found) >= MAX_ITEMS else None

    file.visititems(visit)
    return found


def item(key: str, dataset: h5py.Dataset) -> Item:
    """Return a dataset by what the file says of it."""
    kind = dataset.dtype.kind
    dtype = "text" if kind in "SO" else dataset.dtype.name
    return Item(NamedArray(key, tuple(dataset.shape), dtype, kind in "fiub"), dataset)


def own_child(group: Any, key: str) -> Any:
    """Return what lies under a name in this file; None for what is missing or a link."""
    if not isinstance(group, h5py.Group):
        return None
    try:
        link = group.get(key, getlink=True)
        return group[key] if isinstance(link, h5py.HardLink) else None
    except KeyError:
        return None
