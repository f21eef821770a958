"""What workers need, imported once by the process that they are forked from.

The only module that does something when it is imported: it lowers the priority, which workers
inherit, so that importing does not hold up the pages, and lets threads of OpenMP sleep while they
wait: spinning ones fight for a busy machine's cores.
"""

from __future__ import annotations

import os

os.nice(10)
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import openTSNE.affinity  # noqa: E402
import openTSNE.tsne  # noqa: E402
import scipy.linalg  # noqa: E402
import scipy.sparse.linalg  # noqa: E402
import threadpoolctl  # noqa: E402

import data.workers.computing  # noqa: E402
from data.compiled import keep_compiled_code  # noqa: E402

keep_compiled_code()

__all__ = ["data", "openTSNE", "scipy", "threadpoolctl"]
