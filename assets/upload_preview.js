// What was recognized in files, before they become a dataset.
(function () {
  "use strict";
  const projector = window.projector;
  const { element } = projector;
  const MAX_THUMBNAILS = 24, THUMBNAIL_HEIGHT = 32, FILTERED = 12;

  function recognized(preview) {
    if (!preview.format) {
      return preview.by_key ? "Lines are matched to points by a key" : "One line per point, in their order";
    }
    const shape = `${projector.counted(preview.n_points, "point")} × ${projector.counted(preview.n_dims, "dimension")}`;
    return [preview.format, shape, preview.dtype].filter(Boolean).join(" · ");
  }

  function thumbnails(preview, address) {
    const row = element("div", "thumbnails"), { tiles } = preview;
    const scale = THUMBNAIL_HEIGHT / tiles.height, pixels = (n) => `${n * scale}px`;
    const inTile = Math.min(tiles.n_thumbnails, tiles.columns * tiles.rows, MAX_THUMBNAILS);
    for (let i = 0; i < inTile; i += 1) {
      const span = element("span", "thumbnail");
      Object.assign(span.style, {
        width: pixels(tiles.width),
        height: pixels(tiles.height),
        backgroundImage: `url("${address}")`,
        backgroundSize: `${pixels(tiles.columns * tiles.width)} ${pixels(tiles.rows * tiles.height)}`,
        backgroundPosition: `${pixels(-(i % tiles.columns) * tiles.width)} ${pixels(-Math.floor(i / tiles.columns) * tiles.height)}`,
      });
      row.append(span);
    }
    return row;
  }

  function heading(name, about) {
    const cell = element("th", "", name);
    if (about) cell.append(element("span", "kind", about));
    cell.title = name;
    cell.dataset.name = name.toLowerCase();
    return cell;
  }

  const number = (value) => Number(value.toPrecision(5)).toString();

  function cell(text) {
    const made = element("td", text === null ? "missing" : "", text === null ? "missing" : text);
    made.title = text === null ? "" : text;
    return made;
  }

  // The first rows: metadata first, then how the vector begins.
  function table(preview) {
    const { columns, first } = preview, shownDims = first.vectors.length ? first.vectors[0].length : 0;
    const head = element("tr"), made = element("table");
    head.append(heading("row", ""), ...columns.map((column) => heading(column.name, column.kind)));
    for (let j = 0; j < shownDims; j += 1) head.append(heading(first.dims[j] || `${j}`, "vector"));
    const hasMore = preview.n_dims > shownDims;
    if (hasMore) head.append(element("th", "", "…"));
    made.append(head);
    for (let i = 0; i < Math.max(first.vectors.length, first.cells.length); i += 1) {
      const row = element("tr");
      row.append(cell(String(i)), ...(first.cells[i] || []).map(cell));
      for (const value of first.vectors[i] || []) row.append(element("td", "number", number(value)));
      if (hasMore) row.append(element("td", "", "…"));
      made.append(row);
    }
    return made;
  }

  function columnFilter(shown) {
    const filter = Object.assign(element("input"), { type: "search", placeholder: "Filter columns" });
    filter.setAttribute("aria-label", "Filter columns");
    filter.addEventListener("input", () => {
      const text = filter.value.toLowerCase(), [head, ...rows] = shown.rows;
      [...head.cells].forEach((title, j) => {
        const hidden = j > 0 && !(title.dataset.name || "").includes(text);
        for (const row of [head, ...rows]) row.cells[j].hidden = hidden;
      });
    });
    return filter;
  }

  // What was left out or assumed: above the rows, where nobody has to scroll for it.
  function warned({ warnings }) {
    const box = element("div", "told");
    box.append(...warnings.map((text) => element("div", "warning", text)));
    return box;
  }

  function remarks({ notes }) {
    const box = element("div", "told");
    if (notes.length) {
      const folded = element("details");
      folded.append(element("summary", "", projector.counted(notes.length, "remark")));
      folded.append(...notes.map((text) => element("div", "note", text)));
      box.append(folded);
    }
    return box;
  }

  // Fills a box with a preview; `address` is where its thumbnails are.
  projector.showPreview = function (box, preview, address) {
    const rows = table(preview), scroller = element("div", "first-rows");
    scroller.tabIndex = 0;
    scroller.setAttribute("role", "region");
    scroller.setAttribute("aria-label", "First rows");
    scroller.append(rows);
    const line = element("div", "row spread");
    const counted = preview.columns.length ? projector.counted(preview.columns.length, "metadata column") : "no metadata";
    line.append(element("span", "hint", `First rows · ${counted}`));
    if (preview.columns.length > FILTERED) line.append(columnFilter(rows));
    box.replaceChildren(element("p", "recognized", recognized(preview)));
    if (preview.warnings.length) box.append(warned(preview));
    box.append(line, scroller);
    if (preview.tiles) box.append(thumbnails(preview, address));
    box.append(remarks(preview));
  };
})();
