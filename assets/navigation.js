// Orbit, pan and zoom: mouse, wheel and touch move the camera.
(function () {
  "use strict";
  const projector = window.projector;
  const WHEEL_REST_MS = 160;
  const THRESHOLD = 4; // pixels; less is a click
  let dragMode = "orbit";
  const fingers = new Map(); // pointer id -> [x, y]
  let gesture = null;

  // "orbit" or "pan": what the plain drag does in 3D.
  projector.setDragMode = (mode) => (dragMode = mode);

  const minus = (a, b) => [a.x - b.x, a.y - b.y, a.z - b.z];
  const plus = (a, [x, y, z]) => ({ x: a.x + x, y: a.y + y, z: a.z + z });
  const cross = ([a, b, c], [x, y, z]) => [b * z - c * y, c * x - a * z, a * y - b * x];
  const unit = (v) => v.map((part) => part / Math.hypot(...v));

  // What one pixel is in the plane through the center of the picture: [to the right, downwards].
  function pixelSteps(camera) {
    const { clientHeight } = projector.byId("view");
    const away = minus(camera.eye, camera.center);
    const step = (2 * Math.hypot(...away) * Math.tan(projector.glplot().fovy / 2)) / clientHeight;
    const right = unit(cross(Object.values(camera.up), away));
    const down = unit(cross(right, away));
    return [right.map((part) => part * step), down.map((part) => part * step)];
  }

  // The picture follows the pointer.
  function panned(camera, dx, dy) {
    const [right, down] = pixelSteps(camera);
    const shift = [0, 1, 2].map((i) => -dx * right[i] - dy * down[i]);
    return { ...camera, eye: plus(camera.eye, shift), center: plus(camera.center, shift) };
  }

  // Half a turn is the height of the view; up stays up.
  function turned(camera, dx, dy) {
    const [x, y, z] = minus(camera.eye, camera.center), distance = Math.hypot(x, y, z);
    const perPixel = Math.PI / projector.byId("view").clientHeight;
    const azimuth = Math.atan2(y, x) - dx * perPixel;
    const polar = Math.max(0.01, Math.min(Math.PI - 0.01, Math.acos(z / distance) - dy * perPixel));
    const away = [Math.sin(polar) * Math.cos(azimuth), Math.sin(polar) * Math.sin(azimuth), Math.cos(polar)];
    return { ...camera, eye: plus(camera.center, away.map((part) => part * distance)) };
  }

  // factor below 1 goes nearer. In 2D what is under the pointer stays there.
  function zoomed(camera, factor, [x, y]) {
    const { clientWidth, clientHeight } = projector.byId("view");
    const away = minus(camera.eye, camera.center);
    const nearer = { ...camera, eye: plus(camera.center, away.map((part) => part * factor)) };
    if (projector.shown.dimensionality === 3) return nearer;
    const [fromX, fromY] = [x - clientWidth / 2, y - clientHeight / 2];
    // The limits of the distance hold for the shift, too.
    projector.moveCamera(nearer);
    const reached = projector.cameraDistance(projector.camera()) / Math.hypot(...away);
    const shift = panned(camera, -fromX * (1 - reached), -fromY * (1 - reached));
    return { ...shift, eye: { ...shift.eye, z: projector.camera().eye.z } };
  }

  function local(event) {
    const frame = projector.byId("view").getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  }

  const isReady = () => projector.shown.projection && projector.cloud() && projector.glplot();

  function begin(event) {
    if (!isReady()) return;
    fingers.set(event.pointerId, local(event));
    const pans = event.button > 0 || event.shiftKey || event.ctrlKey || event.metaKey;
    gesture = { pans: pans || dragMode === "pan", hasMoved: false, from: local(event), touch: null };
    projector.stopEasing();
  }

  // Two fingers: their middle pans, their distance zooms.
  function pinch() {
    const [[ax, ay], [bx, by]] = [...fingers.values()];
    const now = { x: (ax + bx) / 2, y: (ay + by) / 2, span: Math.max(1, Math.hypot(ax - bx, ay - by)) };
    const before = gesture.touch || now;
    gesture.touch = now;
    gesture.hasMoved = true;
    const camera = panned(projector.camera(), now.x - before.x, now.y - before.y);
    projector.moveCamera(zoomed(camera, before.span / now.span, [now.x, now.y]));
  }

  function move(event) {
    const before = fingers.get(event.pointerId);
    if (!before || !gesture || !isReady()) return;
    const now = local(event);
    if (!gesture.hasMoved && Math.hypot(now[0] - gesture.from[0], now[1] - gesture.from[1]) < THRESHOLD) return;
    fingers.set(event.pointerId, now);
    if (fingers.size === 2) return pinch();
    gesture.hasMoved = true;
    const pans = gesture.pans || projector.shown.dimensionality === 2;
    const [dx, dy] = [now[0] - before[0], now[1] - before[1]];
    projector.moveCamera((pans ? panned : turned)(projector.camera(), dx, dy));
  }

  function end(event) {
    if (!fingers.delete(event.pointerId) || !gesture) return;
    gesture.touch = null;
    if (fingers.size) return;
    if (gesture.hasMoved) projector.restNow();
    if (gesture.hasMoved) projector.tellCamera();
    gesture = null;
  }

  projector.isDragging = () => Boolean(gesture && gesture.hasMoved);

  let wheelTimer = 0;
  function wheel(event) {
    if (!isReady()) return;
    event.preventDefault();
    projector.stopEasing();
    const lines = event.deltaMode === 1 ? 18 : event.deltaMode === 2 ? 400 : 1;
    // Pinching on a touchpad arrives as a wheel with Ctrl and small steps.
    const strength = event.ctrlKey ? 0.01 : 0.0015;
    const factor = Math.exp(Math.max(-1, Math.min(1, event.deltaY * lines * strength)));
    projector.moveCamera(zoomed(projector.camera(), factor, local(event)));
    clearTimeout(wheelTimer);
    wheelTimer = setTimeout(projector.tellCamera, WHEEL_REST_MS);
  }

  projector.whenPresent("view", (view) => {
    view.addEventListener("wheel", wheel, { passive: false });
    view.addEventListener("pointerdown", (event) => {
      // What lies over the graph (selecting tools, cards) has gestures of its own.
      if (event.target.closest("#graph")) begin(event);
    });
    view.addEventListener("dblclick", (event) => {
      if (!event.target.closest("#graph")) return;
      const row = projector.rowAt(...local(event), 12);
      if (row !== null) projector.centerOn(row);
    });
    view.addEventListener("contextmenu", (event) => event.preventDefault());
  });
  window.addEventListener("pointermove", move);
  window.addEventListener("pointerup", end);
  window.addEventListener("pointercancel", end);
})();
