"""One pass over a tensor writes what numpy.save writes, and hashes it."""

import hashlib
import io
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from data.parsing import ParseRequest, Source
from data.readers import tensor_pass
from data.readers.tensor_pass import pass_through

MATRICES = st.sampled_from(["<f4", ">f4", "<f8", "<f2", "<i8", "u1", "?"]).flatmap(
    lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=2, max_dims=2, max_side=9))
)


@settings(max_examples=60, deadline=None)
@given(matrix=MATRICES, is_fortran=st.booleans(), data=st.data())
def test_file_and_hash_are_those_of_numpy_save(matrix, is_fortran, data):
    values = np.asfortranarray(matrix) if is_fortran else matrix
    with np.errstate(over="ignore"):
        narrow = values.astype(np.float32)
    finite = np.isfinite(narrow).all(axis=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tensor_pass, "BLOCK_BYTES", data.draw(st.integers(1, 200)))
        rows = None if finite.all() else np.flatnonzero(finite)
        patch.setattr(tensor_pass, "SYNC_BYTES", 200)
        with TemporaryFile() as file, TemporaryFile() as other:
            passed = pass_through(values, file, rows)
            first = pass_through(values, other, None)
            file.seek(0)
            written = file.read()
    expected = io.BytesIO()
    np.save(expected, np.ascontiguousarray(narrow if rows is None else narrow[rows]))
    assert written == expected.getvalue()
    assert passed.digest.digest() == hashlib.sha256(expected.getvalue()).digest()
    np.testing.assert_array_equal(first.finite, finite)
    too_large = (np.isinf(narrow) & np.isfinite(values)).any(axis=1)
    np.testing.assert_array_equal(first.too_large, too_large)


def test_the_id_of_a_dataset_is_that_of_older_versions(services, tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(12.0).reshape(4, 3))
    (tmp_path / "m.tsv").write_text("a\nb\n\nd\n")
    request = ParseRequest(Source(tmp_path / "a.npy", "a.npy"), Source(tmp_path / "m.tsv", "m.tsv"))
    assert services.datasets.add(request).id == "kxrzvxlhrmwyzkwranhk3iaqbi"
