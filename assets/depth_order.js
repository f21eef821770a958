// See-through points in the order in which they cover each other: the farthest first.
(function () {
  "use strict";
  const projector = window.projector;
  // So many slices of the depth are finer than what is seen of a cloud; points of one slice keep
  // their order.
  const N_SLICES = 4096;

  // Depth of every place as a number from 0, the farthest, to N_SLICES - 1.
  function slicesOf({ depth }, index) {
    let near = Infinity, far = -Infinity;
    for (const place of index) {
      if (depth[place] < near) near = depth[place];
      if (depth[place] > far) far = depth[place];
    }
    const scale = far > near ? (N_SLICES - 1) / (far - near) : 0, slices = new Uint16Array(depth.length);
    for (const place of index) slices[place] = (far - depth[place]) * scale;
    return slices;
  }

  function sortRun(index, first, count, slices, sorted) {
    const next = new Uint32Array(N_SLICES + 1), last = first + count;
    for (let i = first; i < last; i++) next[slices[index[i]] + 1] += 1;
    for (let k = 0; k < N_SLICES; k++) next[k + 1] += next[k];
    for (let i = first; i < last; i++) sorted[first + next[slices[index[i]]]++] = index[i];
  }

  // order: as of drawingOrder; its groups stay as they are, and each is sorted by itself.
  projector.fromFarToNear = function ({ index, groups }) {
    const slices = slicesOf(projector.projectAll(), index), sorted = new Uint32Array(index.length);
    for (const { first, count } of groups) sortRun(index, first, count, slices, sorted);
    return { index: sorted, groups };
  };

  // The scene takes its camera at the next frame, which is the one that is sorted for.
  function takeCamera({ camera, cameraParams }) {
    camera.tick();
    cameraParams.view = camera.matrix;
  }

  // A picture that rests is sorted; one that moves needs an order whose beginning is a fair sample.
  projector.sortCloud = function (isResting) {
    const cloud = projector.cloud(), { order, dimensionality } = projector.shown;
    const isSorted = isResting && dimensionality === 3 && !cloud.style.isOpaque;
    if (!isSorted && !cloud.isSorted) return;
    if (isSorted) takeCamera(projector.glplot());
    cloud.setOrder(isSorted ? projector.fromFarToNear(order) : order);
    cloud.isSorted = isSorted;
  };
})();
