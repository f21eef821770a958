// Plotly comes from an address with its version, which browsers keep; the page has it on the way
// from the start. Dash would ask for one without, when everything else is there.
(function () {
  "use strict";
  const address = document.querySelector("link[rel=prefetch][as=script]").href;
  Object.defineProperty(window, "_dashPlotlyJSURL", { get: () => address, set: () => {} });
})();
