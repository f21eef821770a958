// Thumbnails cut from the tiles of the sprite, and what the page knows of the open dataset.
(function () {
  "use strict";
  const projector = window.projector;
  // Buttons that are about the open dataset.
  const NEED_DATASET = ["metadata-add", "dataset-delete", "bookmark-save"];
  projector.dataset = null;
  projector.labelBy = null;
  // How the thumbnails are arranged: width and height of one, columns and rows of a tile.
  let tiles = null, wanted = true, color = "frame";

  const allow = (button) => void (button.disabled = !projector.dataset);
  NEED_DATASET.forEach((id) => projector.whenPresent(id, allow));

  // A span that shows the thumbnail of a row at a height in pixels; null when there is none.
  projector.thumbnail = function (row, height) {
    const span = projector.element("span", "thumbnail");
    return dress(span, row, height) ? span : null;
  };

  function dress(span, row, height) {
    if (!tiles || !wanted || row >= tiles.n_thumbnails) return false;
    const perTile = tiles.columns * tiles.rows, cell = row % perTile;
    const line = Math.floor(cell / tiles.columns), column = cell % tiles.columns;
    const width = (tiles.width / tiles.height) * height;
    Object.assign(span.style, {
      width: `${width}px`,
      height: `${height}px`,
      backgroundImage: `url("${tiles.address}/${Math.floor(row / perTile)}")`,
      backgroundSize: `${width * tiles.columns}px ${height * tiles.rows}px`,
      backgroundPosition: `${-column * width}px ${-line * height}px`,
    });
    return true;
  }

  function dressAll() {
    for (const span of document.querySelectorAll("#point-card .thumbnail[data-row]")) {
      span.hidden = !dress(span, Number(span.dataset.row), 56);
    }
  }

  projector.areThumbnailsWanted = () => wanted;
  // "frame", "tint" or "none": how a thumbnail shows the color of its point.
  projector.thumbnailColor = () => color;

  function setLink(id, href) {
    const link = projector.byId(id);
    link.toggleAttribute("href", Boolean(href));
    if (href) link.setAttribute("href", href);
  }

  // Pictures themselves are fetched by the browser when the first thumbnail of a tile is shown.
  async function fetchTiles(dataset) {
    const address = `page/datasets/${dataset.id}/sprite`;
    const arrangement = await projector.fetchJson(address);
    if (!projector.dataset || dataset.id !== projector.dataset.id) return;
    tiles = { ...arrangement, address: new URL(address, document.baseURI).href };
    projector.useSheet(tiles);
    dressAll();
    projector.fillLists();
  }

  projector.clientside({
    showDataset: function (dataset, labelBy) {
      const changed = (dataset && dataset.id) !== (projector.dataset && projector.dataset.id);
      projector.dataset = dataset;
      projector.labelBy = labelBy;
      const base = dataset ? `api/v1/datasets/${dataset.id}` : "";
      NEED_DATASET.map(projector.byId).forEach(allow);
      for (const control of document.querySelectorAll(".thumbnail-switch, .thumbnail-color")) {
        control.hidden = !dataset || !dataset.sprite;
      }
      setLink("download-tensor", dataset && `${base}/tensor`);
      setLink("download-metadata", dataset && dataset.columns.length ? `${base}/metadata` : "");
      if (!changed) return;
      projector.markStale();
      tiles = null;
      projector.useSheet(null);
      dressAll();
      if (dataset && dataset.sprite) projector.afterDrawing(() => fetchTiles(dataset));
    },
    showThumbnails: function (checked, chosenColor) {
      const changed = wanted !== checked || color !== chosenColor;
      [wanted, color] = [checked, chosenColor];
      if (changed) projector.redraw();
      // The card is drawn by React after this call.
      requestAnimationFrame(dressAll);
    },
  });
})();
