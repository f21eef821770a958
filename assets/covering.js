// Which points are covered: the middle of a marker lies on the marker of a point in front of it.
(function () {
  "use strict";
  const projector = window.projector;

  // The view cut into cells as wide as a marker reaches: only points of the nine cells around can
  // cover one. Points are put in the order of their cells, so that three cells of a line are one
  // piece of memory. The front-most of a cell comes first: it hides most of the others.
  function cellsOf({ x, y, depth }, shownPlaces, { radius, width, height }) {
    // An empty cell around spares the search any test of the border.
    const columns = Math.floor(width / radius) + 3, lines = Math.floor(height / radius) + 3;
    const isInView = (place) => x[place] >= 0 && x[place] <= width && y[place] >= 0 && y[place] <= height;
    const cellOf = (place) =>
      (Math.floor(y[place] / radius) + 1) * columns + Math.floor(x[place] / radius) + 1;
    const firsts = new Int32Array(columns * lines + 1);
    for (let i = 0; i < shownPlaces.length; i++) {
      if (isInView(shownPlaces[i])) firsts[cellOf(shownPlaces[i]) + 1] += 1;
    }
    for (let cell = 1; cell < firsts.length; cell++) firsts[cell] += firsts[cell - 1];
    const next = firsts.slice(), points = new Float32Array(3 * firsts.at(-1));
    for (let i = 0; i < shownPlaces.length; i++) {
      const place = shownPlaces[i];
      if (!isInView(place)) continue;
      const cell = cellOf(place), front = 3 * firsts[cell], at = 3 * next[cell]++;
      const here = depth[place] < points[front + 2] ? front : at;
      for (let k = 0; k < 3; k++) points[at + k] = points[front + k];
      points[here] = x[place];
      points[here + 1] = y[place];
      points[here + 2] = depth[place];
    }
    return { columns, firsts, points, cellOf, isInView };
  }

  // Those of `places` in the view that no shown point covers. at: { x, y, depth } of all places,
  // smaller depth is nearer; frame: radius of a marker, width and height of the view, in pixels.
  // Points of equal depth do not cover each other.
  projector.uncovered = function (places, shownPlaces, at, frame) {
    const { x, y, depth } = at, most = frame.radius ** 2;
    const { columns, firsts, points, cellOf, isInView } = cellsOf(at, shownPlaces, frame);
    const isCoveredBy = (first, last, px, py, pd) => {
      for (let k = 3 * first; k < 3 * last; k += 3) {
        const dx = points[k] - px, dy = points[k + 1] - py;
        if ((points[k + 2] < pd) & (dx * dx + dy * dy <= most)) return true;
      }
      return false;
    };
    const isCoveredIn = (cell, px, py, pd) => isCoveredBy(firsts[cell - 1], firsts[cell + 2], px, py, pd);
    return places.filter((place) => {
      if (!isInView(place)) return false;
      const cell = cellOf(place), px = x[place], py = y[place], pd = depth[place];
      return !(
        isCoveredBy(firsts[cell], Math.min(firsts[cell] + 1, firsts[cell + 1]), px, py, pd) ||
        isCoveredIn(cell, px, py, pd) ||
        isCoveredIn(cell - columns, px, py, pd) ||
        isCoveredIn(cell + columns, px, py, pd)
      );
    });
  };
})();
