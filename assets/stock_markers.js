// Plotly's own markers: what is drawn when a version of Plotly lacks what the point cloud needs.
(function () {
  "use strict";
  const projector = window.projector;
  // Stock markers are built from many triangles each; more than this freezes a page.
  const MAX_DRAWN = 50000;
  const WARNING = "Drawn with Plotly's own markers, which are slow and have no thumbnails: this version of Plotly lacks ";

  function follow(graph) {
    if (graph.isFollowed) return;
    graph.isFollowed = true;
    graph.on("plotly_click", ({ points }) => {
      projector.choosePoint(projector.rowOf(projector.shown.drawn[points[0].pointNumber]));
    });
  }

  projector.drawStockMarkers = async function (layout, missing) {
    const { shown, STATE } = projector, { positions, looks, dimensionality } = shown;
    const places = shown.drawn.slice(-MAX_DRAWN);
    const color = (at) => `rgb(${looks[at]}, ${looks[at + 1]}, ${looks[at + 2]})`;
    const take = (i) => Float32Array.from(places, (place) => positions[3 * place + i]);
    const sizes = Array.from(places, (place) => (looks[4 * place + 3] >= STATE.focus ? 8 : 4) * shown.pointSize);
    const trace = {
      type: "scatter3d", mode: "markers", hoverinfo: "none",
      x: take(0), y: take(1),
      z: dimensionality === 3 ? take(2) : new Float32Array(places.length),
      marker: { color: Array.from(places, (p) => color(4 * p)), size: sizes, symbol: "square", line: { width: 0 } },
    };
    const graph = projector.graph();
    const scene = { ...layout.scene, dragmode: dimensionality === 3 ? "turntable" : "pan" };
    shown.drawn = places;
    await window.Plotly.react(graph, [trace], { ...layout, scene }, { ...graph._context, scrollZoom: true });
    follow(graph);
    projector.byId("drawn-note").textContent = `${WARNING}${missing.join(", ")}.`;
  };
})();
