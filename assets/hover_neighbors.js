// The nearest neighbors, in the original space, of the point under the pointer: they get labels.
(function () {
  "use strict";
  const projector = window.projector;
  // The pointer passes over many points on its way; a person reads at those where it rests.
  const REST_MS = 180;
  // More names around one that is only pointed at would hide the picture.
  const N_NEIGHBORS = 10;
  let metric = "cosine", pointed = null, timer = 0, isAsking = false;
  let known = { row: null, rows: [] };

  const isWanted = () => pointed !== null && known.row !== pointed && projector.labelMode() !== "none";

  async function fetchNeighbors(row) {
    const { id, n_points: n } = projector.dataset, k = Math.min(N_NEIGHBORS, n - 1);
    if (k < 1) return [];
    const address = `api/v1/datasets/${id}/neighbors?row=${row}&k=${k}&metric=${metric}`;
    const answer = await fetch(address, { credentials: "same-origin" });
    return answer.ok ? (await answer.json()).rows : [];
  }

  // One question at a time; when its answer comes the pointer may be on another point by then.
  async function ask() {
    if (isAsking || !isWanted() || !projector.dataset) return;
    const row = pointed;
    let rows = [];
    isAsking = true;
    try {
      rows = await fetchNeighbors(row);
    } catch {
      // Labels that cannot be had are left out.
    }
    isAsking = false;
    if (row !== pointed) return ask();
    known = { row, rows };
    projector.repaintLabels();
  }

  // Told of every point that the pointer comes to; null when it leaves.
  projector.noteHovered = function (row) {
    pointed = row;
    clearTimeout(timer);
    if (isWanted()) timer = setTimeout(ask, REST_MS);
  };

  // Neighbors of the point under the pointer, nearest first; none until they are known.
  projector.hoveredNeighbors = () => (known.row === pointed && pointed !== null ? known.rows : []);

  projector.clientside({
    noteMetric: function (value) {
      metric = value;
      known = { row: null, rows: [] };
    },
  });
})();
