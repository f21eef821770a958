"""300 damaged files: each opens as valid data or is refused in a sentence (soak: 20,000)."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from tests.fuzzing import fuzz
from tests.fuzzing.families import FAMILIES

COUNT = 300


@pytest.mark.parametrize("family", FAMILIES)
def test_damaged_files_open_as_valid_data_or_are_refused(family: str, tmp_path: Path) -> None:
    with fuzz.watched():
        outcome = fuzz.open_damaged(family, FAMILIES[family].count(COUNT), tmp_path)
    outcome.check()
    assert outcome.counts["opened"]
    refusals = ("refused", "refused by the child", "no pictures")
    assert sum(outcome.counts[kind] for kind in refusals)


def test_the_watch_sees_a_pickle() -> None:
    with fuzz.watched():
        pickle.loads(pickle.dumps(Path("x")))
        assert fuzz.unpickled
        fuzz.unpickled.clear()
