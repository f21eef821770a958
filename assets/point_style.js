// How points look: color and state of each, and size, haze and opacity of all.
(function () {
  "use strict";
  const projector = window.projector;

  // Above so many, points are drawn see-through: depth would hide how dense they lie.
  const MAX_OPAQUE = 20000;

  // Sizes by state as multiples of a plain one.
  const SIZES = [1, 0.8, 1.3, 1.7];
  // However small points are drawn, a few that stand out are found at once; many would hide the rest.
  const FEW = 1000, SMALLEST_FOCUS = 5.5, SMALLEST_SELECTED = 10;

  projector.channels = (color) => [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16));

  const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

  // Function from a row to the number of its color; one past the last stands for a missing value.
  function codeOfRow(coloring, values) {
    const last = coloring.colors.length - 1;
    if (coloring.kind === "categorical") return (row) => Math.min(values[row], last + 1);
    if (coloring.kind !== "numeric") return () => 0;
    const scale = coloring.high > coloring.low ? last / (coloring.high - coloring.low) : 0;
    return (row) => {
      const value = values[row];
      return Number.isNaN(value) ? last + 1 : clamp(Math.round((value - coloring.low) * scale), 0, last);
    };
  }

  // Color of a row by the chosen column: row -> "#rrggbb".
  projector.colorOfRow = function (coloring, values) {
    const palette = [...coloring.colors, coloring.missing], code = codeOfRow(coloring, values);
    return (row) => palette[code(row)];
  };

  // Used again by the next call with as many points: new ones would pile up until they are collected.
  let lastLooks = new Uint8Array(0);

  // Looks of n places as bytes (n, 4): red, green, blue and state. `focus` is a list of rows, or
  // null when all are alike.
  projector.pointLooks = function (n, { coloring, values, rows, selectedPoint }, focus) {
    const { STATE, placeOf } = projector;
    const palette = Uint8Array.from([...coloring.colors, coloring.missing].flatMap(projector.channels));
    const code = codeOfRow(coloring, values);
    if (lastLooks.length !== 4 * n) lastLooks = new Uint8Array(4 * n);
    const looks = lastLooks, common = focus ? STATE.rest : STATE.plain;
    for (let place = 0, at = 0; place < n; place++, at += 4) {
      const from = 3 * code(rows ? rows[place] : place);
      looks[at] = palette[from];
      looks[at + 1] = palette[from + 1];
      looks[at + 2] = palette[from + 2];
      looks[at + 3] = common;
    }
    const mark = (row, state) => {
      const place = placeOf(row);
      if (place >= 0) looks[4 * place + 3] = state;
    };
    for (const row of focus || []) mark(row, STATE.focus);
    if (selectedPoint !== null) mark(selectedPoint, STATE.selected);
    return looks;
  };

  // What is common to all points. Sizes are CSS pixels at the distance of the fitted view; the
  // more points there are, the smaller and fainter each is.
  projector.pointStyle = function ({ nDrawn, nFocus, dimensionality, pointSize, thumbnails, thumbnailColor }) {
    const colors = projector.themeColors(), flat = dimensionality === 2;
    const unit = (color) => projector.channels(color).map((part) => part / 255);
    const shrink = Math.max(1, nDrawn) ** -0.2;
    const { x, y, z } = projector.aspectRatio(dimensionality);
    const size = clamp(25 * shrink, 1.6, 14) * pointSize, [plain, rest, focus, selected] = SIZES;
    return {
      size,
      sizes: [
        plain, rest, nFocus > FEW ? focus : Math.max(focus, SMALLEST_FOCUS / size),
        Math.max(selected, SMALLEST_SELECTED / size),
      ],
      thumbnailSizes: SIZES,
      thumbnailSize: clamp(105 * shrink, 12, 48) * pointSize,
      // A ring around each of many would cover what lies beside it, and most of the point itself.
      ringed: nFocus > FEW ? 0 : 1,
      isOpaque: nDrawn <= MAX_OPAQUE,
      opacity: nDrawn <= MAX_OPAQUE ? 1 : clamp((MAX_OPAQUE / nDrawn) ** 0.35, 0.2, 0.85),
      // Nearer is larger; a flat picture grows its points less than itself when zoomed.
      falloff: flat ? 0.5 : 1,
      reach: projector.fittedDistance(dimensionality),
      fog: flat ? 0 : 0.75,
      depth: flat ? 0 : 1,
      aspect: [x, y, z],
      ground: unit(colors.ground),
      mark: unit(colors.mark),
      thumbnails,
      thumbnailColor,
    };
  };
})();
