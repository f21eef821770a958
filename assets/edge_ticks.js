// Where a flat picture is zoomed so far that its axes lie outside, their values stand at the edges.
(function () {
  "use strict";
  const projector = window.projector;
  // CSS pixels: between two values, and the width and height of the strips that they stand on.
  const MIN_GAP = 90, STRIP = [44, 20];
  const SIDES = [{ axis: 0, size: "clientWidth" }, { axis: 1, size: "clientHeight" }];

  // Round values of which few fit between two ends: multiples of 1, 2 or 5 times a power of ten.
  projector.roundTicks = function (low, high, most) {
    const rough = (high - low) / Math.max(1, most), power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((times) => times * power).find((wide) => wide >= rough);
    const first = Math.ceil(low / step), n = Math.floor(high / step) - first + 1;
    const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    return Array.from({ length: Math.max(0, n) }, (_, i) => {
      const value = (first + i) * step;
      return { value, text: Math.abs(value) < 1e6 ? value.toFixed(decimals) : value.toPrecision(4) };
    });
  };

  // Seen straight from above, a pixel is so many units everywhere: [pixel at 0, pixels per unit].
  function scaleOf(axis, map) {
    const { middle, length } = projector.shown.frame, [x, y] = middle;
    const away = axis === 0 ? map(x + length, y, 0) : map(x, y + length, 0), here = map(x, y, 0);
    const perUnit = (away[axis] - here[axis]) / length;
    return [here[axis] - middle[axis] * perUnit, perUnit];
  }

  // { ticks: [{ at, text }, ...] } of an axis, or null while Plotly's own values are in the view.
  function edgeOf({ axis, size }, map, view) {
    const { middle, length } = projector.shown.frame, low = middle.map((at) => at - length / 2);
    const corner = map(low[0], low[1], 0);
    const isInView = axis === 0 ? corner[1] < view.clientHeight - STRIP[1] : corner[0] > STRIP[0];
    if (isInView) return null;
    const [start, perUnit] = scaleOf(axis, map), ends = [-start / perUnit, (view[size] - start) / perUnit];
    const ticks = projector.roundTicks(Math.min(...ends), Math.max(...ends), view[size] / MIN_GAP);
    return ticks.map(({ value, text }) => ({ at: start + value * perUnit, text }));
  }

  // The values at both edges, or null where there are none.
  function edgesNow() {
    const { dimensionality, projection } = projector.shown;
    const map = dimensionality === 2 && projection && projector.screenMap();
    if (!map) return null;
    const [below, beside] = SIDES.map((side) => edgeOf(side, map, projector.byId("view")));
    return below || beside ? { below: below || [], beside: beside || [] } : null;
  }

  // Pixels that the strips take from the left and from below.
  projector.edgeInsets = function () {
    const { below = [], beside = [] } = edgesNow() || {};
    return [beside.length ? STRIP[0] : 0, below.length ? STRIP[1] : 0];
  };

  function drawStrip(context, box, colors) {
    Object.assign(context, { fillStyle: colors.ground, globalAlpha: 0.85 });
    context.fillRect(...box);
    Object.assign(context, { fillStyle: colors.faint, globalAlpha: 1 });
  }

  // Paints the values on any canvas in pixels of the view.
  projector.drawEdgeTicks = function (context) {
    const edges = edgesNow(), colors = projector.themeColors(), [wide, high] = STRIP;
    if (!edges) return;
    const { clientWidth: width, clientHeight: height } = projector.byId("view");
    context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
    context.textBaseline = "middle";
    if (edges.beside.length) drawStrip(context, [0, 0, wide, height - high], colors);
    context.textAlign = "right";
    for (const { at, text } of edges.beside) if (at < height - 2 * high) context.fillText(text, wide - 5, at);
    if (edges.below.length) drawStrip(context, [0, height - high, width, high], colors);
    context.textAlign = "center";
    for (const { at, text } of edges.below) if (at > wide) context.fillText(text, at, height - high / 2);
    context.textAlign = "start";
  };

  projector.whenPresent("edge-ticks", (canvas) =>
    projector.onFrame(() => {
      if (edgesNow()) projector.drawEdgeTicks(projector.overlayContext(canvas));
      else projector.emptyOverlay(canvas);
    })
  );
})();
