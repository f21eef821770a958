// Axes named by what they are, whatever method made the projection.
(function () {
  "use strict";
  const projector = window.projector;
  const NUMBERED = { pca: "PC", tsne: "t-SNE", umap: "UMAP" };

  const sideText = ({ text }) => projector.visibleText(text || "…");

  function titleOf(projection, component) {
    const { method, parameters = {}, explained_variance_ratio: ratios } = projection;
    if (method === "columns") return projector.visibleText(parameters.columns[component]);
    if (method === "custom_axes") {
      const { name, left, right } = parameters.axes[component];
      return name ? projector.visibleText(name) : `${sideText(left)} - ${sideText(right)}`;
    }
    const title = `${NUMBERED[method] || "Component"} ${component + 1}`;
    const share = ratios && ratios[component];
    return typeof share === "number" ? `${title} (${(100 * share).toFixed(1)} %)` : title;
  }

  // Plotly reads a title as markup.
  const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

  // projection: its record; an axis that the projection does not have has no name.
  projector.axisTitles = (projection, components) =>
    components.map((component) =>
      component < projection.n_components ? escaped(titleOf(projection, component)) : ""
    );
})();
