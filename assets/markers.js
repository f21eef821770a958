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
      const mixed = from.map((part, i) => Math.round(part + (to[i] - part) * 0.72));
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

  // Plotly's marker for the drawn places.
  projector.markers = function (drawn, rowOf, colorOf, focus, selectedPoint, pointSize) {
    const ground = projector.themeColors().ground;
    const n = drawn.length;
    const symbol = n <= MAX_CIRCLES ? "circle" : "square";
    const base = (n <= 2000 ? 6 : n <= 10000 ? 4 : 3) * PER_PIXEL[symbol] * pointSize;
    const colors = new Array(n), sizes = new Float32Array(n);
    for (let i = 0; i < n; i++) {
      const row = rowOf(drawn[i]);
      const lit = !focus || focus.has(row);
      colors[i] = row === selectedPoint ? ACCENT : lit ? colorOf(row) : dim(colorOf(row), ground);
      sizes[i] = base * (row === selectedPoint ? 2 : focus ? (lit ? 1.3 : 0.7) : 1);
    }
    return {
      color: colors,
      size: sizes,
      symbol,
      opacity: 1,
      line: { width: 0 },
    };
  };
})();
