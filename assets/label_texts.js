// The texts of points by the label column: asked for by row numbers, never the whole column.
(function () {
  "use strict";
  const projector = window.projector;
  // Row numbers travel in the address, which servers limit to some 4,000 characters.
  const ROWS_PER_REQUEST = 250;
  const AGAIN_MS = 3000;

  // Row -> its text, the promise of it while it is on its way, or null while it cannot be had.
  let texts = new Map(), known = "";

  // The texts kept are those of one column; another one starts anew.
  function textsOfColumn() {
    const { dataset, labelBy } = projector;
    const key = dataset ? [dataset.id, dataset.metadata_revision, labelBy].join(" ") : "";
    if (key !== known) [texts, known] = [new Map(), key];
    return texts;
  }

  const hasColumn = () => projector.dataset.columns.some((column) => column.name === projector.labelBy);

  // Text of a row, or undefined while it has not come; a dataset without metadata has numbers.
  projector.labelText = function (row) {
    if (!projector.dataset) return undefined;
    if (!hasColumn()) return `row ${projector.spelled(row)}`;
    const text = textsOfColumn().get(row);
    return typeof text === "string" ? text : undefined;
  };

  async function fetchPart(rows) {
    const mine = textsOfColumn(), { id, metadata_revision: revision } = projector.dataset;
    const column = encodeURIComponent(projector.labelBy);
    try {
      const url = `page/datasets/${id}/${revision}/labels?column=${column}&rows=${projector.encodeRows(rows)}`;
      const { labels } = await projector.fetchJson(url);
      rows.forEach((row, i) => mine.set(row, labels[i]));
    } catch {
      // A label that cannot be had is left out, and asked for again a while later: at once would be
      // in every frame while the server is away.
      for (const row of rows) mine.set(row, null);
      setTimeout(() => rows.forEach((row) => mine.get(row) === null && mine.delete(row)), AGAIN_MS);
    }
  }

  // Fetches what is missing of some rows; resolves, when all are here, to whether any has come.
  projector.fetchLabelTexts = async function (rows) {
    if (!projector.dataset || !hasColumn()) return false;
    // While another dataset is opening, rows may still be those of the one before.
    const mine = textsOfColumn(), isThere = (row) => row < projector.dataset.n_points;
    const missing = [...new Set(rows)].filter((row) => !mine.has(row) && isThere(row)).sort((a, b) => a - b);
    for (let i = 0; i < missing.length; i += ROWS_PER_REQUEST) {
      const part = missing.slice(i, i + ROWS_PER_REQUEST), coming = fetchPart(part);
      for (const row of part) mine.set(row, coming);
    }
    const waiting = rows.filter((row) => mine.get(row) instanceof Promise);
    await Promise.all(new Set(waiting.map((row) => mine.get(row))));
    return waiting.some((row) => typeof mine.get(row) === "string");
  };
})();
