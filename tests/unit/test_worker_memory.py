"""What a process that computes does with freed memory; in a process of its own, as it lasts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
ARRAYS, BYTES, STEPS = 20, 2**20, 10
STEPS_OF_ARRAYS = f"""
import resource
import numpy as np
from data.workers.memory import keep_freed_memory

keep_freed_memory()
def step():
    [np.ones({BYTES}, np.uint8) for _ in range({ARRAYS})]
step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range({STEPS}):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def test_the_memory_that_one_step_frees_is_taken_again_by_the_next():
    done = subprocess.run(
        [sys.executable, "-c", STEPS_OF_ARRAYS],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    pages_of_a_step = ARRAYS * BYTES // 4096
    assert int(done.stdout) < pages_of_a_step
