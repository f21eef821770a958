// Selecting by hand: while a tool is chosen, a drag over the view draws a shape and takes the
// points within it. Shift adds to the selection, Alt removes from it, Escape gives up.
(function () {
  "use strict";
  const projector = window.projector;
  const CLICK_RADIUS = 9; // px; a press without a drag selects a point, as without any tool
  let tool = null, isVisibleOnly = false;
  let drawing = null; // { shape, pointer, at, mode, count }

  // What the server and the picture know of a selection; no point is singled out by a shape.
  projector.selectRows = function (rows) {
    const { set_props: set } = window.dash_clientside;
    set("selected-point", { data: null });
    set("selected-rows", { data: projector.encodeRows(rows) });
    projector.report("selected-by-hand", {});
  };

  function countShown(places) {
    let count = 0;
    for (let i = 0; i < places.length; i++) if (projector.isShown(places[i])) count += 1;
    return count;
  }

  // Points within a shape that are switched on; of those only the visible ones, if so chosen.
  function takenPlaces(shape) {
    const places = shape.places().filter(projector.isShown);
    if (!isVisibleOnly) return places;
    const { clientWidth: width, clientHeight: height } = projector.byId("view");
    const frame = { radius: projector.markerRadius(), width, height };
    return projector.uncovered(places, projector.shown.drawn, projector.projectAll(), frame);
  }

  // Rows of the selection after a shape: ascending, each once.
  function combined(places, mode) {
    const isIn = new Uint8Array(projector.dataset.n_points);
    if (mode !== "replace") for (const row of projector.shown.selected || []) isIn[row] = 1;
    for (const place of places) isIn[projector.rowOf(place)] = mode === "remove" ? 0 : 1;
    const rows = [];
    for (let row = 0; row < isIn.length; row++) if (isIn[row]) rows.push(row);
    return rows;
  }

  function local(event) {
    const view = projector.byId("view"), frame = view.getBoundingClientRect();
    const within = (value, most) => Math.max(0, Math.min(most, value));
    return [
      within(event.clientX - frame.left, view.clientWidth),
      within(event.clientY - frame.top, view.clientHeight),
    ];
  }

  const modeOf = (event) => (event.altKey ? "remove" : event.shiftKey ? "add" : "replace");

  // The overlay is drawn at most once a frame of the screen, however fast the pointer is.
  let isWaiting = false;
  function paint() {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => {
      isWaiting = false;
      if (drawing && drawing.shape) drawing.count = countShown(drawing.shape.places());
      projector.paintShape(drawing);
    });
  }

  function begin(event) {
    if (event.button !== 0 || !projector.shown.projection) return;
    const at = local(event), shape = projector.selectionShapes[tool](at);
    drawing = { shape, at, mode: modeOf(event), count: 0 };
    event.target.setPointerCapture(event.pointerId);
    projector.showCard(null);
    paint();
  }

  function follow(event) {
    if (!drawing) return;
    drawing.at = local(event);
    drawing.mode = modeOf(event);
    if (drawing.shape) drawing.shape.follow(drawing.at);
    paint();
  }

  function end(event) {
    if (!drawing) return;
    follow(event);
    const { shape, mode } = drawing;
    giveUp();
    if (shape && shape.isDrawn()) return projector.selectRows(combined(takenPlaces(shape), mode));
    const row = projector.rowAt(...local(event), CLICK_RADIUS);
    if (row !== null) projector.choosePoint(row);
  }

  function giveUp() {
    drawing = null;
    projector.paintShape(null);
  }

  projector.setSelectingTool = function (name) {
    tool = name;
    giveUp();
    projector.byId("selecting").hidden = !name;
  };

  projector.setVisibleOnly = (value) => (isVisibleOnly = value);

  function onKey(event) {
    if (!drawing) return;
    if (event.key === "Escape") {
      event.stopImmediatePropagation();
      return giveUp();
    }
    // Shift and Alt count when they are pressed or released during the drag, too.
    drawing.mode = modeOf(event);
    if (event.key === "Alt") event.preventDefault();
    paint();
  }

  projector.whenPresent("selecting", (overlay) => {
    // Before anybody else: who looks for clicks and for points under the pointer must not take a
    // lasso that ends where it began for a click.
    const listen = (type, run) =>
      window.addEventListener(type, (event) => {
        if (event.target !== overlay) return;
        if (drawing || type === "pointerdown") event.stopPropagation();
        run(event);
      }, true);
    listen("pointerdown", begin);
    listen("pointermove", follow);
    listen("pointerup", end);
    listen("pointercancel", giveUp);
    window.addEventListener("keydown", onKey, true);
    window.addEventListener("keyup", onKey, true);
  });
})();
