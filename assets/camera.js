// Where the picture is seen from: kept on every update, per dimensionality, moved and reset.
//
// Both kinds of picture have one perspective camera. Seen straight from above, a flat picture looks
// the same as without perspective; so 2D and 3D share a scene (Plotly would build a new one for an
// orthographic camera), and the zoom of a flat picture is simply the height of the eye.
(function () {
  "use strict";
  const projector = window.projector;
  const EASE_MS = 350;
  // Seen exactly from above, Plotly writes along the upper edge; leaning so little, along the lower.
  const LEAN = 1e-4;
  // Nearest and farthest distance from the eye to the point that it turns around.
  const DISTANCES = { 2: [0.002, 12], 3: [0.02, 12] };

  // dimensionality -> camera as the person left it; absent: the default.
  let kept = {};
  let easing = 0;

  projector.camera = function () {
    const { dimensionality } = projector.shown;
    return structuredClone(kept[dimensionality] || projector.defaultCamera(dimensionality));
  };

  const isVector = (v) => Boolean(v) && ["x", "y", "z"].every((axis) => Number.isFinite(v[axis]));

  // Another dataset is seen from the default, or as a link says.
  projector.forgetCameras = function (dimensionality, camera) {
    kept = {};
    if (!camera || !isVector(camera.eye) || !isVector(camera.center)) return;
    kept[dimensionality] = withinReach({ ...projector.defaultCamera(dimensionality), ...camera }, dimensionality);
  };

  // A flat picture is seen straight from above, a spatial one with z upwards.
  function withinReach(camera, dimensionality) {
    const { eye, center } = camera, [near, far] = DISTANCES[dimensionality];
    if (dimensionality === 2) Object.assign(eye, { x: center.x, y: center.y });
    if (dimensionality === 2) center.z = 0;
    const away = ["x", "y", "z"].map((axis) => eye[axis] - center[axis]);
    const distance = Math.hypot(...away);
    if (!distance) return projector.defaultCamera(dimensionality);
    const scale = Math.max(near, Math.min(far, distance)) / distance;
    ["x", "y", "z"].forEach((axis, i) => (eye[axis] = center[axis] + away[i] * scale));
    return { ...camera, up: projector.defaultCamera(dimensionality).up };
  }

  projector.cameraDistance = ({ eye, center }) =>
    Math.hypot(eye.x - center.x, eye.y - center.y, eye.z - center.z);

  // Hands the camera to the scene; what Plotly reads at its next update is told, too.
  projector.applyCamera = function () {
    const scene = projector.scene(), plot = projector.glplot();
    if (!plot || !scene.camera) return;
    const camera = projector.camera(), distance = projector.cameraDistance(camera);
    if (projector.shown.dimensionality === 2) camera.eye.y -= LEAN * distance;
    // Depth is finest near the first plane: it follows the eye.
    plot.zNear = distance / 50;
    plot.zFar = distance + 20;
    scene.camera.distanceLimits = [1e-4, 100];
    scene.camera.lookAt(...["eye", "center", "up"].map((part) => Object.values(camera[part])));
    const graph = projector.graph();
    if (graph.layout.scene) graph.layout.scene.camera = camera;
    Object.assign(graph._fullLayout.scene.camera, structuredClone(camera));
  };

  // Moves the camera by a gesture; tell: whether the gesture is over and the address changes.
  projector.moveCamera = function (camera) {
    const { dimensionality } = projector.shown;
    kept[dimensionality] = withinReach(camera, dimensionality);
    projector.applyCamera();
    projector.moving();
  };

  projector.tellCamera = function () {
    const camera = kept[projector.shown.dimensionality];
    window.dash_clientside.set_props("camera", { data: camera ? projector.camera() : null });
  };

  projector.isCalm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  const between = (a, b, t) => ({ x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t, z: a.z + (b.z - a.z) * t });

  // Moves to another camera smoothly, so that a person sees where the picture went.
  projector.easeCamera = function (camera, done = () => {}) {
    const mine = (easing += 1), from = projector.camera(), start = performance.now();
    const finish = () => {
      done();
      projector.tellCamera();
    };
    if (projector.isCalm()) {
      projector.moveCamera(camera);
      return finish();
    }
    const step = (now) => {
      if (mine !== easing) return;
      const share = Math.min(1, Math.max(0, now - start) / EASE_MS), t = share * share * (3 - 2 * share);
      projector.moveCamera({
        ...camera, eye: between(from.eye, camera.eye, t), center: between(from.center, camera.center, t),
      });
      if (share < 1) requestAnimationFrame(step);
      else finish();
    };
    requestAnimationFrame(step);
  };

  projector.stopEasing = () => (easing += 1);

  // Shows all points as at the beginning; the link then needs no camera.
  projector.fitAll = function () {
    const { projection, dimensionality } = projector.shown;
    if (!projection) return;
    projector.easeCamera(projector.defaultCamera(dimensionality), () => delete kept[dimensionality]);
  };

  // Shows the selected points as large as they fit, from the direction one looks from.
  projector.fitSelection = function () {
    const { selected, dimensionality } = projector.shown;
    const places = Array.from(selected || [], projector.placeOf).filter(projector.isShown);
    if (!places.length) return projector.fitAll();
    const ends = [0, 1, 2].map((axis) => {
      const values = places.map((place) => projector.boxPosition(place)[axis]);
      return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
    });
    const [x, y, z] = ends.map(([low, high]) => (low + high) / 2);
    const radius = Math.hypot(...ends.map(([low, high]) => high - low)) / 2;
    const camera = projector.camera();
    const distance = Math.max(2.9 * radius, projector.fittedDistance(dimensionality) / 8);
    projector.easeCamera(seenFrom(camera, { x, y, z }, distance));
  };

  // The same direction onto another center.
  function seenFrom({ eye, center, ...camera }, target, distance) {
    const scale = distance / projector.cameraDistance({ eye, center });
    const away = (axis) => target[axis] + (eye[axis] - center[axis]) * scale;
    return { ...camera, center: target, eye: { x: away("x"), y: away("y"), z: away("z") } };
  }

  // Brings a point into the middle and a little nearer.
  projector.centerOn = function (row) {
    const place = projector.placeOf(row);
    if (place < 0) return;
    const [x, y, z] = projector.boxPosition(place), camera = projector.camera();
    projector.easeCamera(seenFrom(camera, { x, y, z }, projector.cameraDistance(camera) * 0.7));
  };

  projector.whenPresent("reset-view", (button) => button.addEventListener("click", projector.fitAll));
})();
