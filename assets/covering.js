// Which points are covered: the middle of a marker lies on the marker of a point in front of it.
(function () {
  "use strict";
  const projector = window.projector;

  // The view cut into cells so small that two points of one cell cover each other: of every cell
  // only the front-most point can be visible, and only 24 cells around can cover it.
  function cellsOf({ x, y, depth }, shownPlaces, { radius, width, height }) {
    const side = radius / Math.SQRT2;
    // Two empty cells around spare the search any test of the border.
    const columns = Math.ceil(width / side) + 5, lines = Math.ceil(height / side) + 5;
    const first = new Int32Array(columns * lines).fill(-1), next = new Int32Array(x.length).fill(-1);
    const nearest = new Float32Array(columns * lines).fill(Infinity);
    const isInView = (place) => x[place] >= 0 && x[place] <= width && y[place] >= 0 && y[place] <= height;
    const cellOf = (place) => (Math.floor(y[place] / side) + 2) * columns + Math.floor(x[place] / side) + 2;
    for (const place of shownPlaces) {
      if (!isInView(place)) continue;
      const cell = cellOf(place);
      next[place] = first[cell];
      first[cell] = place;
      if (depth[place] < nearest[cell]) nearest[cell] = depth[place];
    }
    return { columns, first, next, nearest, cellOf, isInView };
  }

  // Those of `places` in the view that no shown point covers. at: { x, y, depth } of all places,
  // smaller depth is nearer; frame: radius of a marker, width and height of the view, in pixels.
  // Points of equal depth do not cover each other.
  projector.uncovered = function (places, shownPlaces, at, frame) {
    const { x, y, depth } = at, cells = cellsOf(at, shownPlaces, frame), most = frame.radius ** 2;
    const isCovered = (place) => {
      const middle = cells.cellOf(place);
      if (depth[place] > cells.nearest[middle]) return true;
      for (let line = -2; line <= 2; line++) {
        for (let cell = middle + line * cells.columns - 2, end = cell + 5; cell < end; cell++) {
          if (cells.nearest[cell] >= depth[place]) continue;
          for (let other = cells.first[cell]; other >= 0; other = cells.next[other]) {
            const dx = x[other] - x[place], dy = y[other] - y[place];
            if (depth[other] < depth[place] && dx * dx + dy * dy <= most) return true;
          }
        }
      }
      return false;
    };
    return places.filter((place) => cells.isInView(place) && !isCovered(place));
  };
})();
