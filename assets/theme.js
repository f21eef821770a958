// Light and dark: Mantine keeps the choice; the scene follows the same CSS variables.
(function () {
  "use strict";
  const projector = window.projector;

  projector.themeColors = function () {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(name).trim();
    const names = ["ink", "faint", "line", "ground", "accent", "mark"];
    return Object.fromEntries(names.map((name) => [name, read(`--${name}`)]));
  };

  // Before the page is drawn, so that a dark page never flashes white.
  const chosen = localStorage.getItem("mantine-color-scheme-value") || "auto";
  const dark = chosen === "dark" || (chosen === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");

  new MutationObserver(() => projector.redraw && projector.redraw()).observe(document.documentElement, {
    attributes: true,
    attributeFilter: ["data-mantine-color-scheme"],
  });
})();
