"""The layout of anndata in HDF5: X, obsm and layers are matrices, obs describes their rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import h5py
import numpy as np
import pyarrow as pa

from data.readers.array_texts import array_texts
from data.readers.hdf5_items import Item, is_own, item, own_child
from data.readers.named_arrays import NamedArray

SPARSE = ("csr_matrix", "csc_matrix")
BLOCK_VALUES = 2**22


def is_anndata(file: h5py.File) -> bool:
    """Tell whether a file has the layout of anndata."""
    says_so = file.attrs.get("encoding-type") == "anndata"
    return says_so or ("obs" in file and "var" in file and "X" in file)


def find_tensors(file: h5py.File) -> list[Item]:
    """Return the matrices with a row per observation."""
    places = [("X", own_child(file, "X"))]
    for group in ("obsm", "layers"):
        inside = own_child(file, group)
        if isinstance(inside, h5py.Group):
            places += [(f"{group}/{key}", own_child(inside, key)) for key in inside]
    found = []
    for key, node in places:
        if isinstance(node, h5py.Group) and node.attrs.get("encoding-type") in SPARSE:
            shape = tuple(int(length) for length in node.attrs["shape"])
            values = own_child(node, "data")
            is_number = is_own(values) and values.dtype.kind in "fiub"
            dtype = f"{values.dtype.name} sparse" if is_number else "nothing"
            found.append(Item(NamedArray(key, shape, dtype, is_number), node))
        elif is_own(node) and node.shape is not None:
            found.append(item(key, node))
    return found


def sparse_blocks(group: h5py.Group) -> Iterator[np.ndarray]:
    """Yield rows of a sparse matrix, some at a time, with all their zeros."""
    # Half a second to import, and most files are dense.
    from scipy import sparse

    parts = [own_child(group, key) for key in ("data", "indices", "indptr")]
    if not all(is_own(part) for part in parts):
        raise ValueError("a sparse matrix without its parts")
    shape = tuple(int(length) for length in group.attrs["shape"])
    kind = sparse.csc_matrix if group.attrs["encoding-type"] == "csc_matrix" else sparse.csr_matrix
    matrix = kind(tuple(part[...] for part in parts), shape=shape)
    # What the file says of places is not believed.
    matrix.check_format(full_check=True)
    rows = matrix.tocsr()
    step = max(1, BLOCK_VALUES // max(1, shape[1]))
    for first in range(0, shape[0], step):
        yield rows[first : first + step].toarray()


def observations(file: h5py.File) -> dict[str, pa.StringArray]:
    """Return the columns of obs, the names of the rows first."""
    obs = own_child(file, "obs")
    if is_own(obs) and obs.dtype.names:
        # Before version 0.7: one table of records.
        table = obs[...]
        return {name: array_texts(table[name]) for name in obs.dtype.names}
    if not isinstance(obs, h5py.Group):
        return {}
    index = str(obs.attrs.get("_index", "_index"))
    order = [index, *(str(name) for name in obs.attrs.get("column-order", []))]
    columns = {name: _column(obs, name) for name in order}
    return {name: texts for name, texts in columns.items() if texts is not None}


def _column(obs: h5py.Group, name: str) -> pa.StringArray | None:
    node = own_child(obs, name)
    if is_own(node) and len(node.shape) == 1:
        return _with_old_categories(obs, node)
    kind = node.attrs.get("encoding-type") if isinstance(node, h5py.Group) else None
    if kind == "categorical":
        return _categorical(own_child(node, "categories"), own_child(node, "codes"))
    if kind in ("nullable-integer", "nullable-boolean", "nullable-string-array"):
        values, mask = own_child(node, "values"), own_child(node, "mask")
        if is_own(values) and is_own(mask):
            return _masked(array_texts(values[...]), np.asarray(mask[...], bool))
    return None


def _with_old_categories(obs: h5py.Group, node: Any) -> pa.StringArray:
    """Read a column of values; before version 0.8 it may be codes into obs/__categories."""
    name = node.name.rsplit("/", 1)[-1]
    categories = own_child(own_child(obs, "__categories"), name)
    if is_own(categories) and node.dtype.kind in "iu":
        return _categorical(categories, node) or array_texts(node[...])
    return array_texts(node[...])


def _categorical(categories: Any, codes: Any) -> pa.StringArray | None:
    if not (is_own(categories) and is_own(codes)):
        return None
    names, places = array_texts(categories[...]), np.asarray(codes[...], np.int64)
    is_missing = (places < 0) | (places >= len(names))
    return names.take(pa.array(places, pa.int64(), mask=is_missing))


def _masked(texts: pa.StringArray, mask: np.ndarray) -> pa.StringArray:
    return texts.take(pa.array(np.arange(len(mask)), pa.int64(), mask=mask))
