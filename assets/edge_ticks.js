// Values and names of the axes of a flat picture: beside the axes, or at the edges of the view where
// the picture is zoomed so far that its axes lie outside.
(function () {
  "use strict";
  const projector = window.projector;
  // CSS pixels: between two values, and the width and height of the strips that they stand on.
  const MIN_GAP = 90, STRIP = [44, 20];
  // From an axis to its values, from these to its name, and what all that needs beside and below.
  const GAP = 7, NAME_GAP = 13, ROOM = [58, 42];
  const SIDES = [{ axis: 0, size: "clientWidth" }, { axis: 1, size: "clientHeight" }];
  // Lines of the grid along the whole picture, at most.
  const MOST_LINES = 8;

  const fontOf = (size) => `${size}px ${getComputedStyle(document.body).fontFamily}`;

  // A multiple of 1, 2 or 5 times a power of ten.
  function roundStep(length, most) {
    const rough = length / Math.max(1, most), power = 10 ** Math.floor(Math.log10(rough));
    return [1, 2, 5, 10].map((times) => times * power).find((wide) => wide >= rough);
  }

  // Between two lines of the grid, so that values stand at lines.
  projector.gridStep = ({ length }) => roundStep(length, MOST_LINES);

  // Round values of which few fit between two ends.
  projector.roundTicks = function (low, high, most) {
    const step = roundStep(high - low, most);
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

  // What stands along an axis, { ticks: [{ at, text }, ...], name, ends, line }; line: where the axis
  // itself is, or null where it lies outside. ends: of the part of it that is in the view.
  function alongAxis({ axis, size }, map, view) {
    const { middle, length } = projector.shown.frame, low = middle.map((at) => at - length / 2);
    const corner = map(low[0], low[1], 0), [start, perUnit] = scaleOf(axis, map), extent = view[size];
    const isInView = axis === 0 ? corner[1] < view.clientHeight - ROOM[1] : corner[0] > ROOM[0];
    const inView = [-start / perUnit, (extent - start) / perUnit].sort((a, b) => a - b);
    const ofAxis = [Math.max(low[axis], inView[0]), Math.min(low[axis] + length, inView[1])];
    const [from, to] = isInView ? ofAxis : inView;
    const pixels = length * Math.abs(perUnit), isFitted = isInView && pixels < 1.6 * MIN_GAP * MOST_LINES;
    const ticks = isFitted
      ? projector.roundTicks(low[axis], low[axis] + length, Math.min(MOST_LINES, pixels / 40))
      : projector.roundTicks(from, to, extent / MIN_GAP);
    return {
      ticks: ticks.map(({ value, text }) => ({ at: start + value * perUnit, text: text.replace("-", "−") })),
      name: nameOf(axis),
      ends: [from, to].map((value) => start + value * perUnit).sort((a, b) => a - b),
      line: isInView ? corner[1 - axis] : null,
    };
  }

  function nameOf(axis) {
    const { projection, components } = projector.shown, component = components[axis];
    return component < projection.n_components ? projector.axisNames(projection, [component])[0] : "";
  }

  // A picture that is to be flat is first seen with the camera of the spatial one before it.
  function isSeenFromAbove() {
    const { view } = projector.glplot().cameraParams;
    return Math.hypot(view[2], view[6]) < 0.01;
  }

  // [below, beside], or null where there is no flat picture.
  function axesNow() {
    const { dimensionality, projection } = projector.shown;
    const map = dimensionality === 2 && projection && projector.screenMap();
    return map && isSeenFromAbove() ? SIDES.map((side) => alongAxis(side, map, projector.byId("view"))) : null;
  }

  // Pixels that the strips take from the left and from below.
  projector.edgeInsets = (axes = axesNow()) => {
    const [below, beside] = axes || [{ line: 0 }, { line: 0 }];
    return [beside.line === null ? STRIP[0] : 0, below.line === null ? STRIP[1] : 0];
  };

  function drawStrip(context, box, colors) {
    Object.assign(context, { fillStyle: colors.ground, globalAlpha: 0.92 });
    context.fillRect(...box);
    context.globalAlpha = 1;
  }

  function shortened(context, text, most) {
    if (context.measureText(text).width <= most) return text;
    let length = text.length;
    while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > most) length -= 1;
    return `${text.slice(0, length)}…`;
  }

  // Writes the name of an axis and returns from where to where: beside its values in the middle of
  // what is seen of it, or at the far end of its strip.
  function drawName(context, { name, ends, line }, axis, across, color) {
    const [from, to] = ends, [, high] = STRIP;
    context.font = fontOf(12);
    const text = shortened(context, name, line === null ? (to - from) / 2 : Math.max(160, to - from));
    const half = context.measureText(text).width / 2;
    // The far end: on the right, or above.
    const at = line !== null ? (from + to) / 2 : axis === 0 ? to - half - 8 : from + half + 8;
    context.save();
    Object.assign(context, { fillStyle: color, textAlign: "center", textBaseline: "middle" });
    context.translate(...(axis === 0 ? [at, across] : [across, at]));
    if (axis === 1) context.rotate(-Math.PI / 2);
    context.fillText(text, 0, 0);
    context.restore();
    return line === null && text ? [at - half - high, at + half + high] : [0, 0];
  }

  function drawBeside(context, axis, height, colors) {
    const { ticks, ends, line } = axis, [wide, high] = STRIP, right = line === null ? wide - 5 : line - GAP;
    const seen = ticks.filter(({ at }) => at > 6 && at > ends[0] - 1 && at < Math.min(ends[1] + 1, height));
    context.font = fontOf(11);
    const widest = Math.max(0, ...seen.map(({ text }) => context.measureText(text).width));
    if (line === null) drawStrip(context, [0, 0, wide, height], colors);
    const across = line === null ? wide / 2 : Math.max(9, right - widest - NAME_GAP);
    const [from, to] = drawName(context, axis, 1, across, colors.ink);
    Object.assign(context, { font: fontOf(11), fillStyle: colors.faint, textAlign: "right" });
    for (const { at, text } of seen) if (at < from || at > to) context.fillText(text, right, Math.min(at, height - high / 2));
  }

  function drawBelow(context, axis, left, width, height, colors) {
    const { ticks, ends, line } = axis, [, high] = STRIP;
    const y = line === null ? height - high / 2 : line + GAP + 6;
    if (line === null) drawStrip(context, [0, height - high, width, high], colors);
    const [from, to] = drawName(context, axis, 0, line === null ? y : y + NAME_GAP + 7, colors.ink);
    Object.assign(context, { font: fontOf(11), fillStyle: colors.faint, textAlign: "center" });
    for (const { at, text } of ticks) {
      if (at > Math.max(left, ends[0] - 1) && at < ends[1] + 1 && (at < from || at > to)) context.fillText(text, at, y);
    }
  }

  // Paints values and names on any canvas in pixels of the view.
  projector.drawEdgeTicks = function (context) {
    const axes = axesNow(), colors = projector.themeColors();
    if (!axes) return;
    const { clientWidth: width, clientHeight: height } = projector.byId("view"), [fromLeft, fromBelow] = projector.edgeInsets(axes);
    context.textBaseline = "middle";
    drawBeside(context, axes[1], height - fromBelow, colors);
    drawBelow(context, axes[0], fromLeft, width, height, colors);
    context.textAlign = "start";
  };

  projector.whenPresent("edge-ticks", (canvas) =>
    projector.onFrame(() => {
      if (axesNow()) projector.drawEdgeTicks(projector.overlayContext(canvas));
      else projector.emptyOverlay(canvas);
    })
  );
})();
