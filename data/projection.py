"""A projection: method, parameters and what became of them, without the coordinates."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, Self

ID = re.compile(r"p[a-z2-7]{20}")
# A job computes a projection, or measures one.
JOB_ID = re.compile(r"p[a-z2-7]{20}|m[0-9a-f]{20}")

State = Literal["queued", "running", "paused", "done", "stopped", "failed", "lost"]
FINISHED: tuple[State, ...] = ("done", "stopped")
# What may still change by itself.
LIVE: tuple[State, ...] = ("queued", "running", "paused", "lost")


@dataclass(frozen=True)
class ProjectionRecord:
    """Everything about a projection except its coordinates.

    Attributes
    ----------
    rows : text form of the rows that were projected; None for all
    iteration : steps done, of n_iterations; 0 of 0 for methods without steps
    n_frames : layouts published so far; the newest has the number n_frames - 1
    kl_curve : (iteration, KL divergence), thinned
    place : in the queue, from 1; None when it does not wait
    stage : what a running job is doing
    seconds_left : of a running job, as far as it can be told
    parent, interventions : the projection that this one went on from, and what changed its course:
        (what, at which iteration, how many iterations more)
    superseded_by : the projection that goes on instead, after an intervention
    metadata_revision : of the dataset, where the method reads metadata
    quality : how true the map is, see `data.quality`; None until it was measured
    author : the name that who asked for it goes by; may be empty
    duration : seconds of computing
    """

    id: str
    dataset: str
    method: str
    parameters: dict[str, Any]
    n_points: int
    rows: str | None = None
    state: State = "done"
    iteration: int = 0
    n_iterations: int = 0
    n_frames: int = 1
    n_components: int = 0
    explained_variance_ratio: tuple[float, ...] | None = None
    kl_divergence: float | None = None
    kl_curve: tuple[tuple[int, float], ...] | None = None
    message: str = ""
    stage: str | None = None
    place: int | None = None
    seconds_left: float | None = None
    parent: str | None = None
    interventions: tuple[tuple[str, int, int], ...] = ()
    superseded_by: str | None = None
    metadata_revision: int | None = None
    author: str = ""
    created_at: str = ""
    duration: float = 0.0
    quality: dict[str, Any] | None = None
    name: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain dictionaries and lists; what a projection does not have is left out."""
        plain = asdict(self)
        for name in ("explained_variance_ratio", "kl_curve", "interventions"):
            plain[name] = _listed(plain[name])
        return {key: value for key, value in plain.items() if value is not None}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Self:
        """Build from `to_json`; unknown keys are ignored."""
        known = {f.name: record[f.name] for f in fields(cls) if f.name in record}
        for name in ("explained_variance_ratio", "kl_curve", "interventions"):
            if name in known:
                known[name] = _tupled(known[name])
        return cls(**known)

    def with_id(self) -> Self:
        """Return the record with the id that follows from what was asked."""
        asked: list[Any] = [self.dataset, self.rows, self.method, self.parameters]
        if self.metadata_revision is not None:
            asked.append({"metadata_revision": self.metadata_revision})
        if self.interventions:
            asked.append({"interventions": _listed(self.interventions)})
        digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).digest()
        return replace(self, id="p" + base64.b32encode(digest).decode().lower()[:20])

    def became_of(self, projection_id: str) -> bool:
        """Whether a run that was stopped or perturbed has ended as this projection."""
        is_changed = bool(self.interventions) and self.interventions[-1][0] != "continue"
        return is_changed and self.parent == projection_id

    def after(self, what: str, iteration: int, more: int = 0) -> Self:
        """Return the projection that this one becomes by an intervention, under its own id."""
        changed = replace(
            self,
            parent=self.id,
            interventions=(*self.interventions, (what, iteration, more)),
            n_iterations=iteration + more if more else self.n_iterations,
            name="",
        )
        return changed.with_id()


def thinned(curve: list[tuple[int, float]], most: int = 100) -> tuple[tuple[int, float], ...]:
    """Return a curve of at most about `most` points; the last one is always among them."""
    step = max(1, len(curve) // most)
    kept = curve[::step]
    if curve and kept[-1] != curve[-1]:
        kept = [*kept, curve[-1]]
    return tuple((iteration, round(value, 6)) for iteration, value in kept)


def _listed(value: Any) -> Any:
    return [_listed(item) for item in value] if isinstance(value, tuple | list) else value


def _tupled(value: Any) -> Any:
    return tuple(_tupled(item) for item in value) if isinstance(value, list | tuple) else value
