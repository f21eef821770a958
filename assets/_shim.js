// Stands in for what the point layer brings.
(function () {
  "use strict";
  const projector = window.projector;
  const listeners = [];
  projector.onFrame = (listener) => listeners.push(listener);
  window.addEventListener("load", () => {
    const place = projector.placeMarks, card = projector.showCard, out = projector.pointOut;
    let hovered = null, listed = null;
    projector.placeMarks = () => { place(); listeners.forEach((listener) => listener()); };
    projector.showCard = (row, at) => { if (row !== hovered) { hovered = row; projector.repaintLabels(); } card(row, at); };
    projector.pointOut = (row) => { listed = row; out(row); projector.repaintLabels(); };
    projector.pointedRow = () => listed ?? hovered;
  });
  projector.isShown = (place) => {
    const { coloring, hidden, values } = projector.shown;
    if (!hidden.size || coloring.kind !== "categorical") return true;
    const code = values[projector.rowOf(place)];
    return !hidden.has(code < coloring.values.length ? coloring.values[code] : "");
  };
  projector.projectAll = function () {
    const map = projector.screenMap(), { axes, dimensionality } = projector.shown, n = axes[0].length;
    const at = { x: new Float32Array(n), y: new Float32Array(n), depth: new Float32Array(n) };
    for (let i = 0; i < n; i++) {
      const p = map(axes[0][i], axes[1][i], dimensionality === 3 ? axes[2][i] : 0) || [NaN, NaN, NaN];
      [at.x[i], at.y[i], at.depth[i]] = p;
    }
    return at;
  };
  projector.markerRadius = () => 3 * projector.shown.pointSize;
  projector.wheelTarget = () => projector.scene().glplot.canvas;
  projector.setDragMode = () => {};
  projector.fitSelection = () => {};
})();
