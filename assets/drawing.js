// Draws what is shown: axes by Plotly, points by the cloud; only what has changed is done anew.
(function () {
  "use strict";
  const projector = window.projector;
  let drawnLayout = null; // the layout that is on the screen, as text
  let before = null; // the points that are on the screen: { dataset, rows, positions, frame }

  // Rows that stand out: the matches while a person types, else the selection; null: all alike.
  function focusedRows({ focusOnMatches, matches, selected }) {
    const rows = focusOnMatches ? matches : selected;
    return rows && rows.length ? rows : null;
  }

  // By place: 1 where the legend has switched a point off; null when nothing is.
  function hiddenPlaces({ coloring, hidden, values, rows }) {
    if (!hidden.size || coloring.kind !== "categorical") return null;
    const off = Uint8Array.from([...coloring.values, ""], (value) => (hidden.has(value) ? 1 : 0));
    const nPlaces = projector.nPlaces(), last = off.length - 1, places = new Uint8Array(nPlaces);
    for (let i = 0; i < nPlaces; i++) places[i] = off[Math.min(values[rows ? rows[i] : i], last)];
    return places;
  }

  // Plotly draws one change after the other; a change that comes meanwhile waits for its end. The
  // promise is kept when the latest change is drawn.
  let drawing = null, again = false, preparing = null;
  projector.redraw = async function () {
    await preparing;
    if (!projector.shown.projection || !projector.graph()) return;
    again = true;
    drawing ||= drawAll().finally(() => (drawing = null));
    await drawing;
  };

  // Draws the scene of a picture whose points are still on their way. What goes wrong here is tried
  // once more, and told, when the points are drawn.
  projector.prepareScene = function (layout) {
    if (drawing || drawnLayout) return;
    preparing = drawAxes(layout).catch(() => {}).finally(() => (preparing = null));
  };

  async function drawAll() {
    while (again) {
      again = false;
      await drawNow();
    }
  }

  async function drawNow() {
    const { shown } = projector;
    const titles = projector.axisTitles(shown.projection, shown.components);
    const layout = projector.sceneLayout(
      shown.baseLayout, shown.dimensionality, titles, shown.frame, projector.camera()
    );
    await drawAxes(layout);
    if (!shown.projection) return;
    look();
    const cloud = projector.attachedCloud();
    if (cloud) paint(cloud);
    else await projector.drawStockMarkers(layout, projector.missingInternals());
    announce();
  }

  // One trace that draws nothing makes Plotly draw the scene around it.
  async function drawAxes(layout) {
    const graph = projector.graph(), key = JSON.stringify({ ...layout, scene: { ...layout.scene, camera: null } });
    if (key === drawnLayout && projector.scene()) return projector.applyCamera();
    const range = (axis) => layout.scene[axis].range;
    const trace = {
      type: "scatter3d", mode: "none", hoverinfo: "skip",
      x: range("xaxis"), y: range("yaxis"), z: range("zaxis"),
    };
    graph._context.plotGlPixelRatio = window.devicePixelRatio;
    // The gestures are ours: navigation.js.
    graph._context._scrollZoom.gl3d = false;
    // Dash's own listener would answer every resize by drawing its figure anew, and that has no
    // points: they are drawn here.
    graph.removeAllListeners("plotly_relayout");
    await window.Plotly.react(graph, [trace], layout, graph._context);
    drawnLayout = key;
    projector.applyCamera();
  }

  // Colors, states and order of the points: everything but their coordinates.
  function look() {
    const { shown } = projector, n = projector.nPlaces();
    shown.hiddenPlaces = hiddenPlaces(shown);
    shown.looks = projector.pointLooks(n, shown, focusedRows(shown));
    const sheet = projector.sheet();
    shown.order = projector.drawingOrder(
      projector.seededOrder(n), shown.hiddenPlaces, shown.looks, projector.tileOf, sheet ? sheet.n_tiles : 1
    );
    shown.drawn = shown.order.index;
  }

  function paint(cloud) {
    const { shown } = projector, { positions, frame, rows, projection } = shown;
    if (cloud.positions !== positions) {
      // A movement that has not come to its end goes on from where it is.
      if (before) before.positions = projector.positionsNow(before.positions);
      const from = cloud.n === 0 ? null : projector.placesBefore(before, shown);
      cloud.setPositions(positions, frame);
      cloud.positions = positions;
      projector.stopMovement();
      if (from) projector.startMovement(from, before.frame, shown);
    } else if (cloud.frame !== frame) {
      // The same points, flat or spatial, between other axes.
      projector.stopMovement();
      cloud.setFrame(frame);
    }
    before = { dataset: projection.dataset, rows, positions, frame };
    projector.dressCloud(cloud);
    cloud.setLooks(shown.looks);
    cloud.setOrder(shown.order);
    cloud.setSorted(null);
    cloud.style = projector.pointStyle({
      nDrawn: shown.drawn.length, nFocus: (focusedRows(shown) || []).length,
      dimensionality: shown.dimensionality, pointSize: shown.pointSize,
      thumbnails: projector.areThumbnailsWanted(),
      thumbnailColor: shown.coloring.kind === "none" ? "none" : projector.thumbnailColor(),
    });
    if (!projector.isMoving()) projector.settle();
  }

  // What is not in the picture, and why.
  function announce() {
    const { shown } = projector, view = projector.byId("view");
    const n = shown.drawn.length, nAll = projector.nPlaces();
    projector.markStale();
    view.dataset.points = String(n);
    view.dataset.projection = shown.projection.id;
    view.dataset.drawn = [shown.projection.id, shown.dimensionality, ...shown.components].join(" ");
    if (projector.cloud()) {
      projector.byId("drawn-note").textContent = n < nAll
        ? `${projector.spelled(n)} of ${projector.spelled(nAll)} points shown, the rest is switched off in the legend`
        : "";
    }
    projector.countFrame();
  }

  projector.eraseScene = function () {
    drawnLayout = before = null;
    projector.stopMovement();
    projector.detachCloud();
    const graph = projector.graph();
    if (graph && window.Plotly) window.Plotly.react(graph, [], graph.layout);
    projector.byId("view").dataset.points = "0";
  };
})();
