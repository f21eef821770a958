// The view as a PNG of twice the size: points, axes, labels and marks.
(function () {
  "use strict";
  const projector = window.projector;
  const RATIO = 2;

  // Draws the scene once at another resolution; the canvas holds the picture only until the
  // browser shows the next frame, so it is copied at once.
  function copyScene(context) {
    const plot = projector.glplot(), before = plot.pixelRatio;
    const cloud = projector.cloud() || {}, { part, isWhole } = cloud;
    const view = projector.byId("view").getBoundingClientRect();
    const box = projector.scene().container.getBoundingClientRect();
    plot.pixelRatio = RATIO;
    // All points, though a part of them may stand on the screen at this moment.
    cloud.part = null;
    if (cloud.style) projector.sortCloud(true);
    plot.redraw();
    Object.assign(cloud, { part, isWhole });
    context.drawImage(plot.canvas, box.left - view.left, box.top - view.top, box.width, box.height);
    plot.pixelRatio = before;
    plot.redraw();
  }

  function drawMark(context, color) {
    const { selectedPoint } = projector.shown;
    const at = selectedPoint === null ? null : projector.positionOfRow(selectedPoint);
    if (!at) return;
    context.beginPath();
    const [width, height, isThumbnail] = projector.ringAround(projector.placeOf(selectedPoint), at[2]);
    if (isThumbnail) context.roundRect(at[0] - width, at[1] - height, 2 * width, 2 * height, 3);
    else context.arc(at[0], at[1], width, 0, 2 * Math.PI);
    context.lineWidth = 2;
    context.strokeStyle = color;
    context.stroke();
  }

  function picture() {
    const { clientWidth, clientHeight } = projector.byId("view"), colors = projector.themeColors();
    const canvas = projector.element("canvas");
    Object.assign(canvas, { width: RATIO * clientWidth, height: RATIO * clientHeight });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.scale(RATIO, RATIO);
    context.fillStyle = colors.ground;
    context.fillRect(0, 0, clientWidth, clientHeight);
    copyScene(context);
    drawMark(context, colors.mark);
    projector.drawTornLines(context);
    projector.drawLabels(context);
    projector.drawEdgeTicks(context);
    return canvas;
  }

  // Letters and digits of any script; everything that a file system may refuse becomes a dash.
  function fileName() {
    const { projection, dimensionality } = projector.shown;
    const parts = [projector.dataset.name, projection.name || projection.method, `${dimensionality}D`];
    return `${parts.join(" ").replace(/[^\p{L}\p{N} ._()-]+/gu, "-").slice(0, 120)}.png`;
  }

  async function download() {
    if (!projector.shown.projection || !projector.glplot()) return;
    const blob = await new Promise((done) => picture().toBlob(done, "image/png"));
    const link = projector.element("a");
    link.href = URL.createObjectURL(blob);
    link.download = fileName();
    link.click();
    // The browser has taken the content by the time this runs.
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  projector.whenPresent("download-png", (button) => button.addEventListener("click", download));
})();
