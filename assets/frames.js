// The point cloud in Plotly's scene: put in, put in again after each rebuild, told of each frame.
(function () {
  "use strict";
  const projector = window.projector;
  const RESIZE_MS = 100;
  const listeners = [];
  let cloud = null;

  // Runs a function at every frame that the scene draws, with the camera of that frame; Plotly tells
  // of it before it draws its objects.
  projector.onFrame = (listener) => listeners.push(listener);

  projector.cloud = () => cloud;

  projector.scene = function () {
    const graph = projector.graph();
    const layout = graph && graph._fullLayout;
    return (layout && layout.scene && layout.scene._scene) || null;
  };
  projector.glplot = () => (projector.scene() || {}).glplot || null;

  // Plotly's internals that the cloud and the camera rest on, by name; those that are missing.
  projector.missingInternals = function () {
    const scene = projector.scene(), plot = (scene && scene.glplot) || {}, camera = (scene && scene.camera) || {};
    const params = plot.cameraParams || {};
    const needed = {
      "scene.glplot": scene && scene.glplot, "scene.container": scene && scene.container,
      "glplot.gl": plot.gl, "glplot.canvas": plot.canvas, "glplot.objects": plot.objects,
      "glplot.add": plot.add, "glplot.remove": plot.remove, "glplot.redraw": plot.redraw,
      "glplot.fovy": plot.fovy, "axes.draw": plot.axes && plot.axes.draw, "cameraParams.view": params.view,
      "cameraParams.projection": params.projection, "camera.lookAt": camera.lookAt,
    };
    return Object.keys(needed).filter((name) => !needed[name]);
  };

  projector.countFrame = function () {
    projector.shown.nFrames += 1;
    projector.byId("view").dataset.frame = String(projector.shown.nFrames);
    listeners.forEach((listener) => listener());
  };

  function follow(plot) {
    const before = plot.onrender;
    plot.onrender = function () {
      if (before) before.call(plot);
      projector.countFrame();
    };
    // Without this the browser never gives the context back.
    plot.canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
  }

  // Plotly makes a new plot, with a new canvas, when it changes the kind of projection or when the
  // graphics context was lost; the canvas before stays behind it.
  function watch(container) {
    if (container.isWatched) return;
    container.isWatched = true;
    new MutationObserver(() => {
      const plot = projector.glplot();
      if (!plot || !plot.canvas || (cloud && cloud.plot === plot)) return;
      for (const canvas of container.querySelectorAll("canvas")) {
        if (canvas !== plot.canvas) canvas.remove();
      }
      projector.redraw();
    }).observe(container, { childList: true });
  }

  // Returns the cloud of the scene on the page, a new and empty one where the scene is new; null
  // when this version of Plotly lacks what it needs.
  projector.attachedCloud = function () {
    if (projector.missingInternals().length) return null;
    const plot = projector.glplot();
    if (cloud && cloud.plot === plot && plot.objects.includes(cloud)) return cloud;
    cloud = new projector.PointCloud(plot.gl);
    cloud.plot = plot;
    plot.pixelRatio = window.devicePixelRatio;
    plot.add(cloud);
    projector.smoothAxes(plot);
    follow(plot);
    watch(projector.scene().container);
    return cloud;
  };

  projector.detachCloud = function () {
    projector.stopFilling();
    projector.byId("moving-note").hidden = true;
    if (!cloud) return;
    if (cloud.plot.objects && cloud.plot.objects.includes(cloud)) {
      cloud.plot.remove(cloud);
      cloud.dispose();
    }
    cloud = null;
  };

  // Another size of the view has another fitted camera; the window may also move to a screen of
  // another density.
  let timer = 0;
  window.addEventListener("resize", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const plot = projector.glplot();
      if (plot && cloud) plot.pixelRatio = window.devicePixelRatio;
      projector.redraw();
    }, RESIZE_MS);
  });
})();
