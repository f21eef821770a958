"""What is known of projections, finished and running: their records, coordinates and frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from data.errors import ConflictError, NotFoundError
from data.job import Job
from data.jobs import Jobs
from data.limits import Limits
from data.projection import FINISHED, ID, ProjectionRecord, thinned
from data.stores.frames import Frame, FrameStore
from data.stores.projections import ProjectionStore

GONE = "This projection is not on this server, or was deleted."


class KnownProjections:
    """The projections of a data directory, as whoever looks at them sees them."""

    def __init__(self, root: Path, limits: Limits) -> None:
        self.finished = ProjectionStore(root)
        self.jobs = Jobs(root, limits)
        self.frames = FrameStore(root)

    def record(self, projection_id: str) -> ProjectionRecord:
        """Return the record of one projection; raises NotFoundError."""
        found = self._find(projection_id) if ID.fullmatch(projection_id) else None
        if found is None:
            raise NotFoundError(GONE, hint="Compute it again with the same parameters.")
        return found

    def current(self, projection_id: str) -> ProjectionRecord:
        """Return the record of a projection, or of what an intervention made of it.

        Raises NotFoundError.
        """
        try:
            record = self.record(projection_id)
        except NotFoundError:
            # Its job knew the successor only for a week; the successor knows its parent for good.
            for successor in self.finished.all():
                if successor.became_of(projection_id):
                    return successor
            raise
        return self.current(record.superseded_by) if record.superseded_by else record

    def _find(self, projection_id: str) -> ProjectionRecord | None:
        finished = self.finished.find(projection_id)
        if finished is not None:
            return finished
        job, request = self.jobs.get(projection_id), self.frames.request(projection_id)
        if job is None or request is None:
            # It may have been finished in between.
            return self.finished.find(projection_id)
        return self._of_job(job, ProjectionRecord.from_json(request["record"]))

    def _of_job(self, job: Job, asked: ProjectionRecord) -> ProjectionRecord:
        state = self.jobs.seen_state(job)
        return replace(
            asked,
            state=state,
            iteration=job.iteration,
            n_frames=job.n_frames,
            kl_curve=thinned(list(job.curve)) or None,
            kl_divergence=job.curve[-1][1] if job.curve else None,
            message=" ".join(part for part in (asked.message, job.message) if part),
            stage=job.stage or None,
            place=self.jobs.place(job),
            seconds_left=job.seconds_left if state == "running" else None,
            superseded_by=job.superseded_by,
            duration=job.seconds,
        )

    def list(self, dataset_id: str) -> list[ProjectionRecord]:
        """Return the projections of a dataset, the newest first; superseded ones are left out."""
        found = {record.id: record for record in self.finished.all()}
        for job in self.jobs.all():
            if job.id not in found and not job.superseded_by and ID.fullmatch(job.id):
                record = self._find(job.id)
                if record is not None:
                    found[job.id] = record
        mine = [record for record in found.values() if record.dataset == dataset_id]
        return sorted(mine, key=lambda record: record.created_at, reverse=True)

    def coordinates(
        self, projection_id: str, components: Sequence[int] | None = None
    ) -> np.ndarray:
        """Return coordinates, float32 of shape (n_points, number of components).

        Raises
        ------
        ParameterError
            If a component does not exist.
        ConflictError
            If there are no coordinates (yet).
        """
        record = self.record(projection_id)
        if record.state not in FINISHED or record.superseded_by:
            raise ConflictError(f"This projection is {record.state}; it has no coordinates yet.")
        return self.finished.coordinates(projection_id, components)

    def frame(self, projection_id: str, after: int = -1) -> Frame | None:
        """Return the newest frame when it is newer than `after`; of a finished run, its end."""
        frame = self.frames.latest(projection_id, after)
        if frame is not None:
            return frame
        record = self.finished.find(projection_id)
        if record is None or record.n_frames - 1 <= after:
            return None
        values = self.finished.coordinates(projection_id)
        return Frame(
            record.n_frames - 1, record.iteration, values.shape[1], values.astype("<f4").tobytes()
        )
