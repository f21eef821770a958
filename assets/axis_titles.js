// Axes named by what they are, whatever method made the projection.
(function () {
  "use strict";
  const projector = window.projector;
  const NUMBERED = { pca: "PC", tsne: "t-SNE", umap: "UMAP" };

  const sideText = ({ text }) => (text ? projector.visibleText(text) : "selection");

  function columnTitle(column) {
    return typeof column === "number" ? `dimension ${column}` : projector.visibleText(column);
  }

  function customTitle({ axes, empty_axis: filling }, component) {
    const axis = axes[component];
    if (axis) return axis.name ? projector.visibleText(axis.name) : `${sideText(axis.left)} - ${sideText(axis.right)}`;
    if (filling === "jitter") return "random jitter";
    // Axes that were left empty hold the first components, in order.
    return `PC ${component + 1 - axes.slice(0, component).filter(Boolean).length}`;
  }

  function titleOf(projection, component) {
    const { method, parameters = {}, explained_variance_ratio: ratios } = projection;
    if (method === "columns") return columnTitle(parameters.columns[component]);
    if (method === "custom_axes") return customTitle(parameters, component);
    // Coordinates that came from elsewhere may tell what made them.
    const title = `${NUMBERED[parameters.method || method] || "Component"} ${component + 1}`;
    const share = ratios && ratios[component];
    return typeof share === "number" ? `${title} (${(100 * share).toFixed(1)} %)` : title;
  }

  projector.axisNames = (projection, components) => components.map((i) => titleOf(projection, i));

  // Plotly reads a title as markup.
  const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

  // projection: its record; an axis that the projection does not have has no name.
  projector.axisTitles = (projection, components) =>
    components.map((component) =>
      component < projection.n_components ? escaped(titleOf(projection, component)) : ""
    );
})();
