// The order in which points are drawn: random but always the same, what stands out last.
(function () {
  "use strict";
  const projector = window.projector;
  let latest = new Uint32Array(0);

  // Seeded, so that everybody sees the same sample of the same data (mulberry32).
  function randomFrom(seed) {
    return function () {
      seed = (seed + 0x6d2b79f5) | 0;
      let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }

  // The places 0 .. n - 1 shuffled. Any beginning of it is a fair sample, and where points are
  // drawn over each other no class lies on top just because its rows come last.
  projector.seededOrder = function (n) {
    if (latest.length === n) return latest;
    const order = new Uint32Array(n), random = randomFrom(0);
    for (let i = 0; i < n; i++) order[i] = i;
    for (let i = n - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1)), other = order[j];
      order[j] = order[i];
      order[i] = other;
    }
    latest = order;
    return order;
  };

  // Used again by the next call with as many points: new ones would pile up until they are collected.
  let lastIndex = new Uint32Array(0);

  // Returns { index, groups }: the places to draw, and runs of them that are drawn by one call.
  // hidden: Uint8Array or null; states: every fourth byte of the looks; tileOf: place -> texture.
  projector.drawingOrder = function (order, hidden, looks, tileOf, nTiles) {
    const n = order.length, counts = new Uint32Array(2 * nTiles);
    const bucket = (place) =>
      (looks[4 * place + 3] >= projector.STATE.focus ? nTiles : 0) + (nTiles > 1 ? tileOf(place) : 0);
    for (let place = 0; place < n; place++) if (!hidden || !hidden[place]) counts[bucket(place)] += 1;
    const firsts = new Uint32Array(2 * nTiles);
    let total = 0;
    for (let b = 0; b < counts.length; b++) {
      firsts[b] = total;
      total += counts[b];
    }
    const groups = [...counts.keys()]
      .filter((b) => counts[b] > 0)
      .map((b) => ({ first: firsts[b], count: counts[b], tile: b % nTiles, isFocus: b >= nTiles }));
    // All of one kind are in order already: no copy of a million numbers.
    if (total === n && groups.length === 1) return { index: order, groups };
    if (lastIndex.length !== total) lastIndex = new Uint32Array(total);
    const index = lastIndex, next = firsts.slice();
    for (let i = 0; i < n; i++) {
      const place = order[i];
      if (!hidden || !hidden[place]) index[next[bucket(place)]++] = place;
    }
    return { index, groups };
  };
})();
