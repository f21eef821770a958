// Which points are drawn, in which color and size.
(function () {
  "use strict";
  const projector = window.projector;

  // Stock markers are built from many triangles each; more than this freezes a page.
  const MAX_DRAWN = 50000;
  // A circle takes 57 triangles, a square 18: at small sizes they look alike.
  const MAX_CIRCLES = 3000;
  // Plotly's sizes in an array are no pixels (measured: a circle of 10 is 4 wide, a square 9).
  const PER_PIXEL = { circle: 2.5, square: 1.1 };
  const ACCENT = "#e8175d";

  // Seeded, so that everybody sees the same sample of the same data (mulberry32).
  function randomFrom(seed) {
    return function () {
      seed = (seed + 0x6d2b79f5) | 0;
      let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }

  // Keeps a share of places; each place is judged by its own number, so what is hidden elsewhere
  // does not move the rest of the sample.
  function sample(places, nWanted, nAll) {
    if (places.length <= nWanted) return places;
    const random = randomFrom(0);
    const luck = new Float32Array(nAll);
    for (let i = 0; i < nAll; i++) luck[i] = random();
    const bound = Float32Array.from(places, (p) => luck[p]).sort()[nWanted];
    return places.filter((place) => luck[place] < bound);
  }

  // Places (positions in the projection) to draw, those in focus last and never sampled away.
  projector.drawnPlaces = function (nPlaces, isHidden, inFocus) {
    const others = [], focused = [];
    for (let place = 0; place < nPlaces; place++) {
      if (isHidden(place)) continue;
      (inFocus(place) ? focused : others).push(place);
    }
    const top = sample(focused, MAX_DRAWN, nPlaces);
    const rest = sample(others, Math.max(0, MAX_DRAWN - top.length), nPlaces);
    const drawn = Int32Array.from([...rest, ...top]);
    return { drawn, nVisible: others.length + focused.length, nFocused: top.length };
  };

  function channels(color) {
    return [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16));
  }

  const dimmed = new Map();
  function dim(color, ground) {
    const key = color + ground;
    if (!dimmed.has(key)) {
      const [from, to] = [channels(color), channels(ground)];
      const mixed = from.map((part, i) => Math.round(part + (to[i] - part) * 0.45));
      dimmed.set(key, `rgb(${mixed.join(",")})`);
    }
    return dimmed.get(key);
  }

  // Color of each row by the chosen column: row -> "#rrggbb".
  projector.colorOfRow = function (coloring, values) {
    if (coloring.kind === "categorical") {
      return (row) => coloring.colors[values[row]] || coloring.missing;
    }
    if (coloring.kind === "numeric") {
      const last = coloring.colors.length - 1;
      const scale = coloring.high > coloring.low ? last / (coloring.high - coloring.low) : 0;
      return (row) =>
        Number.isNaN(values[row])
          ? coloring.missing
          : coloring.colors[Math.max(0, Math.min(last, Math.round((values[row] - coloring.low) * scale)))];
    }
    return () => coloring.colors[0];
  };

  // Marker and opacity of a trace. What is not in focus is drawn through, not over: points in
  // focus inside a cloud stay visible.
  projector.markers = function (places, rowOf, colorOf, { part, nDrawn, selectedPoint, size }) {
    const ground = projector.themeColors().ground;
    const symbol = nDrawn <= MAX_CIRCLES ? "circle" : "square";
    const pixels = (nDrawn <= 2000 ? 6 : nDrawn <= 10000 ? 4 : 3) * size;
    const base = pixels * PER_PIXEL[symbol] * { all: 1, focus: 1.3, rest: 0.8 }[part];
    const colors = new Array(places.length), sizes = new Float32Array(places.length).fill(base);
    for (let i = 0; i < places.length; i++) {
      const row = rowOf(places[i]);
      colors[i] = part === "rest" ? dim(colorOf(row), ground) : colorOf(row);
      if (row !== selectedPoint) continue;
      colors[i] = ACCENT;
      sizes[i] = base * 1.5;
    }
    const opacity = part === "rest" ? 0.4 : 1;
    return { opacity, marker: { color: colors, size: sizes, symbol, line: { width: 0 } } };
  };
})();
