"""The predecessor's camera in the units of Plotly's, and back.

Its points fill [-1, 1] and are seen from (0.45, 0.9, 1.6) with 70 degrees, y upward; ours fill a
cube of side 1 less its margins, z upward, and are seen with 45 degrees; the direction of looking is
kept. In 2D its zoom is a number, ours the height of the eye: 1.55 shows all.
"""

from __future__ import annotations

import math
from typing import Any

from data.field_checks import Vector
from data.view_state import Camera

SIDE = 1 / 1.08 / 2
DISTANCE = SIDE * math.tan(math.radians(35)) / math.tan(math.radians(22.5))
FLAT_EYE = 1.55


def camera_of_state(given: Any) -> dict[str, Any] | None:
    """Return the JSON of a camera of ours; None when there is none, or it is damaged."""
    if not isinstance(given, dict):
        return None
    position, target = _vector(given.get("position")), _vector(given.get("target"))
    if position is None or target is None:
        return None
    if given.get("orthographic") is True:
        zoom = given.get("zoom", 1)
        zoom = zoom if isinstance(zoom, int | float) and 1e-3 < zoom < 1e3 else 1
        x, y = target[0] * SIDE, target[1] * SIDE
        return {"eye": [x, y, FLAT_EYE / zoom], "center": [x, y, 0], "up": [0, 1, 0]}
    center = [part * SIDE for part in target]
    eye = [c + (p - t) * DISTANCE for c, p, t in zip(center, position, target, strict=True)]
    return {"eye": eye, "center": center, "up": [0, 0, 1]}


def state_of_camera(camera: Camera | None, dimensionality: int) -> dict[str, Any]:
    """Return the cameraDef of a state; without a camera the one that shows all."""
    if dimensionality == 2:
        eye = camera.eye if camera else (0.0, 0.0, FLAT_EYE)
        center = camera.center if camera else (0.0, 0.0, 0.0)
        x, y = center[0] / SIDE, center[1] / SIDE
        zoom = FLAT_EYE / max(1e-6, abs(eye[2] - center[2]))
        return {"orthographic": True, "position": [x, y, 4], "target": [x, y, 0], "zoom": zoom}
    if camera is None:
        return {
            "orthographic": False,
            "position": [0.45, 0.9, 1.6],
            "target": [0, 0, 0],
            "zoom": 1,
        }
    target = [part / SIDE for part in camera.center]
    position = [
        t + (e - c) / DISTANCE for t, e, c in zip(target, camera.eye, camera.center, strict=True)
    ]
    return {"orthographic": False, "position": position, "target": target, "zoom": 1}


def _vector(value: Any) -> Vector | None:
    if not isinstance(value, list) or len(value) != 3:
        return None
    if any(type(v) not in (int, float) or not math.isfinite(v) or abs(v) > 1e6 for v in value):
        return None
    return (float(value[0]), float(value[1]), float(value[2]))
