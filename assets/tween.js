// The same points in other coordinates: they move there, so that a person can follow a cluster.
(function () {
  "use strict";
  const projector = window.projector;
  const DURATION_MS = 800;
  let mine = 0;
  let movement = null; // { axes, frame, progress, now }

  // Where the points of `shown` were before, place by place; null when they are not the same points.
  projector.placesBefore = function (before, shown) {
    if (!before || before.dataset !== shown.projection.dataset) return null;
    const n = shown.positions.length / 3;
    if (before.rows === shown.rows || (!before.rows && !shown.rows)) {
      return before.positions.length === 3 * n ? before.positions : null;
    }
    const from = new Float32Array(3 * n), old = before.rows;
    for (let place = 0; place < n; place++) {
      const row = projector.rowOf(place), known = old ? projector.placeIn(old, row) : row;
      if (known < 0 || 3 * known >= before.positions.length) return null;
      for (let i = 0; i < 3; i++) from[3 * place + i] = before.positions[3 * known + i];
    }
    return from;
  };

  // Moves the cloud, which already has its new coordinates, there from the ones before.
  projector.startMovement = function (positions, frame, duration = DURATION_MS) {
    const cloud = projector.cloud(), me = (mine += 1);
    if (!cloud || projector.isCalm()) return;
    cloud.setMovement(positions, frame);
    movement = { positions, frame, progress: 0, mixed: null };
    projector.moving();
    const start = performance.now();
    const step = (now) => {
      if (me !== mine || projector.cloud() !== cloud || !cloud.movement) return;
      const share = Math.min(1, Math.max(0, now - start) / duration);
      movement.progress = cloud.movement.progress = share * share * (3 - 2 * share);
      movement.mixed = null;
      projector.moving();
      if (share < 1) return void requestAnimationFrame(step);
      movement = null;
      cloud.endMovement();
      projector.moving();
    };
    requestAnimationFrame(step);
  };

  projector.stopMovement = function () {
    mine += 1;
    movement = null;
  };

  // Coordinates as drawn at this moment, in those of the axes now; row by row.
  projector.positionsNow = function () {
    const { positions, frame } = projector.shown;
    if (!movement) return positions;
    if (movement.mixed) return movement.mixed;
    const { progress, frame: old } = movement, scale = frame.length / old.length;
    const mixed = new Float32Array(positions.length);
    for (let i = 0; i < mixed.length; i++) {
      const axis = i % 3;
      const from = (movement.positions[i] - old.middle[axis]) * scale + frame.middle[axis];
      mixed[i] = from + (positions[i] - from) * progress;
    }
    return (movement.mixed = mixed);
  };
})();
