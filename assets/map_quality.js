// How true the shown map is: its scores in the status line, and the colors of its points by how
// many neighbors each keeps. What is not measured yet is asked for again until it is.
(function () {
  "use strict";
  const projector = window.projector;
  const FIRST_MS = 300, MOST_MS = 3000;
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  // Asks until it is measured; `tell` hears what is waited for, `isWanted` ends the waiting.
  projector.fetchMeasured = async function (url, isWanted, tell) {
    for (let wait = FIRST_MS; isWanted(); wait = Math.min(MOST_MS, 1.5 * wait)) {
      const answer = await fetch(url, { credentials: "same-origin" });
      if (!answer.ok) return null;
      if (answer.status !== 202) return answer;
      const pending = await answer.json();
      if (pending.state === "failed") return null;
      if (tell) tell(pending);
      await pause(wait);
    }
    return null;
  };

  const share = (value) => value.toFixed(2);

  projector.scoresText = function (scores) {
    if (!scores || !scores.n_sampled) return "";
    return `trust ${share(scores.trustworthiness)} (${projector.spelled(scores.n_sampled)} pts)`;
  };

  projector.scoresHelp = ({ trustworthiness, continuity, neighbor_recall: recall, n_neighbors: k, n_sampled: n, metric }) =>
    [
      `Trustworthiness ${trustworthiness.toFixed(3)}: 1 when every neighbor on the map is one in the data, 0.5 by chance.`,
      `Continuity ${continuity.toFixed(3)}: 1 when no neighbor in the data is torn away, 0.5 by chance.`,
      `Neighbors kept ${(100 * recall).toFixed(1)} %: of the ${k} nearest in the data, so many are the nearest on the map.`,
      `Measured at ${projector.spelled(n)} points, ${metric === "cosine" ? "cosine" : "Euclidean"} distance, k = ${k}.`,
    ].join("\n");

  let latest = 0;
  async function showTrust(projection, dimensionality, ...components) {
    const mine = (latest += 1), box = projector.byId("trust");
    box.textContent = "";
    box.title = "";
    if (!projection || projection.superseded_by || !["done", "stopped"].includes(projection.state)) return;
    const shown = projector.shownComponents(projection, dimensionality, components);
    if (!shown) return;
    const url = `page/projections/${projection.id}/quality?components=${shown}`;
    const wanted = () => mine === latest;
    // Measuring takes a core for a while, which the picture needs first.
    await new Promise(projector.afterDrawing);
    const answer = await projector.fetchMeasured(url, wanted, ({ place }) => {
      box.textContent = place ? `trust: waiting, place ${place}` : "trust: measuring …";
    });
    const scores = answer && (await answer.json());
    if (mine !== latest) return;
    box.textContent = projector.scoresText(scores);
    if (box.textContent) box.title = projector.scoresHelp(scores);
  }

  // Values that belong to a map, by their address; those that are not here yet are missing.
  const kept = new Map(), fetching = new Set();
  let wantedUrl = null;

  async function fetchOfMap(url, coloring) {
    fetching.add(url);
    const answer = await projector.fetchMeasured(url, () => wantedUrl === url);
    fetching.delete(url);
    if (!answer) return;
    kept.set(url, new Float32Array(await answer.arrayBuffer()));
    if (kept.size > 6) kept.delete(kept.keys().next().value);
    // The same colors again, now with values.
    if (wantedUrl === url) window.dash_clientside.set_props("coloring", { data: { ...coloring } });
  }

  // The values that points are colored by; null where all have one color. Those of a map are NaN
  // (gray) while they are measured, and while it is being arranged.
  projector.colorValues = async function (coloring, projection, dimensionality, components) {
    if (!coloring.url) return null;
    if (!coloring.url.includes("{projection}")) return projector.fetchValues(coloring.url, coloring.type);
    const shown = projector.shownComponents(projection, dimensionality, components);
    const url = coloring.url.replace("{projection}", projection.id).replace("{components}", shown);
    wantedUrl = url;
    if (kept.has(url)) return kept.get(url);
    const isOver = ["done", "stopped"].includes(projection.state);
    if (isOver && !fetching.has(url)) void fetchOfMap(url, coloring);
    return new Float32Array(coloring.n_rows).fill(NaN);
  };

  projector.clientside({ showTrust: (...values) => void showTrust(...values) });
})();
