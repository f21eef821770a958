"""Opens many damaged files in this process, watching time, memory and pickles."""

from __future__ import annotations

import collections
import random
import resource
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from data.errors import ProjectorError
from tests.fuzzing.families import FAMILIES
from tests.fuzzing.mutation import mutated

SECONDS = 20.0  # for one file of at most some kilobytes
MEMORY = 2 * 1024**3  # beyond what the process has when the watch begins
SHOWN = 10

unpickled: list[str] = []
_hooked: list[bool] = []


@dataclass
class Outcome:
    """What became of the files of a family.

    Attributes
    ----------
    counts : files by what became of them
    failures : one example of each kind of failure
    """

    counts: collections.Counter[str] = field(default_factory=collections.Counter)
    failures: dict[str, str] = field(default_factory=dict)

    def check(self) -> None:
        """Fail with the examples, if anything failed."""
        assert not unpickled, f"a pickle was opened: {unpickled[:SHOWN]}"
        shown = "\n\n".join(list(self.failures.values())[:SHOWN])
        assert not self.failures, f"{len(self.failures)} kinds of failure:\n{shown}"


class TooSlowError(Exception):
    """A small file took longer than SECONDS."""


@contextmanager
def watched() -> Iterator[None]:
    """Note every class that a pickle asks for, and bound memory and the time of each file."""
    if not _hooked:
        # An audit hook cannot be removed; it only appends to a list.
        sys.addaudithook(_note_pickle)
        _hooked.append(True)
    unpickled.clear()
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    used = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_DATA, (used + MEMORY, hard))
    before = signal.signal(signal.SIGALRM, _ring)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, before)
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def open_damaged(name: str, count: int, folder: Path) -> Outcome:
    """Open so many files of a family: first whole ones, then damaged copies, always the same."""
    family, outcome = FAMILIES[name], Outcome()
    seeds, chance = family.build_seeds(), random.Random(f"{name} 0")
    for number in range(count):
        # The seeds themselves must do what is promised, too.
        whole = number < len(seeds)
        content = seeds[number] if whole else mutated(chance.choice(seeds), seeds, chance)
        label = "input" + chance.choice(family.suffixes)
        path = folder / label
        path.write_bytes(content)
        outcome.counts[attempt(family.opens, path, label, chance, outcome.failures)] += 1
    return outcome


def attempt(
    opens: Callable[[Path, str, random.Random], str],
    path: Path,
    name: str,
    chance: random.Random,
    failures: dict[str, str],
) -> str:
    """Open one file; keep the first example of each kind of failure."""
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        # Warnings of libraries, such as of large images, are for the log.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return opens(path, name, chance)
    except ProjectorError as error:
        signal.setitimer(signal.ITIMER_REAL, 0)
        if not error.message or str(path.parent) in error.message + error.hint:
            failures.setdefault(f"message {error.code}", f"a poor message: {error.message!r}")
        return "refused"
    except MemoryError:
        # The limit of the child process says so; nothing was allocated.
        return "too large"
    except Exception as error:
        signal.setitimer(signal.ITIMER_REAL, 0)
        last = traceback.extract_tb(error.__traceback__)[-1]
        kind = f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"
        content = path.read_bytes()
        trace = "".join(traceback.format_exception(error)[-6:])
        failures.setdefault(
            kind, f"{kind} for {name} of {len(content)} bytes:\n{content[:2_000]!r}\n{trace}"
        )
        return "failed"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _note_pickle(event: str, arguments: tuple[object, ...]) -> None:
    if event == "pickle.find_class":
        unpickled.append(f"{arguments}")


def _ring(*_: object) -> None:
    raise TooSlowError
