"""The record of a job: who computes a projection, how far it is, what people want it to do."""

from __future__ import annotations

import time
from dataclasses import dataclass, fields
from typing import Any, Self

from data.projection import State


@dataclass(frozen=True)
class Job:
    """The record of a job.

    Attributes
    ----------
    id : of the projection that it computes
    worker : the process that holds the lease; empty while nobody does
    heartbeat : its last sign of life, on the machine's monotonic clock
    losses : workers that died in it
    queued_at : seconds since 1970, the order of the queue
    pause, stop, perturb : what people want, and the worker has not done yet
    superseded_by : the projection that the run became by an intervention
    seconds : computing so far; seconds_left is an estimate, None where there is none
    """

    id: str
    state: State = "queued"
    worker: str = ""
    pid: int = 0
    heartbeat: float = 0.0
    losses: int = 0
    queued_at: float = 0.0
    pause: bool = False
    stop: bool = False
    perturb: bool = False
    superseded_by: str | None = None
    iteration: int = 0
    n_frames: int = 0
    stage: str = ""
    message: str = ""
    curve: tuple[tuple[int, float], ...] = ()
    seconds: float = 0.0
    seconds_left: float | None = None

    def is_silent(self, lease: float) -> bool:
        """Whether the lease has run out; a time of before the machine's start counts as old."""
        return not 0 <= time.monotonic() - self.heartbeat <= lease

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Self:
        """Build from `asdict`, as JSON kept it."""
        known = {f.name: record[f.name] for f in fields(cls) if f.name in record}
        known["curve"] = tuple((i, kl) for i, kl in record.get("curve", ()))
        return cls(**known)
