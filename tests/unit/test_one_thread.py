"""BLAS in one thread for a while, also when several ask for it at once."""

from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from data.one_thread import OneThread


def n_threads() -> set[int]:
    np.ones((2, 2)) @ np.ones((2, 2))
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.fixture(autouse=True)
def two_threads():
    with threadpool_limits(2):
        yield


def test_blas_has_one_thread_within_and_as_many_as_before_after_it():
    with OneThread():
        assert n_threads() == {1}
    assert n_threads() == {2}


def test_who_leaves_first_takes_nothing_from_who_is_still_within():
    one_thread = OneThread()
    one_thread.__enter__()
    one_thread.__enter__()
    one_thread.__exit__()
    assert n_threads() == {1}
    one_thread.__exit__()
    assert n_threads() == {2}


def test_an_error_within_leaves_the_threads_as_they_were():
    with pytest.raises(ValueError, match="wrong"), OneThread():
        raise ValueError("wrong")
    assert n_threads() == {2}
