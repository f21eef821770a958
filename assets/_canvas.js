// Plotly measures every axis label by reading back a canvas of its own; told so beforehand, the
// browser keeps that canvas where reading is cheap (and does not warn in the console).
(function () {
  "use strict";
  const getContext = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, options) {
    const readBack = kind === "2d" && !this.isConnected && options === undefined;
    return getContext.call(this, kind, readBack ? { willReadFrequently: true } : options);
  };
})();
