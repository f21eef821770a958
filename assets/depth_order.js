// Points in the order in which they cover each other: the farthest first.
(function () {
  "use strict";
  const projector = window.projector;
  // So many slices of the depth are finer than what is seen of a cloud; points of one slice keep
  // their order.
  const N_SLICES = 4096;

  // Used again each time: new ones would pile up, megabytes for each million of points, until the
  // browser collects them.
  let sorted = new Uint32Array(0);

  // Function from a place to its slice: 0 for the farthest of an index to N_SLICES - 1.
  function slicing({ depth }, index) {
    let near = Infinity, far = -Infinity;
    // Counted: an iterator makes an object for each of the million.
    for (let i = 0; i < index.length; i++) {
      const here = depth[index[i]];
      if (here < near) near = here;
      if (here > far) far = here;
    }
    const scale = far > near ? (N_SLICES - 1) / (far - near) : 0;
    return (place) => ((far - depth[place]) * scale) | 0;
  }

  function sortRun(index, first, count, sliceOf) {
    const next = new Uint32Array(N_SLICES + 1), last = first + count;
    for (let i = first; i < last; i++) next[sliceOf(index[i]) + 1] += 1;
    for (let k = 0; k < N_SLICES; k++) next[k + 1] += next[k];
    for (let i = first; i < last; i++) sorted[first + next[sliceOf(index[i])]++] = index[i];
  }

  // groups: parts of the index, [{ first, count }, ...], each sorted by itself; they stay as they are.
  // The index is used again by the next call.
  projector.fromFarToNear = function ({ index, groups }) {
    if (sorted.length !== index.length) sorted = new Uint32Array(index.length);
    const sliceOf = slicing(projector.projectAll(), index);
    for (const { first, count } of groups) sortRun(index, first, count, sliceOf);
    return { index: sorted, groups };
  };

  // The scene takes its camera at the next frame, which is the one that is sorted for.
  function takeCamera({ camera, cameraParams }) {
    camera.tick();
    cameraParams.view = camera.matrix;
  }

  const isDeep = ({ style }) => projector.shown.dimensionality === 3 && !style.isOpaque;

  // What is drawn of a picture that rests, in the order in which it is.
  projector.sortedPlaces = function () {
    const { order } = projector.shown;
    if (!isDeep(projector.cloud())) return order.index;
    takeCamera(projector.glplot());
    return projector.fromFarToNear(order).index;
  };

  // See-through points are too many to be sorted in every frame: a picture of them that rests is
  // sorted; one that moves needs an order whose beginning is a fair sample.
  projector.sortCloud = function (isResting) {
    const cloud = projector.cloud(), isSorted = isResting && isDeep(cloud);
    if (isSorted || cloud.isSorted) cloud.setSorted(isSorted ? projector.sortedPlaces() : null);
  };

  // Opaque points hide each other by their depth, but a soft rim shows what was drawn before it.
  projector.sortFrame = function (cloud, runs) {
    const { order, dimensionality } = projector.shown;
    if (cloud.isSmoothed || !cloud.style.isOpaque || dimensionality === 2) return;
    cloud.setIndex(projector.fromFarToNear({ index: order.index, groups: runs }).index);
  };
})();
