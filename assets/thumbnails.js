// Thumbnails cut from the sprite, and what the page knows of the open dataset.
(function () {
  "use strict";
  const projector = window.projector;
  projector.dataset = null;
  projector.labelBy = null;
  let sheet = null, wanted = true;

  // A span that shows the thumbnail of a row at a height in pixels; null when there is none.
  projector.thumbnail = function (row, height) {
    const span = projector.element("span", "thumbnail");
    return dress(span, row, height) ? span : null;
  };

  function dress(span, row, height) {
    const sprite = projector.dataset && projector.dataset.sprite;
    if (!sprite || !wanted || !sheet || !sheet.naturalWidth) return false;
    const line = Math.floor(row / sprite.columns), column = row % sprite.columns;
    if ((line + 1) * sprite.height > sheet.naturalHeight) return false;
    const scale = height / sprite.height;
    Object.assign(span.style, {
      width: `${sprite.width * scale}px`,
      height: `${height}px`,
      backgroundImage: `url("${sheet.src}")`,
      backgroundSize: `${sheet.naturalWidth * scale}px ${sheet.naturalHeight * scale}px`,
      backgroundPosition: `${-column * sprite.width * scale}px ${-line * height}px`,
    });
    return true;
  }

  function dressAll() {
    for (const span of document.querySelectorAll("#point-card .thumbnail[data-row]")) {
      span.hidden = !dress(span, Number(span.dataset.row), 56);
    }
  }

  function setLink(id, href) {
    const link = projector.byId(id);
    link.toggleAttribute("href", Boolean(href));
    if (href) link.setAttribute("href", href);
  }

  projector.clientside({
    showDataset: function (dataset, labelBy) {
      const changed = (dataset && dataset.id) !== (projector.dataset && projector.dataset.id);
      projector.dataset = dataset;
      projector.labelBy = labelBy;
      const base = dataset ? `api/v1/datasets/${dataset.id}` : "";
      setLink("download-tensor", dataset && `${base}/tensor`);
      setLink("download-metadata", dataset && dataset.columns.length ? `${base}/metadata` : "");
      if (!changed) return;
      sheet = null;
      if (!dataset || !dataset.sprite) return dressAll();
      sheet = new Image();
      sheet.addEventListener("load", () => {
        dressAll();
        projector.fillLists();
      });
      const mine = sheet;
      projector.afterDrawing(() => (mine.src = `${base}/sprite`));
    },
    showThumbnails: function (checked) {
      wanted = checked;
      // The card is drawn by React after this call.
      requestAnimationFrame(dressAll);
    },
  });
})();
