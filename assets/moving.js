// While the picture moves: no more is drawn than the machine draws smoothly; at rest, everything.
(function () {
  "use strict";
  const projector = window.projector;
  const REST_MS = 80; // after the last change everything is drawn again
  const WANTED_MS = 50, SLOW_MS = 1000 / 15;
  // Drawing costs what it covers: a thumbnail as much as so many points.
  const SMALLEST = 2000, FIRST = 200000;
  let budget = FIRST; // points that one frame may take; learned from the frames before
  let timer = 0, isMoving = false, isWaiting = false;

  const costOfThumbnail = ({ size, thumbnailSize }) => Math.max(1, (thumbnailSize / (size + 2)) ** 2);

  function parts() {
    const cloud = projector.cloud(), n = projector.shown.drawn.length;
    const { style } = cloud, hasThumbnails = style.thumbnails && cloud.tiles.length > 0;
    const points = Math.min(1, budget / n);
    if (!hasThumbnails) return { points, thumbnails: 1 };
    const left = Math.max(0, budget - n) / (costOfThumbnail(style) * n);
    return { points, thumbnails: Math.min(1, left) };
  }

  const isLess = (part) => part.points < 1 || part.thumbnails < 1;

  function say(part) {
    const n = projector.shown.drawn.length, note = projector.byId("moving-note");
    const count = (share) => projector.spelled(Math.ceil(share * n));
    note.hidden = !isLess(part);
    if (note.hidden) return;
    const what = part.points < 1 ? `${count(part.points)} of ${projector.spelled(n)}`
      : `${count(part.thumbnails)} of ${projector.spelled(n)} thumbnails`;
    note.textContent = `${what} while moving`;
  }

  // Something moves the picture: the camera, or the points themselves.
  projector.moving = function () {
    const cloud = projector.cloud();
    if (!cloud || !cloud.style) return;
    projector.stopFilling();
    if (!isMoving) projector.sortCloud(false);
    isMoving = cloud.dirty = true;
    cloud.isWhole = false;
    cloud.part = parts();
    say(cloud.part);
    clearTimeout(timer);
    timer = setTimeout(rest, REST_MS);
  };

  function rest() {
    const cloud = projector.cloud();
    clearTimeout(timer);
    isMoving = false;
    if (cloud && cloud.part) projector.settle();
    else projector.byId("moving-note").hidden = true;
  }

  // Nothing moves (any more): everything is drawn, at once or bit by bit.
  projector.settle = function () {
    const cloud = projector.cloud(), part = parts();
    projector.stopFilling();
    cloud.isWhole = false;
    if (cloud.picture && !cloud.style.isOpaque && isLess(part)) {
      cloud.part = part;
      projector.sayFilled(0);
      return projector.fill(cloud);
    }
    if (cloud.part && isLess(cloud.part)) cloud.dirty = true;
    cloud.part = null;
    projector.sayFilled(null);
    projector.sortCloud(true);
  };

  // How many points are drawn so far; null: all are on the screen.
  projector.sayFilled = function (nDone) {
    const note = projector.byId("moving-note"), n = projector.shown.drawn.length;
    note.hidden = nDone === null;
    if (nDone !== null) note.textContent = `drawing ${projector.spelled(nDone)} of ${projector.spelled(n)}`;
  };

  // A gesture is over: nobody needs to wait for what may follow.
  projector.restNow = () => isMoving && rest();

  // What a frame costs shows in how late the browser asks for the one after it.
  projector.onFrame(() => {
    if (!isMoving || isWaiting) return;
    const start = performance.now();
    isWaiting = true;
    requestAnimationFrame(() => {
      isWaiting = false;
      learn(performance.now() - start);
    });
  });

  function learn(took) {
    const enough = Math.max(SMALLEST, 60 * projector.shown.drawn.length);
    if (took > SLOW_MS) budget *= Math.max(0.4, WANTED_MS / took);
    else if (took < WANTED_MS) budget *= Math.min(1.4, WANTED_MS / took);
    budget = Math.max(SMALLEST, Math.min(enough, budget));
  }

  projector.isMoving = () => isMoving;
})();
