// Labels over the view: as many texts as fit without overlap, painted anew with every frame.
(function () {
  "use strict";
  const projector = window.projector;
  const MAX_TEXT = 32, HEIGHT = 15, GAP = 2;
  // A label that appears keeps this distance from the others, one that stays needs none: so labels
  // do not flicker while the camera moves. At rest the gaps are filled.
  const MOVING_MARGIN = 9, REST_MARGIN = 3, REST_MS = 160;
  const SIDES = ["right", "left", "above", "below"];

  let mode = "selection", shownLabels = [], restTimer = 0;

  projector.labelMode = () => mode;

  projector.setLabelMode = function (value) {
    mode = value;
    shownLabels = [];
    settle();
  };

  const fontOf = (tier) => `${tier < 2 ? "600 " : ""}12px ${getComputedStyle(document.body).fontFamily}`;

  const widths = new Map(), ruler = document.createElement("canvas").getContext("2d");
  function widthOf(text, tier) {
    const key = `${tier < 2} ${text}`;
    if (!widths.has(key)) {
      if (widths.size > 5000) widths.clear();
      ruler.font = fontOf(tier);
      widths.set(key, ruler.measureText(text).width);
    }
    return widths.get(key);
  }

  function shortText(text) {
    const cut = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1).trimEnd()}…` : text;
    return projector.visibleText(cut);
  }

  // The box of a text beside a point, or beside its thumbnail.
  function boxOf({ x, y, place, depth }, side, width) {
    const [reachX, reachY] = projector.drawnExtent(place, depth), aside = reachX + GAP, away = reachY + GAP;
    const left = { right: x + aside, left: x - aside - width, above: x - width / 2, below: x - width / 2 }[side];
    const top = { right: y - HEIGHT / 2, left: y - HEIGHT / 2, above: y - away - HEIGHT, below: y + away }[side];
    return { left, top, right: left + width, bottom: top + HEIGHT };
  }

  const meets = (a, b, margin) =>
    a.left < b.right + margin && b.left < a.right + margin && a.top < b.bottom + margin && b.top < a.bottom + margin;

  function isInView({ left, top, right, bottom }, [fromLeft, fromBelow]) {
    const { clientWidth, clientHeight } = projector.byId("view");
    return left >= fromLeft && top >= 0 && right <= clientWidth && bottom <= clientHeight - fromBelow;
  }

  // Labels that fit: the more important first, among equals those that are there already.
  function arrange(candidates, isResting) {
    const before = new Map(shownLabels.map((label) => [label.row, label]));
    const ordered = candidates
      .map((candidate, rank) => ({ candidate, rank, old: before.get(candidate.row) }))
      .sort((a, b) => a.candidate.tier - b.candidate.tier || !a.old - !b.old || a.rank - b.rank);
    const placed = [], insets = projector.edgeInsets();
    for (const { candidate, old } of ordered) {
      const full = projector.labelText(candidate.row);
      if (!full) continue;
      const text = shortText(full), width = widthOf(text, candidate.tier);
      const margin = old ? 0 : isResting || candidate.tier < 2 ? REST_MARGIN : MOVING_MARGIN;
      // Another side would be a jump.
      for (const side of old ? [old.side] : SIDES) {
        const box = boxOf(candidate, side, width);
        if (!isInView(box, insets) || placed.some((other) => meets(box, other, margin))) continue;
        placed.push({ ...box, ...candidate, side, text });
        break;
      }
    }
    return placed;
  }

  // Far points' texts are fainter, and all others beside those of a selection.
  function opacityOf({ tier, depth }, nearest, farthest) {
    if (tier < 4) return 1;
    const most = shownLabels.some((label) => label.tier === 2 || label.tier === 3) ? 0.6 : 1;
    // A flat picture has no depth but that of its slight lean.
    if (projector.shown.dimensionality === 2) return most;
    return farthest > nearest ? most * (1 - (0.45 * (depth - nearest)) / (farthest - nearest)) : most;
  }

  // Paints the labels as last arranged, on any canvas in pixels of the view.
  projector.drawLabels = function (context) {
    const colors = projector.themeColors(), depths = shownLabels.map(({ depth }) => depth);
    const nearest = Math.min(...depths), farthest = Math.max(...depths), fonts = [0, 1, 2, 3, 4].map(fontOf);
    Object.assign(context, { textBaseline: "middle", lineJoin: "round", lineWidth: 3.5, direction: "ltr" });
    context.strokeStyle = colors.ground;
    context.fillStyle = colors.ink;
    // The least important first, so that no halo cuts into a text that matters more.
    for (const label of [...shownLabels].reverse()) {
      const y = (label.top + label.bottom) / 2 + 0.5;
      context.font = fonts[label.tier];
      context.globalAlpha = opacityOf(label, nearest, farthest);
      context.strokeText(label.text, label.left, y);
      context.fillText(label.text, label.left, y);
    }
    context.globalAlpha = 1;
  };

  function paint(isResting) {
    const canvas = projector.byId("labels"), { projection } = projector.shown;
    if (!canvas) return;
    // While another dataset is opening, the points of the one before have no labels any more.
    const isSame = projection && projector.dataset && projection.dataset === projector.dataset.id;
    const candidates = isSame && mode !== "none" ? projector.labelCandidates(mode) : [];
    shownLabels = arrange(candidates, isResting);
    if (shownLabels.length) projector.drawLabels(projector.overlayContext(canvas));
    else projector.emptyOverlay(canvas);
    if (isResting) fetchTexts(candidates);
  }

  async function fetchTexts(candidates) {
    if (await projector.fetchLabelTexts(candidates.map(({ row }) => row))) settle();
  }

  function settle() {
    clearTimeout(restTimer);
    restTimer = setTimeout(() => paint(true), 0);
  }

  // What is drawn now: [{ row, text, left, top, right, bottom }, ...].
  projector.labelBoxes = () =>
    shownLabels.map(({ row, text, left, top, right, bottom }) => ({ row, text, left, top, right, bottom }));

  projector.repaintLabels = settle;

  projector.whenPresent("labels", () =>
    projector.onFrame(() => {
      paint(false);
      clearTimeout(restTimer);
      restTimer = setTimeout(() => paint(true), REST_MS);
    })
  );
})();
