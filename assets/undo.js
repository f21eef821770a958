// Undo and redo of selection, isolation, legend and projection: views of before, opened again.
(function () {
  "use strict";
  const projector = window.projector;
  const DEFAULTS = {
    projection_id: null, hidden_values: [], selected_point: null, selected_rows: "", isolation: [],
  };
  const MAX_KEPT = 100;

  let dataset = null, kept = [], at = -1;
  // The key of what an undo has asked for and is not on the page yet, unless a person goes on.
  let awaited = null;

  const part = (view) =>
    Object.fromEntries(Object.entries(DEFAULTS).map(([field, none]) => [field, view[field] ?? none]));
  projector.undoKey = (view) => JSON.stringify(part(view));

  function isAwaiting(key) {
    if (!awaited) return false;
    if (key === awaited) awaited = null;
    return true;
  }

  // isStep: a person changed the view; else it is what followed from the step before.
  projector.noteForUndo = function (view, isStep) {
    const now = projector.undoKey(view);
    if (view.dataset_id !== dataset) {
      [dataset, kept, at] = [view.dataset_id, [part(view)], 0];
    } else if (isAwaiting(now) || now === JSON.stringify(kept[at])) {
      return;
    } else if (isStep) {
      kept = [...kept.slice(0, at + 1), part(view)].slice(-MAX_KEPT);
      at = kept.length - 1;
    } else {
      kept[at] = part(view);
    }
  };

  function move(steps) {
    const target = kept[at + steps];
    if (!target || !projector.viewState) return;
    at += steps;
    awaited = JSON.stringify(target);
    projector.report("opened", { view: { ...projector.viewState, ...target } });
  }
  projector.undo = () => move(-1);
  projector.redo = () => move(1);

  window.addEventListener("pointerdown", () => (awaited = null), { capture: true });
  document.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && event.key !== "Shift") awaited = null;
    if (!(event.ctrlKey || event.metaKey) || event.altKey || projector.isTyping(event.target)) return;
    const letter = event.key.toLowerCase();
    const isRedo = letter === "y" || (letter === "z" && event.shiftKey);
    if (!isRedo && letter !== "z") return;
    event.preventDefault();
    (isRedo ? projector.redo : projector.undo)();
  });
})();
