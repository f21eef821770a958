// More points than the machine draws at once: they are drawn bit by bit beside the screen, so that
// nobody waits, and shown when all are there. Until then the part stands that was drawn while moving.
(function () {
  "use strict";
  const projector = window.projector;
  // A bit may take so long: the page answers in between.
  const WANTED_MS = 60, SMALLEST = 10000;
  let size = 50000; // points of one bit, learned from those before
  let latest = 0, isWanted = false;

  projector.stopFilling = function () {
    latest += 1;
    isWanted = false;
  };

  // Begins after the next frame, with the camera of that.
  projector.fill = function (cloud) {
    projector.stopFilling();
    isWanted = true;
    cloud.dirty = true;
  };

  // The canvas has another size now; a picture for a file is of another density and passes.
  const isOutgrown = ({ isWhole, picture, plot }) =>
    isWhole && !picture.fits() && plot.pixelRatio === window.devicePixelRatio;

  projector.onFrame(() => {
    const cloud = projector.cloud();
    if (cloud && isOutgrown(cloud)) projector.settle();
    if (!isWanted) return;
    isWanted = false;
    const mine = (latest += 1);
    setTimeout(() => void fillAll(cloud, mine));
  });

  function learn(took) {
    size = Math.max(SMALLEST, Math.round(size * Math.max(0.5, Math.min(2, WANTED_MS / took))));
  }

  async function fillAll(cloud, mine) {
    const isMine = () => mine === latest && cloud === projector.cloud();
    if (!isMine() || !cloud) return;
    // The order alone changes nothing of the part that stands on the screen.
    const { dirty } = cloud;
    projector.sortCloud(true);
    cloud.dirty = dirty;
    cloud.picture.empty();
    let nDone = 0;
    for (const run of cloud.runs(null)) {
      for (let at = 0; at < run.count; ) {
        const count = Math.min(size, run.count - at), start = performance.now();
        const bit = { ...run, first: run.first + at, count };
        cloud.picture.draw(() => cloud.drawRuns(projector.glplot().cameraParams, [bit], null));
        if (!(await cloud.picture.finished()) || !isMine()) return;
        learn(performance.now() - start);
        at += count;
        projector.sayFilled((nDone += count));
      }
    }
    cloud.part = null;
    cloud.isWhole = cloud.dirty = true;
    projector.sayFilled(null);
  }
})();
