// Draws the points: joins what Dash derives (projection, colors, selection) into one Plotly scene.
(function () {
  "use strict";
  const projector = window.projector;

  const shown = {
    projection: null, axes: [], rows: null, coloring: null, values: null, hidden: new Set(),
    selected: null, selectedPoint: null, matches: null, focusOnMatches: false,
    dimensionality: 3, components: [0, 1, 2], pointSize: 1,
    drawn: new Int32Array(0), baseLayout: null, nFrames: 0,
  };
  projector.shown = shown;
  let latest = 0;
  let previous = {};

  projector.graph = () => document.querySelector("#graph .js-plotly-plot");
  projector.rowOf = (place) => (shown.rows ? shown.rows[place] : place);

  // Dash loads Plotly in its own time; coordinates may be here before.
  projector.graphReady = new Promise((ready) => {
    const isReady = () => projector.graph() && projector.graph()._fullLayout && window.Plotly;
    const watch = setInterval(() => {
      if (!isReady()) return;
      clearInterval(watch);
      ready();
    }, 20);
  });

  // Runs what can wait once the points are on the screen.
  const waiting = [];
  projector.afterDrawing = (run) => waiting.push(run);

  async function load(projection, coloring, components) {
    const usable = components.filter((c) => c < projection.n_components);
    const url = `api/v1/projections/${projection.id}/coordinates?components=${usable.join(",")}`;
    const [coordinates, values] = await Promise.all([
      projector.fetchCoordinates(url),
      coloring.url ? projector.fetchValues(coloring.url, coloring.type) : null,
    ]);
    return { axes: splitAxes(coordinates, components, usable), values };
  }

  // One array per axis; an axis that the data does not have stays at 0.
  function splitAxes(coordinates, components, usable) {
    const [n, k] = coordinates.shape;
    return components.map((component) => {
      const axis = new Float32Array(n), column = usable.indexOf(component);
      if (column >= 0) for (let i = 0; i < n; i++) axis[i] = coordinates.values[i * k + column];
      return axis;
    });
  }

  function axisTitles() {
    const ratios = shown.projection.explained_variance_ratio || [];
    return shown.components.map((component) =>
      component < shown.projection.n_components
        ? `PC ${component + 1} (${(100 * (ratios[component] || 0)).toFixed(1)} %)`
        : ""
    );
  }

  // Rows that stand out: the matches while a person types, else the selection; null: all alike.
  function focusedRows() {
    const rows = shown.focusOnMatches ? shown.matches : shown.selected;
    if (!rows || !rows.length) return null;
    return new Set(rows);
  }

  function hiddenTest() {
    const { coloring, hidden, values } = shown;
    if (!hidden.size || coloring.kind !== "categorical") return () => false;
    const codes = new Set(coloring.values.flatMap((value, code) => (hidden.has(value) ? [code] : [])));
    const n = coloring.values.length, isMissingHidden = hidden.has("");
    return (place) => {
      const code = values[projector.rowOf(place)];
      return code < n ? codes.has(code) : isMissingHidden;
    };
  }

  function countFrame() {
    shown.nFrames += 1;
    projector.byId("view").dataset.frame = String(shown.nFrames);
    projector.placeMarks();
  }

  // Every later frame (orbit, zoom) is counted where the scene itself learns of it.
  function followFrames() {
    const plot = projector.glplot();
    if (!plot || plot.isFollowed) return;
    plot.isFollowed = true;
    const before = plot.onrender;
    plot.onrender = function () {
      if (before) before.call(plot);
      countFrame();
    };
  }

  // Plotly draws one change after the other; a change that comes meanwhile waits for its end.
  let drawing = null, again = false;
  projector.redraw = async function () {
    if (!shown.projection || !projector.graph()) return;
    if (drawing) {
      again = true;
      return;
    }
    try {
      drawing = drawNow();
      await drawing;
    } finally {
      drawing = null;
    }
    if (again) {
      again = false;
      projector.redraw();
    }
  };

  async function drawNow() {
    const graph = projector.graph(), focus = focusedRows();
    const isFocused = (place) => focus !== null && focus.has(projector.rowOf(place));
    const { drawn, nVisible, nFocused } = projector.drawnPlaces(
      shown.axes[0].length, hiddenTest(), isFocused
    );
    const flat = shown.dimensionality === 2;
    const ranges = projector.equalRanges(flat ? [shown.axes[0], shown.axes[1], []] : shown.axes);
    // In 2D what is in focus lies a little higher, so that nothing covers it.
    const lift = (ranges[2][1] - ranges[2][0]) / 200;
    const trace = (places, isFocus) => {
      const take = (axis) => Float32Array.from(places, (place) => axis[place]);
      const z = flat ? new Float32Array(places.length).fill(isFocus ? lift : 0) : take(shown.axes[2]);
      const color = projector.colorOfRow(shown.coloring, shown.values);
      const part = focus ? (isFocus ? "focus" : "rest") : "all";
      const look = { part, nDrawn: drawn.length, selectedPoint: shown.selectedPoint, size: shown.pointSize };
      return {
        type: "scatter3d", mode: "markers", hoverinfo: "none",
        x: take(shown.axes[0]), y: take(shown.axes[1]), z,
        ...projector.markers(places, projector.rowOf, color, look),
      };
    };
    const first = drawn.length - nFocused;
    const traces = [trace(drawn.subarray(0, first), false)];
    if (nFocused) traces.push(trace(drawn.subarray(first), true));
    const layout = projector.sceneLayout(
      shown.baseLayout, shown.dimensionality, axisTitles(), ranges, projector.currentLook()
    );
    shown.drawn = drawn;
    await window.Plotly.react(graph, traces, layout, graph._context);
    followFrames();
    projector.followCamera(graph);
    announce(nVisible);
  }

  // What is not in the picture, and why.
  function drawnNote(nDrawn, nVisible, nAll) {
    const of = (part, whole) => `${part.toLocaleString("en")} of ${whole.toLocaleString("en")} points`;
    const notes = [];
    if (nVisible < nAll) notes.push(`${of(nVisible, nAll)} shown, the rest is switched off in the legend`);
    if (nDrawn < nVisible) {
      notes.push(`${of(nDrawn, nVisible)} drawn (a fixed random sample and all that is selected)`);
    }
    return notes.join(" · ");
  }

  function announce(nVisible) {
    const view = projector.byId("view"), n = shown.drawn.length;
    view.dataset.points = String(n);
    view.dataset.projection = shown.projection.id;
    view.dataset.drawn = [shown.projection.id, shown.dimensionality, ...shown.components].join(" ");
    projector.byId("drawn-note").textContent = drawnNote(n, nVisible, shown.axes[0].length);
    countFrame();
  }

  function note(name, value) {
    const changed = JSON.stringify(previous[name]) !== JSON.stringify(value);
    previous[name] = value;
    return changed;
  }

  function isWithin(rows, others) {
    const known = new Set(others);
    return !rows || rows.every((row) => known.has(row));
  }

  function takeControls(hidden, selectedRows, selectedPoint, matches, pointSize) {
    const typed = note("matches", matches && matches.all);
    const selectionChanged = note("selected", [selectedRows, selectedPoint]);
    shown.hidden = new Set(hidden || []);
    shown.selected = projector.decodeRows(selectedRows);
    shown.selectedPoint = selectedPoint;
    shown.matches = matches && matches.all ? projector.decodeRows(matches.all) : null;
    // A preview that comes after its search was committed shows nothing new.
    if (typed) shown.focusOnMatches = !isWithin(shown.matches, shown.selected);
    if (selectionChanged) shown.focusOnMatches = false;
    shown.pointSize = pointSize || 1;
  }

  async function draw(
    projection, coloring, hidden, selectedRows, selectedPoint, matches,
    dimensionality, x, y, z, pointSize, restoredCamera, sceneLayout
  ) {
    if (!projection) return clear();
    // The colors of the dataset before, while those of the new one are on their way.
    if (!coloring || (coloring.dataset && coloring.dataset !== projection.dataset)) return;
    const mine = (latest += 1);
    projector.byId("view").classList.add("drawing");
    const components = [x, y, z].map(Number);
    let loaded;
    try {
      loaded = await load(projection, coloring, components);
    } catch (error) {
      projector.byId("view").classList.remove("drawing");
      window.dash_clientside.set_props("notice", { data: { kind: "error", text: error.message } });
      return;
    }
    if (mine !== latest) return;
    if (note("dataset", projection.dataset)) {
      projector.forgetLooks(Number(dimensionality), restoredCamera);
    }
    if (shown.projection !== projection) {
      shown.rows = projection.rows ? projector.decodeRows(projection.rows) : null;
    }
    Object.assign(shown, loaded, { projection, coloring, components });
    shown.dimensionality = Number(dimensionality);
    shown.baseLayout = sceneLayout;
    takeControls(hidden, selectedRows, selectedPoint, matches, pointSize);
    projector.markLegend();
    await projector.graphReady;
    if (mine !== latest) return;
    // Drawing blocks the page; lists and texts that came with this change are painted before.
    await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
    await projector.redraw();
    if (mine === latest) projector.byId("view").classList.remove("drawing");
    waiting.splice(0).forEach((run) => run());
  }

  function clear() {
    latest += 1;
    projector.byId("view").classList.remove("drawing");
    shown.projection = null;
    shown.drawn = new Int32Array(0);
    previous = {};
    const graph = projector.graph();
    if (graph && window.Plotly) window.Plotly.react(graph, [], graph.layout);
    projector.byId("view").dataset.points = "0";
    projector.placeMarks();
  }

  projector.clientside({
    draw: (...values) => void draw(...values),
  });
})();
