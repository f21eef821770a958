// The scores of all maps of a dataset side by side; what is missing is measured while it is open.
(function () {
  "use strict";
  const projector = window.projector;
  const HEAD = [
    ["map", "Click one to see it"],
    ["trust", "Trustworthiness: 1 when every neighbor on the map is one in the data"],
    ["cont.", "Continuity: 1 when no neighbor in the data is torn away"],
    ["kept", "Share of the nearest neighbors that are the nearest on the map"],
    ["fit", "KL divergence of t-SNE (less is better), or the variance that the first axes of PCA show"],
  ];
  let dataset = null, latest = 0;

  function fitText(record) {
    if (typeof record.kl_divergence === "number") return `KL ${record.kl_divergence.toFixed(2)}`;
    const ratios = record.explained_variance_ratio;
    if (!ratios) return "";
    const shown = ratios.slice(0, 3).reduce((sum, ratio) => sum + ratio, 0);
    return `${(100 * shown).toFixed(0)} %`;
  }

  function fillScores(line, scores) {
    const known = scores && scores.n_sampled;
    const texts = known
      ? [scores.trustworthiness.toFixed(3), scores.continuity.toFixed(3), `${(100 * scores.neighbor_recall).toFixed(0)} %`]
      : ["–", "–", "–"];
    texts.forEach((text, i) => (line.children[i + 1].textContent = text));
    if (known) line.title = projector.scoresHelp(scores);
  }

  function lineOf(record) {
    const line = projector.element("tr"), name = projector.element("td"), open = projector.element("button", "link");
    const title = record.method === "pca" ? pcaTitle(record) : projector.projectionTitle(record);
    open.textContent = projector.visibleText(title);
    open.title = title;
    open.addEventListener("click", () => projector.report("projection-chosen", { id: record.id }));
    name.append(open);
    line.append(name, ...HEAD.slice(1).map(() => projector.element("td", "", "…")));
    line.lastElementChild.textContent = fitText(record);
    return line;
  }

  function pcaTitle({ parameters, rows, n_points: n }) {
    const how = [parameters.normalize && "unit rows", parameters.standardize && "unit columns"].filter(Boolean);
    return ["PCA", ...how, ...(rows ? [projector.counted(n, "point")] : [])].join(", ");
  }

  function tableOf(lines) {
    const table = projector.element("table", "map-table"), head = projector.element("tr");
    for (const [text, help] of HEAD) {
      const cell = projector.element("th", "", text);
      cell.title = help;
      head.append(cell);
    }
    table.append(head, ...lines);
    return table;
  }

  async function compare() {
    const mine = (latest += 1), box = projector.byId("map-table");
    const isOpen = () => mine === latest && box.closest("details").open;
    if (!dataset || !box.closest("details").open) return;
    const answer = await fetch(`api/v1/projections?dataset=${dataset}`);
    if (!answer.ok || !isOpen()) return;
    const { projections } = await answer.json();
    const finished = projections.filter(({ state }) => state === "done" || state === "stopped");
    const lines = finished.map(lineOf);
    box.replaceChildren(lines.length ? tableOf(lines) : projector.element("div", "hint", "No map has been computed yet."));
    for (const [i, record] of finished.entries()) {
      let scores = record.quality;
      if (!scores) {
        const found = await projector.fetchMeasured(`page/projections/${record.id}/quality`, isOpen);
        scores = found && (await found.json());
      }
      if (!isOpen()) return;
      fillScores(lines[i], scores);
    }
  }

  projector.whenPresent("map-table", (box) => box.closest("details").addEventListener("toggle", () => void compare()));

  projector.clientside({
    compareMaps: function (info) {
      dataset = info && info.id;
      void compare();
    },
  });
})();
