// A projection while it is computed: each new layout moves the points, in every page that looks.
(function () {
  "use strict";
  const projector = window.projector;
  const LIVE = ["queued", "running", "paused", "lost"];
  const PROGRESS_MS = 500, RETRY_MS = 1000;
  let followed = null; // { id, number, frame, isOver }

  projector.isLive = (projection) => LIVE.includes(projection.state);
  const address = (id, what = "") => `api/v1/projections/${id}${what}`;
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  // The newest layout as { values, shape }, or null when there is none yet.
  projector.newestFrame = async function (projection) {
    if (followed && followed.id === projection.id && followed.frame) return followed.frame;
    if (!projection.n_frames) return null;
    const found = await fetchFrame(projection.id, -1);
    return found && found.frame;
  };

  async function fetchFrame(id, after) {
    const answer = await fetch(address(id, `/frames/latest?after=${after}`));
    if (!answer.ok) throw new Error("no frame");
    if (answer.status === 204) return null;
    const values = new Float32Array(await answer.arrayBuffer());
    const nDims = Number(answer.headers.get("Frame-Dims"));
    return {
      number: Number(answer.headers.get("Frame-Number")),
      frame: { values, shape: [values.length / nDims, nDims] },
    };
  }

  const chooseAgain = (id) => projector.report("projection-chosen", { id });

  async function watchFrames(mine) {
    while (followed === mine && !mine.isOver) {
      let found = null;
      try {
        found = await fetchFrame(mine.id, mine.number);
      } catch {
        // The server restarts, or the run went on under another id, which the progress tells.
        await pause(RETRY_MS);
      }
      if (followed !== mine || !found) continue;
      const isFirst = mine.number < 0;
      mine.number = found.number;
      mine.frame = found.frame;
      const { shown } = projector;
      if (shown.projection && shown.projection.id === mine.id) {
        await projector.moveTo(found.frame.values, found.frame.shape[1]);
      } else if (isFirst) {
        chooseAgain(mine.id);
      }
      projector.byId("view").dataset.liveFrame = String(mine.number);
    }
  }

  async function watchProgress(mine) {
    while (followed === mine && !mine.isOver) {
      let record = null;
      try {
        const answer = await fetch(address(mine.id));
        record = answer.status === 404 ? { id: mine.id, state: "failed", message: "It was deleted." } : await answer.json();
        if (!record.state) record = null;
      } catch {
        projector.sayReconnecting();
      }
      if (followed !== mine) return;
      if (record) {
        projector.showJob(record);
        mine.isOver = Boolean(record.superseded_by) || !LIVE.includes(record.state);
        if (record.superseded_by) chooseAgain(record.superseded_by);
        else if (mine.isOver && record.state !== "failed") chooseAgain(mine.id);
      }
      if (!mine.isOver) await pause(PROGRESS_MS);
    }
    projector.refreshProjections();
  }

  projector.clientside({
    follow: function (projection) {
      if (projection && followed && followed.id === projection.id && !followed.isOver) return;
      const isLong = projection && projection.method !== "pca";
      followed = null;
      projector.showJob(isLong || (projection && projector.isLive(projection)) ? projection : null);
      if (!projection || !projector.isLive(projection)) return;
      followed = { id: projection.id, number: -1, frame: null, isOver: false };
      void watchFrames(followed);
      void watchProgress(followed);
    },
  });
})();
