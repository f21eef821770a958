// What a hand draws to select points: a rectangle, a lasso, a sphere around a point.
//
// A shape is made where the pointer goes down and follows it. It has: outline() -> corners in
// pixels of the view, places() -> the points within, note() -> what is said of it, isDrawn().
(function () {
  "use strict";
  const projector = window.projector;
  const { inRectangle, inPolygon, inSphere, convexHull } = projector.geometry;

  const MIN_DRAG = 4; // px; less is a click
  const CENTER_RADIUS = 14; // px; how near to a point a sphere must begin

  function rectangle(start) {
    let end = start;
    const box = () => ({
      left: Math.min(start[0], end[0]), right: Math.max(start[0], end[0]),
      top: Math.min(start[1], end[1]), bottom: Math.max(start[1], end[1]),
    });
    return {
      follow: (at) => (end = at),
      isDrawn: () => Math.hypot(end[0] - start[0], end[1] - start[1]) >= MIN_DRAG,
      outline: () => [start, [end[0], start[1]], end, [start[0], end[1]]],
      places: () => {
        const { x, y } = projector.projectAll();
        return inRectangle(x, y, box());
      },
      note: () => "",
    };
  }

  function lasso(start) {
    const corners = [start];
    return {
      follow: (at) => {
        const [x, y] = corners.at(-1);
        if (Math.hypot(at[0] - x, at[1] - y) >= 2) corners.push(at);
      },
      isDrawn: () => corners.some(([x, y]) => Math.hypot(x - start[0], y - start[1]) >= MIN_DRAG),
      outline: () => corners,
      places: () => {
        const { x, y } = projector.projectAll();
        return inPolygon(x, y, corners);
      },
      note: () => "",
    };
  }

  // Change on the screen per change of each coordinate, at a point: two rows of three numbers.
  function screenSlopes(map, center) {
    const step = 1e-3 * projector.shown.frame.length, here = map(...center);
    const columns = [0, 1, 2].map((axis) => {
      const moved = map(...center.map((value, i) => (i === axis ? value + step : value)));
      return [(moved[0] - here[0]) / step, (moved[1] - here[1]) / step];
    });
    return [columns.map(([x]) => x), columns.map(([, y]) => y)];
  }

  // Length, in coordinates, of the shortest way from a point that looks like (dx, dy) pixels: the
  // way across the line of sight (minimum norm solution of two equations with three unknowns).
  function lengthOf(dx, dy, [u, v]) {
    const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    const [uu, uv, vv] = [dot(u, u), dot(u, v), dot(v, v)], det = uu * vv - uv * uv;
    if (!(det > 0)) return 0;
    const a = (dx * vv - dy * uv) / det, b = (dy * uu - dx * uv) / det;
    return Math.sqrt(Math.max(0, a * dx + b * dy));
  }

  // Evenly spread directions (Fibonacci lattice); in 2D, around a circle.
  function directions(flat) {
    const n = flat ? 120 : 3000;
    return Array.from({ length: n }, (_, i) => {
      if (flat) return [Math.cos((2 * Math.PI * i) / n), Math.sin((2 * Math.PI * i) / n), 0];
      const z = 1 - (2 * i + 1) / n, angle = i * Math.PI * (3 - Math.sqrt(5)), side = Math.sqrt(1 - z * z);
      return [side * Math.cos(angle), side * Math.sin(angle), z];
    });
  }

  function sphere(start) {
    const row = projector.rowAt(start[0], start[1], CENTER_RADIUS);
    if (row === null) return null;
    const { positions, dimensionality } = projector.shown, flat = dimensionality === 2;
    const place = projector.placeOf(row);
    const [x, y, z] = positions.subarray(3 * place), center = [x, y, flat ? 0 : z];
    let radius = 0;
    return {
      follow: (at) => {
        const map = projector.screenMap(), middle = map(...center);
        radius = lengthOf(at[0] - middle[0], at[1] - middle[1], screenSlopes(map, center));
      },
      isDrawn: () => radius > 0,
      outline: () => {
        const map = projector.screenMap();
        const surface = directions(flat).map((way) => map(...center.map((c, i) => c + radius * way[i])));
        return convexHull(surface.filter(Boolean).map(([x, y]) => [x, y]));
      },
      places: () => inSphere(positions, center, radius, flat),
      note: () => `radius ${radius.toPrecision(3)}`,
      center: () => projector.screenMap()(...center),
    };
  }

  projector.selectionShapes = { rectangle, lasso, sphere };
})();
