// What is shown: joins what Dash derives (projection, colors, selection) into one state.
(function () {
  "use strict";
  const projector = window.projector;

  const shown = {
    projection: null, positions: null, frame: null, rows: null,
    coloring: null, values: null, hidden: new Set(), hiddenPlaces: null,
    selected: null, selectedPoint: null, matches: null, focusOnMatches: false,
    dimensionality: 3, components: [0, 1, 2], pointSize: 1,
    looks: null, drawn: new Uint32Array(0), baseLayout: null, nFrames: 0,
  };
  projector.shown = shown;
  let latest = 0;
  let previous = {};

  projector.graph = () => document.querySelector("#graph .js-plotly-plot");
  projector.rowOf = (place) => (shown.rows ? shown.rows[place] : place);

  // Position of a row in ascending rows; -1 when it is not among them.
  projector.placeIn = function (rows, row) {
    let low = 0, high = rows.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (rows[middle] === row) return middle;
      if (rows[middle] < row) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  };

  // Place of a row in the projection; -1 when it is not there.
  projector.placeOf = function (row) {
    if (shown.rows) return projector.placeIn(shown.rows, row);
    return row >= 0 && row < projector.nPlaces() ? row : -1;
  };

  // How many points the projection has.
  projector.nPlaces = () => (shown.positions ? shown.positions.length / 3 : 0);

  // Is the point drawn and not switched off?
  projector.isShown = (place) =>
    place >= 0 && place < (shown.looks || []).length / 4 && !(shown.hiddenPlaces && shown.hiddenPlaces[place]);

  // Where a point lies in the scene, in the units of its camera.
  projector.boxPosition = function (place) {
    const { x, y, z } = projector.aspectRatio(shown.dimensionality), { middle, length } = shown.frame;
    const [a, b, c] = middle.map((at, i) => (shown.positions[3 * place + i] - at) / length);
    return [a * x, b * y, shown.dimensionality === 3 ? c * z : 0];
  };

  // The picture of the dataset before fades at once; it stands until that of the new one is drawn.
  projector.markStale = function () {
    const { projection } = shown, { dataset } = projector;
    const isStale = Boolean(projection && dataset && projection.dataset !== dataset.id);
    projector.byId("view").classList.toggle("stale", isStale);
  };

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

  let loaded = { key: "" };
  // Fetches what is not on the page yet. The same coordinates are the same arrays.
  projector.load = async function (projection, coloring, components, dimensionality) {
    const usable = components.filter((c) => c < projection.n_components);
    const url = `api/v1/projections/${projection.id}/coordinates?components=${usable.join(",")}`;
    const isLive = projector.isLive(projection);
    const [coordinates, values] = await Promise.all([
      isLive ? projector.newestFrame(projection) : projector.fetchCoordinates(url),
      projector.colorValues(coloring, projection, dimensionality, components),
    ]);
    // What is still computed may have nothing to show yet.
    if (!coordinates) return null;
    const key = isLive ? `live ${projection.id}` : `${projection.id} ${components}`;
    if (loaded.key !== key) loaded = { key, positions: arranged(coordinates, components, usable) };
    return { positions: loaded.positions, values };
  };

  // Coordinates row by row, three for each point; an axis that the data does not have stays at 0.
  function arranged({ values, shape: [n, k] }, components, usable) {
    const columns = components.map((component) => usable.indexOf(component));
    if (k === 3 && columns.every((column, i) => column === i)) return values;
    const positions = new Float32Array(3 * n);
    columns.forEach((column, i) => {
      if (column >= 0) for (let p = 0; p < n; p++) positions[3 * p + i] = values[p * k + column];
    });
    return positions;
  }

  let lastMove = 0;
  // The same points in other coordinates: values is row by row, nComponents numbers for each point.
  // They move there as fast as such frames come; the axes follow only when the points outgrow or
  // shrink away from them.
  projector.moveTo = function (values, nComponents) {
    const { projection, frame } = shown, n = values.length / nComponents;
    if (!projection || n !== projector.nPlaces()) return undefined;
    const components = [0, 1, 2], usable = components.slice(0, nComponents);
    const positions = arranged({ values, shape: [n, nComponents] }, components, usable);
    const now = performance.now(), duration = Math.max(60, Math.min(600, now - lastMove));
    lastMove = now;
    loaded = { key: projector.isLive(projection) ? `live ${projection.id}` : `${projection.id} ${shown.components}`, positions };
    const fitted = projector.frameOf(positions, shown.dimensionality);
    const drift = Math.max(...fitted.middle.map((at, i) => Math.abs(at - frame.middle[i])));
    const fits = fitted.length + 2 * drift <= frame.length && fitted.length > 0.55 * frame.length;
    Object.assign(shown, { positions, duration, frame: fits ? frame : { ...fitted, length: 1.25 * fitted.length } });
    return projector.redraw();
  };

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
    // A preview that comes after its search was committed shows nothing new, and one that belongs to
    // a view that was opened gives way to the selection of that view.
    if (typed) shown.focusOnMatches = projector.isByHand() && !isWithin(shown.matches, shown.selected);
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
    let arrays;
    try {
      arrays = await projector.load(projection, coloring, components, dimensionality);
    } catch (error) {
      projector.byId("view").classList.remove("drawing");
      window.dash_clientside.set_props("notice", { data: { kind: "error", text: error.message } });
      return;
    }
    if (mine !== latest) return;
    if (!arrays) return projector.byId("view").classList.remove("drawing");
    if (note("dataset", projection.dataset)) {
      projector.forgetCameras(Number(dimensionality), restoredCamera);
    }
    if (shown.projection !== projection) {
      shown.rows = projection.rows ? projector.decodeRows(projection.rows) : null;
    }
    if (arrays.positions !== shown.positions || Number(dimensionality) !== shown.dimensionality) {
      shown.frame = projector.frameOf(arrays.positions, Number(dimensionality));
    }
    Object.assign(shown, arrays, { projection, coloring, components, duration: undefined });
    shown.dimensionality = Number(dimensionality);
    shown.baseLayout = sceneLayout;
    takeControls(hidden, selectedRows, selectedPoint, matches, pointSize);
    projector.markLegend();
    await projector.graphReady;
    if (mine !== latest) return;
    // Drawing blocks the page; lists and texts that came with this change are painted before, unless
    // there is no picture yet.
    if (shown.drawn.length) await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
    await projector.redraw();
    if (mine === latest) projector.byId("view").classList.remove("drawing");
    waiting.splice(0).forEach((run) => run());
  }

  function clear() {
    latest += 1;
    projector.byId("view").classList.remove("drawing");
    Object.assign(shown, { projection: null, drawn: new Uint32Array(0), looks: null, positions: null });
    previous = {};
    loaded = { key: "" };
    projector.eraseScene();
    projector.markStale();
    projector.placeMarks();
  }

  projector.clientside({
    draw: (...values) => void draw(...values),
  });
})();
