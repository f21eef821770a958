// What the browser should know of Plotly's canvases before they are made.
//
// Plotly measures every axis label by reading back a canvas of its own; told so beforehand, the
// browser keeps that canvas where reading is cheap (and does not warn in the console). Nothing
// shines through its scene; told so, the browser need not mix each frame with the page behind it.
(function () {
  "use strict";
  const getContext = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, options) {
    const readBack = kind === "2d" && !this.isConnected && options === undefined;
    if (readBack) return getContext.call(this, kind, { willReadFrequently: true });
    return getContext.call(this, kind, kind === "webgl" ? { ...options, alpha: false } : options);
  };
})();
