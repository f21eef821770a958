// Where the picture is seen from: kept on every update, per dimensionality, and reset on demand.
(function () {
  "use strict";
  const projector = window.projector;

  // dimensionality -> { camera, aspectratio } as the person left it; absent: the default.
  let looks = {};
  let drawn = null; // the dimensionality that is on the screen

  function lookOfScene() {
    const scene = projector.scene();
    return { camera: scene.getCamera(), aspectratio: scene.glplot.getAspectratio() };
  }

  const defaultLook = (dimensionality) => ({
    camera: projector.defaultCamera(dimensionality),
    aspectratio: projector.aspectRatio(dimensionality),
  });

  // Plotly lets a movement run out after the gesture has ended, so what is on the screen counts,
  // not what the gesture reported.
  projector.currentLook = function () {
    const { dimensionality } = projector.shown;
    if (looks[dimensionality] && projector.scene() && drawn === dimensionality) {
      looks[dimensionality] = lookOfScene();
    }
    drawn = dimensionality;
    return structuredClone(looks[dimensionality] || defaultLook(dimensionality));
  };

  // Another dataset is seen from the default, or as a link says.
  projector.forgetLooks = function (dimensionality, camera) {
    drawn = null;
    looks = {};
    if (!camera) return;
    looks[dimensionality] = defaultLook(dimensionality);
    Object.assign(looks[dimensionality].camera, camera);
  };

  function keepLook() {
    if (!projector.scene()) return;
    // Plotly notes its own zoom as an edit that it does not know later, and warns of it.
    const edits = projector.graph()._fullLayout._preGUI || {};
    for (const key of Object.keys(edits)) if (key.startsWith("scene.aspectratio")) delete edits[key];
    const look = (looks[projector.shown.dimensionality] = lookOfScene());
    window.dash_clientside.set_props("camera", { data: look.camera });
  }

  let isResetting = false;
  projector.resetView = async function () {
    const { projection, dimensionality } = projector.shown;
    if (!projection) return;
    isResetting = true;
    const { camera, aspectratio } = defaultLook(dimensionality);
    await window.Plotly.relayout(projector.graph(), {
      "scene.camera": camera,
      "scene.aspectratio": aspectratio,
    });
    isResetting = false;
    delete looks[dimensionality];
    window.dash_clientside.set_props("camera", { data: null });
  };

  // Plotly tells the end of an orbit, pan or zoom; only then the address changes.
  projector.followCamera = function (graph) {
    if (graph.isFollowed) return;
    graph.isFollowed = true;
    // Dash's own listener would answer every camera move by drawing its figure anew, and that
    // figure has no points: they are drawn here.
    graph.removeAllListeners("plotly_relayout");
    graph.on("plotly_relayout", (change) => {
      // The wheel changes the aspect ratio where there is no perspective.
      const moved = Object.keys(change).some((key) => /^scene\.(camera|aspectratio)/.test(key));
      if (moved && !isResetting) keepLook();
    });
  };

  projector.whenPresent("reset-view", (button) => button.addEventListener("click", projector.resetView));
})();
