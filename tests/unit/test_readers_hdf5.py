"""HDF5 files and the layout of anndata, written by h5py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from data.errors import ChooseTensorError, LimitError, ReadError
from data.limits import Limits
from data.readers.tensor_file import ReadOptions, TensorFile, read_tensor

DTYPES = ["<f2", "<f4", ">f4", "<f8", ">f8", "i1", "<i4", ">i8", "u1"]


def read(path: Path, limits: Limits | None = None, **options: Any) -> TensorFile:
    return read_tensor(path, path.name, ReadOptions(**options), limits or Limits())


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data(), st.sampled_from(DTYPES), st.sampled_from([None, "gzip", "lzf"]), st.booleans())
def test_plain_datasets_come_back(
    tmp_path: Path, data: st.DataObject, dtype: str, compression: str | None, is_deep: bool
) -> None:
    shape = data.draw(hnp.array_shapes(min_dims=2, max_dims=2, max_side=7))
    elements = {"min_value": -1000, "max_value": 1000} if dtype[1] == "f" else None
    tensor = data.draw(hnp.arrays(dtype, shape, elements=elements))
    letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    words = data.draw(st.lists(st.text(letters, max_size=5), min_size=shape[0], max_size=shape[0]))
    key = "a/b/x" if is_deep else "x"
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset(key, data=tensor, compression=compression, chunks=compression and True)
        file.create_dataset("words", data=words, dtype=h5py.string_dtype())
        file.create_dataset("sizes", data=np.arange(shape[0]) / 2)
    found = read(tmp_path / "a.h5")
    np.testing.assert_array_equal(found.tensor, tensor.astype(np.float32))
    assert found.metadata is not None
    assert found.metadata.column("words").to_pylist() == [word or None for word in words]
    assert found.metadata.column("sizes").to_pylist() == [str(i / 2) for i in range(shape[0])]


def write_anndata(path: Path, kind: str) -> np.ndarray:
    """Write six cells of four genes as anndata does; return X."""
    random = np.random.default_rng(0)
    x = random.integers(0, 3, size=(6, 4)).astype(np.float32)
    with h5py.File(path, "w") as file:
        file.attrs["encoding-type"] = "anndata"
        if kind == "dense":
            file.create_dataset("X", data=x)
        else:
            matrix = sparse.csr_matrix(x) if kind == "csr_matrix" else sparse.csc_matrix(x)
            group = file.create_group("X")
            group.attrs.update({"encoding-type": kind, "shape": x.shape})
            for part in ("data", "indices", "indptr"):
                group.create_dataset(part, data=getattr(matrix, part))
        file.create_dataset("obsm/X_umap", data=x[:, :2].astype(np.float64))
        file.create_dataset("obsp/distances", data=np.eye(6))
        file.create_dataset("layers/raw", data=x * 2)
        file.create_dataset("var/_index", data=list("wxyz"))
        obs = file.create_group("obs")
        obs.attrs.update({"_index": "cell", "column-order": ["type", "n", "doublet"]})
        obs.create_dataset("cell", data=[f"c{i}" for i in range(6)])
        obs.create_dataset("n", data=np.arange(6))
        obs.create_dataset("unlisted", data=np.arange(6))
        types = obs.create_group("type")
        types.attrs["encoding-type"] = "categorical"
        types.create_dataset("categories", data=["B", "T"])
        types.create_dataset("codes", data=np.array([0, 1, -1, 1, 0, 1], np.int8))
        doublet = obs.create_group("doublet")
        doublet.attrs["encoding-type"] = "nullable-boolean"
        doublet.create_dataset("values", data=[True, False] * 3)
        doublet.create_dataset("mask", data=[False] * 5 + [True])
    return x


@pytest.mark.parametrize("kind", ["dense", "csr_matrix", "csc_matrix"])
def test_cells_open_with_what_describes_them(tmp_path: Path, kind: str) -> None:
    x = write_anndata(tmp_path / "a.h5ad", kind)
    with pytest.raises(ChooseTensorError) as raised:
        read(tmp_path / "a.h5ad")
    names = [choice["name"] for choice in raised.value.choices]
    assert names == ["X", "obsm/X_umap", "layers/raw"]
    found = read(tmp_path / "a.h5ad", tensor="X")
    np.testing.assert_array_equal(found.tensor, x)
    assert found.format == "AnnData"
    assert found.metadata is not None
    assert found.metadata.to_pydict() == {
        "cell": [f"c{i}" for i in range(6)],
        "type": ["B", "T", None, "T", "B", "T"],
        "n": [str(i) for i in range(6)],
        "doublet": ["True", "False", "True", "False", "True", None],
    }
    assert read(tmp_path / "a.h5ad", tensor="obsm/X_umap").tensor.shape == (6, 2)


def test_nothing_is_read_from_other_files(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file.create_dataset("x", data=np.ones((3, 2)))
    (tmp_path / "secret.raw").write_bytes(np.ones(6).tobytes())
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["link"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "x")
        file.create_dataset(
            "raw", (3, 2), "f8", external=[(str(tmp_path / "secret.raw"), 0, h5py.h5f.UNLIMITED)]
        )
        layout = h5py.VirtualLayout((3, 2), "f8")
        layout[...] = h5py.VirtualSource(str(tmp_path / "secret.h5"), "x", (3, 2))
        file.create_virtual_dataset("virtual", layout)
    with pytest.raises(ReadError, match="holds no 2D array"):
        read(tmp_path / "a.h5")
    for key in ("link", "raw", "virtual"):
        with pytest.raises(ReadError, match="holds no array"):
            read(tmp_path / "a.h5", tensor=key)


def test_places_of_a_sparse_matrix_are_not_believed(tmp_path: Path) -> None:
    write_anndata(tmp_path / "a.h5ad", "csr_matrix")
    with h5py.File(tmp_path / "a.h5ad", "a") as file:
        file["X/indices"][0] = 1_000_000
    with pytest.raises(ReadError, match="damaged"):
        read(tmp_path / "a.h5ad", tensor="X")


def test_sizes_are_refused_from_the_header(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        # Never written, so that the file is small.
        file.create_dataset("x", (4_000_000, 60_000), "f4", chunks=(1_000, 1_000))
    with pytest.raises(LimitError, match="upload_bytes"):
        read(tmp_path / "a.h5")


def test_what_is_no_hdf5_is_refused_in_words(tmp_path: Path) -> None:
    for content in (b"no hdf5", b"\x89HDF\r\n\x1a\n" + bytes(100)):
        (tmp_path / "a.h5").write_bytes(content)
        with pytest.raises(ReadError, match="cannot be read as HDF5"):
            read(tmp_path / "a.h5")
