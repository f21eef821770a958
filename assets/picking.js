// Where points are on the screen: the camera's own matrices applied to the coordinates.
(function () {
  "use strict";
  const projector = window.projector;
  const RING_GAP = 4; // CSS pixels

  function multiply(a, b) {
    const product = new Float64Array(16);
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < 4; j++)
        for (let k = 0; k < 4; k++) product[i * 4 + j] += a[k * 4 + j] * b[i * 4 + k];
    return product;
  }

  // The matrix from coordinates to clip space, as the point cloud draws them; null without a scene.
  function matrixOf({ middle, length }) {
    const plot = projector.glplot(), { dimensionality } = projector.shown;
    if (!plot || !plot.cameraParams || !plot.cameraParams.view) return null;
    const { x, y, z } = projector.aspectRatio(dimensionality);
    const scale = [x / length, y / length, dimensionality === 3 ? z / length : 0];
    const box = new Float64Array(16);
    for (let i = 0; i < 3; i++) {
      box[5 * i] = scale[i];
      box[12 + i] = -middle[i] * scale[i];
    }
    box[15] = 1;
    const { projection, view } = plot.cameraParams;
    return multiply(projection, multiply(view, box));
  }

  function viewport() {
    const box = projector.scene().container.getBoundingClientRect();
    const frame = projector.byId("view").getBoundingClientRect();
    return { left: box.left - frame.left, top: box.top - frame.top, width: box.width, height: box.height };
  }

  // Function from coordinates to [x, y, depth] in CSS pixels of the view; null without a scene.
  projector.screenMap = function () {
    const { frame } = projector.shown, m = frame && matrixOf(frame);
    if (!m) return null;
    const { left, top, width, height } = viewport();
    return function (x, y, z) {
      const w = m[3] * x + m[7] * y + m[11] * z + m[15];
      if (w <= 0) return null;
      return [
        left + (width / 2) * (1 + (m[0] * x + m[4] * y + m[8] * z + m[12]) / w),
        top + (height / 2) * (1 - (m[1] * x + m[5] * y + m[9] * z + m[13]) / w),
        w,
      ];
    };
  };

  let known = null; // what the arrays below were computed for
  const screen = { x: new Float32Array(0), y: new Float32Array(0), depth: new Float32Array(0) };

  function resize(n) {
    if (screen.x.length === n) return;
    for (const name of ["x", "y", "depth"]) screen[name] = new Float32Array(n);
  }

  // Points projected by one call. Called often, the function below is soon compiled; while it is
  // interpreted, every number on the way is an object: megabytes for a loop over a million of points.
  const PIECE = 4096;

  // flatDepth: the one of a flat picture, where no point lies before another; else null.
  function projectPiece(at, m, { left, top, width, height }, flatDepth, first, last) {
    const { x, y, depth } = screen, w2 = width / 2, h2 = height / 2;
    for (let i = first, j = 3 * first; i < last; i++, j += 3) {
      const X = at[j], Y = at[j + 1], Z = at[j + 2], w = m[3] * X + m[7] * Y + m[11] * Z + m[15];
      depth[i] = flatDepth === null ? w : flatDepth;
      x[i] = w > 0 ? left + w2 * (1 + (m[0] * X + m[4] * Y + m[8] * Z + m[12]) / w) : NaN;
      y[i] = top + h2 * (1 - (m[1] * X + m[5] * Y + m[9] * Z + m[13]) / w);
    }
  }

  // All places on the screen: { x, y, depth }, CSS pixels of the view and the distance from the
  // eye; x is NaN behind it; and where in the view the canvas lies: { left, top, width, height }. The
  // arrays are used again by the next call after a frame.
  projector.projectAll = function () {
    const { frame } = projector.shown, m = frame && matrixOf(frame);
    if (!m) return { x: new Float32Array(0), y: new Float32Array(0), depth: new Float32Array(0) };
    const canvas = viewport(), key = [...m, ...Object.values(canvas)], at = projector.positionsNow();
    if (known && known.at === at && key.every((value, i) => value === known.key[i])) return screen;
    known = { at, key };
    const n = at.length / 3, [x, y] = frame.middle;
    const flatDepth = projector.shown.dimensionality === 2 ? m[3] * x + m[7] * y + m[15] : null;
    resize(n);
    Object.assign(screen, canvas);
    for (let first = 0; first < n; first += PIECE) {
      projectPiece(at, m, canvas, flatDepth, first, Math.min(n, first + PIECE));
    }
    return screen;
  };

  // Screen position of a row, or null when it is not in the picture.
  projector.positionOfRow = function (row) {
    const place = projector.placeOf(row), map = place >= 0 ? projector.screenMap() : null;
    return map && map(...projector.positionsNow().subarray(3 * place, 3 * place + 3));
  };

  // Half the size of an ordinary point or thumbnail at the distance of the fitted view, CSS pixels.
  projector.markerRadius = function () {
    const { style, tiles } = projector.cloud() || {};
    if (!style) return 3;
    return (style.thumbnails && tiles.length ? style.thumbnailSize : style.size) / 2;
  };

  // How far a point reaches from its middle: [width, height] in CSS pixels, and is it a thumbnail?
  projector.drawnExtent = function (place, depth) {
    const cloud = projector.cloud(), { style } = cloud || {};
    if (!style) return [3, 3, false];
    const sheet = style.thumbnails && cloud.tiles.length ? cloud.sheet : null;
    const factor = (sheet ? style.thumbnailSizes : style.sizes)[projector.shown.looks[4 * place + 3]];
    const half = (((sheet ? style.thumbnailSize : style.size) * factor) / 2) * (style.reach / depth) ** style.falloff;
    if (!sheet) return [Math.max(1.5, half), Math.max(1.5, half), false];
    const longer = Math.max(sheet.width, sheet.height);
    return [(half * sheet.width) / longer, (half * sheet.height) / longer, true];
  };

  // Half the width and height of a ring that leaves a gap around a point, and is it a thumbnail?
  projector.ringAround = function (place, depth) {
    const [width, height, isThumbnail] = projector.drawnExtent(place, depth);
    return [width + RING_GAP, height + RING_GAP, isThumbnail];
  };

  // Row of the drawn point nearest to a position; of points that lie on it the front one, as drawn:
  // what stands out lies before the rest.
  projector.rowAt = function (x, y, radius) {
    const screen = projector.projectAll(), { drawn, looks } = projector.shown;
    const { focus } = projector.STATE, square = radius * radius;
    let best = -1, bestRank = Infinity;
    for (let i = 0; i < drawn.length; i++) {
      const place = drawn[i], dx = screen.x[place] - x, dy = screen.y[place] - y;
      const distance = dx * dx + dy * dy;
      if (!(distance <= square)) continue;
      const [width, height, isSquare] = projector.drawnExtent(place, screen.depth[place]);
      const isOn = isSquare
        ? Math.abs(dx) <= width && Math.abs(dy) <= height
        : distance <= width * width;
      const before = looks[4 * place + 3] >= focus ? 1e5 : 0;
      const rank = isOn ? screen.depth[place] - 1e6 - before : distance;
      // Of equals, as all are in 2D, the one drawn last covers the others.
      if (rank <= bestRank) [best, bestRank] = [place, rank];
    }
    return best < 0 ? null : projector.rowOf(best);
  };
})();
