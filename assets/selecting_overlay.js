// The shape that is being drawn over the view, and what it would take.
(function () {
  "use strict";
  const projector = window.projector;

  const WORDS = { replace: "", add: "add ", remove: "remove " };

  // Sizes a canvas to the view at the screen's resolution; returns a clean context in CSS pixels.
  projector.overlayContext = function (canvas) {
    const view = projector.byId("view"), ratio = window.devicePixelRatio || 1;
    // Setting the size empties it, the same size too.
    canvas.width = Math.round(view.clientWidth * ratio);
    canvas.height = Math.round(view.clientHeight * ratio);
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    return context;
  };

  // Chromium was seen to keep the old picture of a canvas that is emptied and not drawn on; one
  // without any pixels shows none.
  projector.emptyOverlay = (canvas) => void (canvas.width && (canvas.width = 0));

  function trace(context, corners) {
    context.beginPath();
    corners.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.closePath();
  }

  function drawOutline(context, corners, color) {
    trace(context, corners);
    context.globalAlpha = 0.12;
    context.fillStyle = color;
    context.fill();
    context.globalAlpha = 1;
    context.lineWidth = 1.5;
    context.strokeStyle = color;
    context.stroke();
  }

  function drawNote(context, text, [x, y], colors) {
    context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    const width = context.measureText(text).width + 14, view = projector.byId("view");
    const left = Math.max(4, Math.min(x + 14, view.clientWidth - width - 4));
    const top = y + 40 > view.clientHeight ? y - 34 : y + 14;
    context.fillStyle = colors.ground;
    context.strokeStyle = colors.line;
    context.lineWidth = 1;
    context.beginPath();
    context.roundRect(left + 0.5, top + 0.5, width, 22, 5);
    context.fill();
    context.stroke();
    context.fillStyle = colors.ink;
    context.textBaseline = "middle";
    context.fillText(text, left + 7, top + 12);
  }

  function noteOf({ shape, mode, count }) {
    if (!shape) return "Begin on a point";
    const points = `${WORDS[mode]}${projector.counted(count, "point")}`;
    return [shape.note(), points].filter(Boolean).join(" · ");
  }

  projector.paintShape = function (drawing) {
    const canvas = projector.byId("selecting");
    if (!drawing || (drawing.shape && !drawing.shape.isDrawn())) return projector.emptyOverlay(canvas);
    const context = projector.overlayContext(canvas);
    const colors = projector.themeColors();
    if (drawing.shape) {
      const color = drawing.mode === "remove" ? colors.mark : colors.accent;
      drawOutline(context, drawing.shape.outline(), color);
      const center = drawing.shape.center && drawing.shape.center();
      if (center) {
        context.beginPath();
        context.arc(center[0], center[1], 3, 0, 2 * Math.PI);
        context.fillStyle = color;
        context.fill();
      }
    }
    drawNote(context, noteOf(drawing), drawing.at, colors);
  };
})();
