// The same points in other coordinates: they move there, so that a person can follow a cluster.
(function () {
  "use strict";
  const projector = window.projector;
  const DURATION_MS = 800;
  let latest = 0;
  // On its way: { from, fromFrame, to, toFrame, progress, mixed }; coordinates row by row.
  let movement = null;

  // Where the points of `shown` were before, place by place; null when they are not the same points.
  projector.placesBefore = function (before, shown) {
    if (!before || before.dataset !== shown.projection.dataset) return null;
    const n = shown.positions.length / 3, { positions, rows } = before;
    if (rows === shown.rows) return positions.length === 3 * n ? positions : null;
    const from = new Float32Array(3 * n);
    for (let place = 0; place < n; place++) {
      const row = projector.rowOf(place), known = rows ? projector.placeIn(rows, row) : row;
      if (known < 0 || 3 * known >= positions.length) return null;
      for (let i = 0; i < 3; i++) from[3 * place + i] = positions[3 * known + i];
    }
    return from;
  };

  const smooth = (share) => share * share * (3 - 2 * share);

  // Moves the cloud, which already has its new coordinates, there from the ones before. Live frames
  // follow each other: between them the pace is even.
  projector.startMovement = function (from, fromFrame, { positions: to, frame: toFrame, duration }) {
    const cloud = projector.cloud(), mine = (latest += 1);
    if (!cloud || projector.isCalm()) return;
    cloud.setMovement(from, fromFrame);
    movement = { from, fromFrame, to, toFrame, progress: 0, mixed: null };
    projector.moving();
    const start = performance.now();
    const step = (now) => {
      if (mine !== latest || projector.cloud() !== cloud) return;
      const share = Math.min(1, Math.max(0, now - start) / (duration || DURATION_MS));
      movement.progress = cloud.movement.progress = duration ? share : smooth(share);
      movement.mixed = null;
      projector.moving();
      if (share < 1) return void requestAnimationFrame(step);
      movement = null;
      cloud.endMovement();
    };
    requestAnimationFrame(step);
  };

  projector.stopMovement = function () {
    latest += 1;
    movement = null;
  };

  // Coordinates as drawn at this moment, in those of the axes that the movement goes to.
  function mixed() {
    const { from, fromFrame, to, toFrame, progress } = movement;
    const scale = toFrame.length / fromFrame.length, now = new Float32Array(to.length);
    for (let i = 0; i < now.length; i++) {
      const axis = i % 3, old = (from[i] - fromFrame.middle[axis]) * scale + toFrame.middle[axis];
      now[i] = old + (to[i] - old) * progress;
    }
    return now;
  }

  // Coordinates of `target` as they are drawn at this moment.
  projector.positionsNow = function (target = projector.shown.positions) {
    if (!movement || movement.to !== target) return target;
    return (movement.mixed ||= mixed());
  };
})();
