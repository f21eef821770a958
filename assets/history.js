// The address bar, back and forward. Every state has a link; a step of a person makes an entry in
// the browser's history, everything smaller replaces the last one.
(function () {
  "use strict";
  const projector = window.projector;
  const STEPS = ["dataset_id", "dimensionality", "color_by"];

  projector.viewState = null;
  projector.viewCamera = null;

  // After a view was opened, what follows by itself belongs to it: the first change makes an entry
  // ("open"), the others replace it ("settle"). With a person's next input each change is a "step".
  let mode = "settle";
  let isGoingBack = false;
  // Back or forward was pressed and its view is not here yet: what comes meanwhile is of another entry.
  let isAwaiting = false;
  let lastKey = null;
  let named = null; // { query, link }: the bookmark or story that the address names

  const stepKey = (view) => JSON.stringify(STEPS.map((field) => view[field] ?? null)) + projector.undoKey(view);

  function cameraText(camera) {
    const parts = ["eye", "center", "up"].flatMap((part) => ["x", "y", "z"].map((a) => camera[part][a]));
    return parts.map((number) => Number(number.toPrecision(6))).join(",");
  }

  function addressOf(link, camera) {
    if (!link || link === "?") return "";
    return camera ? `${link}&camera=${cameraText(camera)}` : link;
  }

  function write(query, isEntry) {
    if (isAwaiting || query === window.location.search) return;
    const address = window.location.pathname + query;
    if (isEntry && !isGoingBack) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
  }

  function writeAddress(link, camera, view) {
    const onlyCamera = projector.viewState === view;
    projector.viewState = view;
    projector.viewCamera = camera;
    if (!view) return write("", false);
    if (named && mode !== "step") named.link = link;
    else if (named && (named.link !== link || onlyCamera)) named = null;
    const key = stepKey(view), isChanged = lastKey !== null && key !== lastKey;
    if (!onlyCamera) projector.noteForUndo(view, mode !== "settle");
    if (!named) write(addressOf(link, camera), isChanged && mode !== "settle");
    lastKey = key;
    if (mode === "open" && !onlyCamera) mode = "settle";
    projector.markOpened();
  }

  // A view was opened: by a link, a bookmark, the list of datasets, back, undo.
  function noteOpened({ query }) {
    isAwaiting = false;
    mode = projector.viewState === null || isGoingBack ? "settle" : "open";
    named = query ? { query, link: null } : null;
    if (query) write(`?${query}`, mode === "open");
    projector.markOpened();
  }

  // The bookmark or story that is on the page unchanged.
  projector.openedQuery = () => new URLSearchParams(named ? named.query : "");

  // Whether a person has done something since the view was opened.
  projector.isByHand = () => mode === "step";

  // Ctrl that is held for the next undo does nothing by itself: what arrives late from the one before
  // would count as a step, and there would be nothing to redo.
  const HELD = ["Control", "Shift", "Alt", "Meta"];

  function begin(event) {
    if (HELD.includes(event.key)) return;
    mode = "step";
    isGoingBack = isAwaiting = false;
  }
  for (const name of ["pointerdown", "keydown", "wheel"]) {
    window.addEventListener(name, begin, { capture: true, passive: true });
  }

  // Before Dash hears of it: it would not tell of an address that it knows already.
  window.addEventListener("popstate", (event) => {
    event.stopImmediatePropagation();
    isGoingBack = isAwaiting = true;
    projector.report("opened", { address: window.location.search });
  });

  projector.clientside({
    writeAddress,
    restoreView: function (opened) {
      if (!opened) return;
      noteOpened(opened);
      projector.noteRestoredLegend(opened.color_by);
      projector.followStory(opened);
      if (!opened.keep) projector.flyTo(opened);
    },
  });
})();
