"""The process that opens files from outside: `python -m data.readers.child`.

The request is JSON on the standard input; results go into the folder that it names.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from dataclasses import asdict
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any


class WithoutPandas(MetaPathFinder):
    """Keeps Arrow from importing pandas, to recognize values that this process never has.

    Importing it takes longer than reading most files.
    """

    def find_spec(self, name: str, path: Any, target: Any = None) -> None:
        """Say that it is not installed."""
        if name == "pandas":
            raise ModuleNotFoundError(name)


def main() -> None:
    """Limit this process, then read; the answer is result.json."""
    request = json.load(sys.stdin)
    limit_process(request["limits"])
    sys.meta_path.insert(0, WithoutPandas())
    # Imported under the limits, and not at all by a process that only starts this one.
    from data.errors import ChooseTensorError, ProjectorError

    result: dict[str, Any]
    try:
        from data.readers.parse import run

        result = run(request)
    except ProjectorError as error:
        result = {
            "error": type(error).__name__,
            "message": error.message,
            "hint": error.hint,
            "part": error.part,
            "choices_left": [asdict(choice) for choice in error.choices_left],
        }
        if isinstance(error, ChooseTensorError):
            result["choices"] = error.choices
    except MemoryError:
        result = {"error": "MemoryError"}
    Path(request["out"], "result.json").write_text(json.dumps(result))


def limit_process(limits: dict[str, int]) -> None:
    """Bound memory and time, and leave no core file behind."""
    # Not the address space: memory maps of large files are no memory that the machine lacks.
    resource.setrlimit(resource.RLIMIT_DATA, (limits["parse_memory"], limits["parse_memory"]))
    seconds = limits["parse_seconds"]
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
    # Threads of Arrow that are still ending abort an ordinary exit now and then.
    sys.stdout.flush()
    os._exit(0)
