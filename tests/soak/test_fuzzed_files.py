"""20,000 damaged files: each opens as valid data or is refused in a sentence; nothing grows."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from tests.fuzzing.families import FAMILIES
from tests.fuzzing.fuzz import open_damaged, watched

pytestmark = pytest.mark.soak

COUNT = 20_000
GROWTH = 200 * 1024**2


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


@pytest.mark.parametrize("family", FAMILIES)
def test_damaged_files_open_as_valid_data_or_are_refused(family, tmp_path, capsys):
    with watched():
        # What a reader loads once is no growth.
        open_damaged(family, 300, tmp_path).check()
        before = resident()
        outcome = open_damaged(family, FAMILIES[family].count(COUNT), tmp_path)
        grown = resident() - before
    with capsys.disabled():
        print(f"\n{family}: {dict(outcome.counts)}, {grown / 1024**2:.0f} MB more")
    outcome.check()
    assert grown < GROWTH
