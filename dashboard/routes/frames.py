"""Waiting for the newest layout of a running projection: a long poll that answers in binary."""

from __future__ import annotations

import time

from flask import Response, current_app

from data.projecting import Projections
from data.projection import LIVE
from data.stores.frames import Frame

WAIT_SECONDS = 10.0
LOOK_SECONDS = 0.04
# How often to look whether there is anything to wait for.
STATE_SECONDS = 0.25
# Under this name the server says whether it is about to end.
IS_CLOSING = "IS_CLOSING"


def wait_for_frame(projections: Projections, projection_id: str, after: int) -> Response:
    """Answer with the newest frame as soon as its number is above `after`.

    Frames are a state and no log, so who is slow skips some and never queues. Without a new one
    the answer is 204: after 10 s, or at once when the run has ended.
    """
    until = time.monotonic() + WAIT_SECONDS
    look_at_state = 0.0
    while True:
        frame = projections.frame(projection_id, after)
        if frame is not None:
            return _answer(frame)
        now = time.monotonic()
        if now >= look_at_state:
            look_at_state = now + STATE_SECONDS
            record = projections.record(projection_id)
            if record.state not in LIVE or record.superseded_by:
                break
        if now >= until or current_app.config.get(IS_CLOSING, bool)():
            break
        time.sleep(LOOK_SECONDS)
    # The run may have ended with a frame between the two looks.
    frame = projections.frame(projection_id, after)
    return _answer(frame) if frame is not None else _unkept(Response(status=204))


def _answer(frame: Frame) -> Response:
    answer = Response(frame.values, mimetype="application/octet-stream")
    answer.headers["Frame-Number"] = str(frame.number)
    answer.headers["Frame-Iteration"] = str(frame.iteration)
    answer.headers["Frame-Dims"] = str(frame.n_dims)
    return _unkept(answer)


def _unkept(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer
