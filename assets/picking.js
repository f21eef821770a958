// Where points are on the screen: the scene's own matrices applied to the coordinates.
(function () {
  "use strict";
  const projector = window.projector;

  projector.scene = function () {
    const graph = projector.graph();
    const layout = graph && graph._fullLayout;
    return (layout && layout.scene && layout.scene._scene) || null;
  };
  projector.glplot = () => (projector.scene() || {}).glplot || null;

  function multiply(a, b) {
    const product = new Float64Array(16);
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < 4; j++)
        for (let k = 0; k < 4; k++) product[i * 4 + j] += a[k * 4 + j] * b[i * 4 + k];
    return product;
  }

  // Function from data coordinates to [x, y, depth] in CSS pixels of the view; null without a scene.
  projector.screenMap = function () {
    const scene = projector.scene(), plot = projector.glplot();
    if (!plot || !plot.cameraParams || !scene.dataScale) return null;
    const { projection, view, model } = plot.cameraParams, scale = scene.dataScale;
    const m = multiply(projection, multiply(view, model));
    const box = scene.container.getBoundingClientRect();
    const frame = projector.byId("view").getBoundingClientRect();
    const [left, top] = [box.left - frame.left, box.top - frame.top];
    return function (x, y, z) {
      const [X, Y, Z] = [x * scale[0], y * scale[1], z * scale[2]];
      const w = m[3] * X + m[7] * Y + m[11] * Z + m[15];
      if (w <= 0) return null;
      return [
        left + (box.width / 2) * (1 + (m[0] * X + m[4] * Y + m[8] * Z + m[12]) / w),
        top + (box.height / 2) * (1 - (m[1] * X + m[5] * Y + m[9] * Z + m[13]) / w),
        (m[2] * X + m[6] * Y + m[10] * Z + m[14]) / w,
      ];
    };
  };

  function pointAt(map, place) {
    const { axes, dimensionality } = projector.shown;
    return map(axes[0][place], axes[1][place], dimensionality === 3 ? axes[2][place] : 0);
  }

  // Screen position of a row, or null when it is not in the picture.
  projector.positionOfRow = function (row) {
    const map = projector.screenMap(), { rows, axes } = projector.shown;
    if (!map || !axes.length) return null;
    const place = rows ? rows.indexOf(row) : row;
    return place >= 0 && place < axes[0].length ? pointAt(map, place) : null;
  };

  // Row of the drawn point nearest to a position; of points that lie on it the front one.
  projector.rowAt = function (x, y, radius) {
    const map = projector.screenMap(), { drawn } = projector.shown;
    if (!map) return null;
    let best = null, bestRank = Infinity;
    for (const place of drawn) {
      const at = pointAt(map, place);
      if (!at) continue;
      const distance = Math.hypot(at[0] - x, at[1] - y);
      if (distance > radius) continue;
      // Within 3 pixels the pointer is on the marker itself and depth decides.
      const rank = distance <= 3 ? at[2] - 10 : distance;
      if (rank < bestRank) [best, bestRank] = [place, rank];
    }
    return best === null ? null : projector.rowOf(best);
  };
})();
