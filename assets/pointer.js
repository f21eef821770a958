// Hover, click and the marks that stay on a point while the camera moves.
(function () {
  "use strict";
  const projector = window.projector;
  const RADIUS = 9;
  let hovered = null, listed = null, down = null, wanted = null;

  function local(event) {
    const frame = projector.byId("view").getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  }

  function mark(id, row) {
    let ring = projector.byId(id);
    if (!ring) {
      ring = projector.element("div", "mark");
      ring.id = id;
      projector.byId("view").append(ring);
    }
    const at = row === null || row === undefined ? null : projector.positionOfRow(row);
    if (ring.hidden !== !at) ring.hidden = !at;
    if (!at) return;
    const [width, height, isThumbnail] = projector.ringAround(projector.placeOf(row), at[2]);
    ring.classList.toggle("square", isThumbnail);
    ring.style.transform = `translate(${at[0]}px, ${at[1]}px)`;
    ring.style.setProperty("--width", `${2 * width}px`);
    ring.style.setProperty("--height", `${2 * height}px`);
  }

  // Rings around the selected point and the one that the pointer is on, here or in a list.
  projector.placeMarks = function () {
    mark("mark-selected", projector.shown.projection ? projector.shown.selectedPoint : null);
    mark("mark-hovered", projector.shown.projection ? listed ?? hovered : null);
  };

  projector.onFrame(projector.placeMarks);

  // The row that the pointer is on, here or in a list.
  projector.pointedRow = () => listed ?? hovered;

  projector.pointOut = function (row) {
    listed = row;
    projector.placeMarks();
    projector.repaintLabels();
  };

  projector.choosePoint = (row) => projector.report("point-clicked", { row });

  function hover(event) {
    wanted = local(event);
    if (hover.pending) return;
    hover.pending = true;
    requestAnimationFrame(() => {
      hover.pending = false;
      if (!wanted || down) return;
      const row = projector.rowAt(wanted[0], wanted[1], RADIUS), changed = row !== hovered;
      hovered = row;
      projector.byId("graph").classList.toggle("on-point", hovered !== null);
      projector.placeMarks();
      projector.showCard(hovered, wanted);
      if (changed) projector.noteHovered(hovered);
      if (changed) projector.repaintLabels();
    });
  }

  function leave() {
    wanted = null;
    hovered = null;
    projector.showCard(null);
    projector.noteHovered(null);
    projector.placeMarks();
    projector.repaintLabels();
  }

  function release(event) {
    if (!down) return;
    const [x, y] = local(event), still = Math.hypot(x - down[0], y - down[1]) < 5;
    down = null;
    if (!still || event.button !== 0) return;
    const row = projector.rowAt(x, y, RADIUS);
    if (row !== null) projector.choosePoint(row);
  }

  // On the view, not on the graph in it: Dash replaces that element once Plotly is loaded.
  projector.whenPresent("view", (view) => {
    view.addEventListener("pointermove", hover);
    view.addEventListener("pointerleave", leave);
    view.addEventListener("pointerdown", (event) => {
      down = local(event);
      projector.showCard(null);
    }, true);
    window.addEventListener("pointerup", release, true);
  });
})();
