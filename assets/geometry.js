// Which points lie within a shape: arrays in, ascending places out, which are true until the next
// question; NaN lies nowhere.
(function () {
  "use strict";
  const projector = window.projector;

  // Used again by every call: a shape that is being drawn asks at each frame, and four new megabytes
  // for each million of points would pile up until the browser collects them.
  let found = new Int32Array(0);

  function placesWhere(n, test) {
    if (found.length < n) found = new Int32Array(n);
    let nFound = 0;
    for (let place = 0; place < n; place++) if (test(place)) found[nFound++] = place;
    return found.subarray(0, nFound);
  }

  // Borders count as within.
  function inRectangle(xs, ys, { left, top, right, bottom }) {
    return placesWhere(xs.length, (i) => xs[i] >= left && xs[i] <= right && ys[i] >= top && ys[i] <= bottom);
  }

  function boxOf(corners) {
    const xs = corners.map(([x]) => x), ys = corners.map(([, y]) => y);
    return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
  }

  // Even-odd rule: what a line encloses twice is outside again. corners: [[x, y], ...], closed by
  // itself. The height is cut into strips that know the edges crossing them, so a long lasso costs
  // each point a few edges and not all of them.
  function inPolygon(xs, ys, corners) {
    if (corners.length < 3) return new Int32Array(0);
    const box = boxOf(corners), { top, perPixel, firsts, edges } = edgeStrips(corners, box);
    const last = firsts.length - 2;
    return placesWhere(xs.length, (i) => {
      const x = xs[i], y = ys[i];
      if (!(x >= box.left && x <= box.right && y >= top && y <= box.bottom)) return false;
      const strip = Math.min(last, Math.floor((y - top) * perPixel));
      let crossed = 0;
      // Sums instead of branches: which way they go is luck, and a wrong guess costs more than both.
      for (let k = firsts[strip], end = firsts[strip + 1]; k < end; k += 4) {
        const aside = edges[k] + (y - edges[k + 1]) * edges[k + 2];
        crossed += (y >= edges[k + 1]) & (y < edges[k + 3]) & (x < aside);
      }
      return (crossed & 1) === 1;
    });
  }

  // Edges by strip, one after the other: { firsts, edges }, four numbers for each edge: x and y of
  // its upper end, change of x per y, and y of its lower end.
  function edgeStrips(corners, { top, bottom }) {
    const n = Math.max(1, Math.min(512, corners.length)), perPixel = n / (bottom - top || 1);
    const strips = Array.from({ length: n }, () => []);
    // Rounding may not tell a point's strip from its edge's: one strip more on either side.
    const stripAt = (y, aside) => Math.max(0, Math.min(n - 1, Math.floor((y - top) * perPixel) + aside));
    corners.forEach((corner, i) => {
      const [[x1, y1], [x2, y2]] = [corner, corners[(i + 1) % corners.length]].sort((a, b) => a[1] - b[1]);
      if (y1 === y2) return;
      const last = stripAt(y2, 1);
      for (let strip = stripAt(y1, -1); strip <= last; strip++) strips[strip].push(x1, y1, (x2 - x1) / (y2 - y1), y2);
    });
    const firsts = new Int32Array(n + 1);
    strips.forEach((strip, i) => (firsts[i + 1] = firsts[i] + strip.length));
    return { top, perPixel, firsts, edges: Float64Array.from(strips.flat()) };
  }

  // positions: three for each point, of which the third does not count in a flat picture; the surface
  // counts as within.
  function inSphere(positions, center, radius, isFlat) {
    const [cx, cy, cz] = center, most = radius * radius;
    return placesWhere(positions.length / 3, (i) => {
      const dx = positions[3 * i] - cx, dy = positions[3 * i + 1] - cy;
      const dz = isFlat ? 0 : positions[3 * i + 2] - cz;
      return dx * dx + dy * dy + dz * dz <= most;
    });
  }

  // Outline of points on a plane, counter-clockwise (Andrew's monotone chain).
  function convexHull(points) {
    const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const turn = (o, a, b) => (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
    const half = (ordered) => {
      const chain = [];
      for (const point of ordered) {
        while (chain.length > 1 && turn(chain.at(-2), chain.at(-1), point) <= 0) chain.pop();
        chain.push(point);
      }
      chain.pop();
      return chain;
    };
    return [...half(sorted), ...half(sorted.reverse())];
  }

  projector.geometry = { inRectangle, inPolygon, inSphere, convexHull };
})();
