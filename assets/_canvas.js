// What the browser should know of Plotly's canvases before they are made.
//
// Plotly measures every axis label by reading back a canvas of its own; told so beforehand, the
// browser keeps that canvas where reading is cheap (and does not warn in the console). It wipes all of
// its 32 MB for each label; one line of text needs no more than a quarter. Nothing
// shines through its scene; told so, the browser need not mix each frame with the page behind it.
// Points smooth their own rims, and the axes have samples of their own (smooth_axes.js): a canvas
// of one sample to the pixel takes software less than half the time for each point.
(function () {
  "use strict";
  const getContext = HTMLCanvasElement.prototype.getContext;
  const LABEL_HEIGHT = 256; // a line of 64 px, with room around it
  HTMLCanvasElement.prototype.getContext = function (kind, options) {
    const readBack = kind === "2d" && !this.isConnected && options === undefined;
    if (readBack) this.height = Math.min(this.height, LABEL_HEIGHT);
    if (readBack) return getContext.call(this, kind, { willReadFrequently: true });
    if (kind !== "webgl") return getContext.call(this, kind, options);
    const opaque = { ...options, alpha: false };
    return getContext.call(this, "webgl2", { ...opaque, antialias: false }) || getContext.call(this, kind, opaque);
  };
})();
