// How the map treats the neighbors of a point: the rank of each on the map, and lines to those
// that it tears away, which is farther than as many points as are listed.
(function () {
  "use strict";
  const projector = window.projector;
  let torn = [], from = null, isDrawing = false, latest = 0;

  // The axes that are drawn and exist, as the address of a projection names them.
  projector.shownComponents = function (projection, dimensionality, components) {
    const drawn = components.slice(0, Number(dimensionality)).map(Number);
    return drawn.filter((component) => component < projection.n_components).join(",");
  };

  async function fetchRanks(projection, found, dimensionality, components) {
    const shown = projector.shownComponents(projection, dimensionality, components);
    const asked = `row=${found.row}&rows=${found.rows.join(",")}&components=${shown}`;
    const answer = await projector.fetchJson(`page/projections/${projection.id}/ranks?${asked}`);
    return answer.ranks;
  }

  async function rankNeighbors(found, projection, dimensionality, ...components) {
    const mine = (latest += 1);
    const hasMap = projection && projection.n_components > 0 && !projector.isLive(projection);
    // A point that is alone has no neighbors to rank.
    const isKnown = found && found.rows.length > 0 && hasMap;
    let ranks = null;
    try {
      if (isKnown) ranks = await fetchRanks(projection, found, dimensionality, components);
    } catch {
      // A map that is being arranged has no ranks yet.
    }
    if (mine !== latest) return;
    torn = ranks ? found.rows.filter((_, i) => ranks[i] > found.rows.length) : [];
    from = found ? found.row : null;
    projector.byId("torn-lines-row").hidden = !ranks;
    projector.byId("torn-count").textContent = torn.length ? `${torn.length} of ${found.rows.length}` : "none";
    projector.showRanks(ranks);
    paint();
  }

  projector.tornRows = () => torn;

  // Paints the lines as they are now, on any canvas in pixels of the view.
  projector.drawTornLines = function (context) {
    const start = isDrawing && from !== null ? projector.positionOfRow(from) : null;
    if (!start) return;
    context.strokeStyle = getComputedStyle(document.body).getPropertyValue("--warning");
    context.lineWidth = 1;
    context.globalAlpha = 0.75;
    context.beginPath();
    for (const row of torn) {
      const end = projector.positionOfRow(row);
      if (!end) continue;
      context.moveTo(start[0], start[1]);
      context.lineTo(end[0], end[1]);
    }
    context.stroke();
    context.globalAlpha = 1;
  };

  function paint() {
    const canvas = projector.byId("torn-lines-drawn");
    if (!canvas) return;
    const hasLines = isDrawing && torn.length > 0 && projector.shown.projection;
    canvas.dataset.lines = String(hasLines ? torn.length : 0);
    if (hasLines) projector.drawTornLines(projector.overlayContext(canvas));
    else if (canvas.width) projector.emptyOverlay(canvas);
  }

  projector.onFrame(paint);

  projector.clientside({
    rankNeighbors: (...values) => void rankNeighbors(...values),
    showTornLines: function (isOn) {
      isDrawing = Boolean(isOn);
      paint();
    },
  });
})();
