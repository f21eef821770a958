"""`python -m tests.bench [name ...]`: run the benchmarks, or those named, and print one table."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence

from tests.bench.arranging import arranging
from tests.bench.bookmarks import bookmarks
from tests.bench.bringing import runs, tables, uploads
from tests.bench.checkpoints import checkpoints
from tests.bench.clicking import clicking
from tests.bench.components import components
from tests.bench.drawing import drawing
from tests.bench.following import following
from tests.bench.large_files import large_files
from tests.bench.maps import maps
from tests.bench.opening import opening
from tests.bench.questions import neighbors, search
from tests.bench.selecting import selecting
from tests.bench.sizes import sizes
from tests.bench.stored import Stored, stored_datasets
from tests.bench.table import Line, render

BENCHMARKS: dict[str, Callable[[Stored], Iterator[Line]]] = {
    "opening": opening,
    "clicking": clicking,
    "drawing": drawing,
    "neighbors": neighbors,
    "search": search,
    "pca": components,
    "uploads": uploads,
    "tables": tables,
    "runs": runs,
    "selecting": selecting,
    "tsne": arranging,
    "following": following,
    "maps": maps,
    "sizes": sizes,
    "bookmarks": bookmarks,
    "checkpoints": checkpoints,
    "large_files": large_files,
}


def main(names: Sequence[str]) -> int:
    """Run benchmarks; return 2 when one of the names is not known, else 0."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"There is no benchmark {unknown[0]!r}; there are: {', '.join(BENCHMARKS)}.")
        return 2
    start, lines = time.monotonic(), []
    with stored_datasets() as stored:
        for name in names or BENCHMARKS:
            print(f"{name} ...", file=sys.stderr, flush=True)
            lines += list(BENCHMARKS[name](stored))
        data = "MNIST and words_10k" if stored.is_real else "generated data: the real is not here"
    print(render(lines))
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    print(
        f"\nMedians on {data}; {os.cpu_count()} cores, load {load}; "
        f"{time.monotonic() - start:.0f} s in all. Floors were measured in this run."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
