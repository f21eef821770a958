// The first picture is prepared while Dash builds the page: its arrays are fetched, and its scene
// stands without points when Dash asks to draw them.
(function () {
  "use strict";
  const projector = window.projector;

  async function prepare() {
    const answer = await fetch(`page/first-picture${window.location.search}`);
    const picture = answer.ok ? await answer.json() : null;
    if (!picture) return;
    const { projection, coloring, dimensionality, components, camera, layout } = picture;
    const { positions } = await projector.load(projection, coloring, components, dimensionality);
    await projector.graphReady;
    if (projector.shown.projection) return;
    projector.shown.dimensionality = dimensionality;
    projector.forgetCameras(dimensionality, camera);
    projector.prepareScene(projector.sceneLayout(
      layout, dimensionality, projector.axisTitles(projection, components),
      projector.frameOf(positions, dimensionality), projector.camera()
    ));
  }

  // Dash asks for the same in its own time, and says what is wrong.
  prepare().catch(() => {});
})();
