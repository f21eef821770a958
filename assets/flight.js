// The camera of a view that is opened: it flies there where the picture stays, else begins there.
(function () {
  "use strict";
  const projector = window.projector;

  projector.flyTo = function ({ dataset, dimensionality, camera }) {
    const { projection } = projector.shown, tell = window.dash_clientside.set_props;
    tell("camera", { data: camera });
    // The drawing of another dataset begins with the camera of its link.
    if (!projection || projection.dataset !== dataset) return;
    if (projector.shown.dimensionality !== dimensionality) {
      return projector.forgetCameras(dimensionality, camera);
    }
    if (!camera) return projector.fitAll();
    projector.easeCamera({ ...projector.defaultCamera(dimensionality), ...camera });
  };
})();
