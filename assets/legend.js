// The legend: a click on a value shows only it, its swatch switches it off and on.
(function () {
  "use strict";
  const projector = window.projector;
  let column = null;
  // The column that a link or a bookmark colors by, until it does: its values that are off stay off.
  let restored = null;
  projector.noteRestoredLegend = (name) => (restored = { column: name });

  function setHidden(values) {
    window.dash_clientside.set_props("hidden-values", { data: values });
  }

  function allValues() {
    return [...(projector.shown.coloring.values || []), ""];
  }

  function toggle(value) {
    const hidden = new Set(projector.shown.hidden);
    if (!hidden.delete(value)) hidden.add(value);
    setHidden([...hidden]);
  }

  // Shows only this value; when it is the only one already, all come back.
  function only(value) {
    const others = allValues().filter((other) => other !== value);
    const hidden = projector.shown.hidden;
    const isOnly = !hidden.has(value) && others.every((other) => hidden.has(other));
    setHidden(isOnly ? [] : others);
  }

  // Values that are off look off; called after drawing and after the legend is rebuilt.
  projector.markLegend = function () {
    const { coloring, hidden } = projector.shown;
    if (!coloring) return;
    // Another column has other values: what was switched off there means nothing here.
    const isRestored = restored && restored.column === (coloring.column || null);
    if (column !== null && coloring.column !== column && hidden.size && !restored) setHidden([]);
    if (isRestored) restored = null;
    column = coloring.column || null;
    for (const entry of document.querySelectorAll("#legend .entry")) {
      const off = hidden.has(entry.dataset.value);
      entry.classList.toggle("off", off);
      entry.querySelector(".swatch").setAttribute("aria-pressed", String(!off));
    }
  };

  projector.whenPresent("legend", (legend) => {
    legend.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      if (button.dataset.only !== undefined) only(button.dataset.only);
      else toggle(button.dataset.toggle);
    });
    new MutationObserver(projector.markLegend).observe(legend, { childList: true });
  });
})();
