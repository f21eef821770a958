// More points than the machine draws at once: they are drawn bit by bit beside the screen, so that
// nobody waits, and shown when all are there. Until then the part stands that was drawn while moving.
(function () {
  "use strict";
  const projector = window.projector;
  // A bit may take so long: the page answers in between.
  const WANTED_MS = 50, SMALLEST = 10000;
  // Points of one bit, learned from those before.
  const sizes = { processor: SMALLEST, graphics: SMALLEST };
  let latest = 0, isWanted = false;

  projector.stopFilling = function () {
    latest += 1;
    isWanted = false;
  };

  // Begins after the frame that shows the latest change, if that is still to come: who looks at
  // an old picture should not wait for all points.
  projector.fill = function (cloud) {
    projector.stopFilling();
    isWanted = true;
    if (!cloud.dirty) begin(cloud);
  };

  function begin(cloud) {
    isWanted = false;
    const mine = (latest += 1);
    setTimeout(() => void fillAll(cloud, mine));
  }

  // The canvas has another size now; a picture for a file is of another density and passes.
  const isOutgrown = ({ isWhole, picture, plot }) =>
    isWhole && !picture.fits() && plot.pixelRatio === window.devicePixelRatio;

  projector.onFrame(() => {
    const cloud = projector.cloud();
    if (cloud && isOutgrown(cloud)) projector.settle();
    if (isWanted) begin(cloud);
  });

  // The last bit of a run is smaller than wanted: that it was quick tells nothing.
  function learn(kind, { count }, took) {
    if (count < sizes[kind] && took < WANTED_MS) return;
    const factor = Math.max(0.5, Math.min(2, WANTED_MS / took));
    sizes[kind] = Math.max(SMALLEST, Math.round(count * factor));
  }

  // The memory of the picture before, megabytes of it, is used again.
  let kept = null;
  function emptySplats({ width, height }) {
    if (!kept || kept.width !== width || kept.height !== height) kept = new projector.Splats(width, height);
    kept.pixels.fill(0);
    return kept;
  }

  const pause = () => new Promise((go) => setTimeout(go));

  // Points: the processor draws them faster than it imitates a graphics card that does. What stands
  // out comes last in the order and lies before everything else.
  async function splat(cloud, index, goOn) {
    const { picture } = cloud, splats = emptySplats(picture);
    for (const bit of bits(cloud.runs(null).reverse(), "processor")) {
      const start = performance.now();
      const { run, at, count } = bit, first = run.first + run.count - at - count;
      splats.add(index, { ...run, first, count }, projector.projectAll());
      learn("processor", bit, performance.now() - start);
      await pause();
      if (!goOn()) return false;
    }
    picture.fill(splats.bytes);
    return true;
  }

  // Thumbnails: they lie in textures, which only WebGL reads.
  async function draw(cloud, index, goOn) {
    // The order alone changes nothing of the part that stands on the screen.
    const { dirty } = cloud;
    cloud.setSorted(index);
    cloud.dirty = dirty;
    for (const bit of bits(cloud.runs(null), "graphics")) {
      const start = performance.now();
      const { run, at, count } = bit, part = { ...run, first: run.first + at, count };
      cloud.picture.draw(() => cloud.drawRuns(projector.glplot().cameraParams, [part], null));
      if (!(await cloud.picture.finished()) || !goOn()) return false;
      learn("graphics", bit, performance.now() - start);
    }
    return true;
  }

  function* bits(runs, kind) {
    let nDone = 0;
    for (const run of runs) {
      for (let at = 0; at < run.count; ) {
        const count = Math.min(sizes[kind], run.count - at);
        yield { run, at, count };
        projector.sayFilled((nDone += count));
        at += count;
      }
    }
  }

  async function fillAll(cloud, mine) {
    const goOn = () => mine === latest && cloud === projector.cloud();
    if (!goOn() || !cloud) return;
    // Something has changed again: the next frame shows it first, with the camera of that.
    if (cloud.dirty) return void (isWanted = true);
    const index = projector.sortedPlaces();
    const fill = cloud.runs(null).some(({ tile }) => tile) ? draw : splat;
    cloud.picture.empty();
    if (!(await fill(cloud, index, goOn))) return;
    cloud.part = null;
    cloud.isWhole = cloud.dirty = true;
    projector.sayFilled(null);
  }
})();
