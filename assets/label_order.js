// Which points may have a label in the view, the most important first.
(function () {
  "use strict";
  const projector = window.projector;
  // More fit on no screen, and every one of them is measured in every frame.
  const MAX_CANDIDATES = 400;
  // A large selection would be hidden under the names of its points; neighbors are 100 by default.
  const MAX_SELECTED = 150;
  // Of larger datasets only a seeded sample takes part: looking at all costs a frame its time.
  const MAX_LUCKY = 100000;

  // A fixed luck for every row, so that everybody sees the same labels (mixer of MurmurHash3).
  function luckOf(row) {
    let hash = row + 1;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
  }

  // The luckiest of n things, by the luck of their rows, as positions from 0 to n - 1.
  function luckiest(n, rowAt) {
    const bound = 2 ** 32 * Math.min(1, MAX_LUCKY / n), keys = [];
    // Luck and position in one number, because numbers sort ten times faster than pairs.
    for (let i = 0; i < n; i++) {
      const luck = luckOf(rowAt(i));
      if (luck <= bound) keys.push(Math.floor(luck / 8) * 2 ** 24 + i);
    }
    return Array.from(Float64Array.from(keys).sort(), (key) => key % 2 ** 24);
  }

  let lucky = [], luckyOf = null;
  // Places in the order in which "many" gives labels; sorted once per projection.
  function luckyPlaces() {
    const { projection } = projector.shown;
    if (luckyOf !== projection) lucky = luckiest(projector.nPlaces(), projector.rowOf);
    luckyOf = projection;
    return lucky;
  }

  let chosen = [], chosenOf = null;
  // The selected rows: neighbors by distance where they are listed, else by luck.
  function selectedPlaces() {
    const { selected, projection } = projector.shown, neighbors = projector.listedNeighbors();
    const key = [selected, neighbors, projection];
    if (chosenOf && key.every((part, i) => part === chosenOf[i])) return chosen;
    chosenOf = key;
    const rows = selected || [], others = luckiest(rows.length, (i) => rows[i]).map((i) => rows[i]);
    return (chosen = [...(neighbors || []), ...others].map(projector.placeOf));
  }

  // Points in the view that may be labeled: [{ place, row, tier, x, y, depth }, ...].
  // Tier 0 is the point under the pointer, 1 the selected point, 2 neighbors of the one under the
  // pointer, 3 the selection, 4 all others. Who is not in the picture, as a neighbor outside of what
  // is isolated, has no label in it.
  projector.labelCandidates = function (mode) {
    const map = projector.screenMap(), at = projector.positionsNow();
    const { clientWidth, clientHeight } = projector.byId("view");
    const found = [], seen = new Set();
    const take = (place, tier) => {
      if (seen.has(place) || !projector.isShown(place)) return;
      seen.add(place);
      const [x, y, depth] = map(at[3 * place], at[3 * place + 1], at[3 * place + 2]) || [];
      if (!(x >= 0 && y >= 0 && x <= clientWidth && y <= clientHeight)) return;
      found.push({ place, row: projector.rowOf(place), tier, x, y, depth });
    };
    const takeAll = (all, tier, most) => {
      for (let i = 0; i < all.length && found.length < most; i++) take(all[i], tier);
    };
    if (!map) return found;
    for (const [tier, row] of [projector.pointedRow(), projector.shown.selectedPoint].entries()) {
      if (row !== null) take(projector.placeOf(row), tier);
    }
    takeAll(projector.hoveredNeighbors().map(projector.placeOf), 2, MAX_SELECTED);
    takeAll(selectedPlaces(), 3, MAX_SELECTED);
    if (mode === "many") takeAll(luckyPlaces(), 4, MAX_CANDIDATES);
    return found;
  };
})();
