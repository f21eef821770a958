// The scene without its points: axes of equal scale, camera, theme.
(function () {
  "use strict";
  const projector = window.projector;

  const CAMERA = {
    3: {
      eye: { x: 1.24, y: 1.24, z: 0.7 },
      center: { x: 0, y: 0, z: -0.13 },
      up: { x: 0, y: 0, z: 1 },
      projection: { type: "perspective" },
    },
    // Straight from above: the same points look like a 2D chart.
    2: {
      eye: { x: 0, y: 0, z: 1.55 },
      center: { x: 0, y: 0, z: 0 },
      up: { x: 0, y: 1, z: 0 },
      projection: { type: "perspective" },
    },
  };

  // Lengths of the sides of the box around the points; in 2D it is a sheet.
  projector.aspectRatio = (dimensionality) => ({ x: 1, y: 1, z: dimensionality === 3 ? 1 : 1e-5 });

  // As far away as the lowest corner needs; in a narrow view farther, so that the titles, whose size
  // does not shrink with the box, stay in it on both sides.
  const TITLES = 115;
  const narrowness = () => {
    const { clientWidth, clientHeight } = projector.byId("view");
    return Math.max(1.1, (0.97 * clientHeight) / Math.max(50, clientWidth - TITLES));
  };

  // From so high the sheet and the titles beside and below it fill the view.
  const FIELD = 2 * Math.tan(Math.PI / 8), MARGIN = 140;
  function fittedHeight() {
    const { clientWidth, clientHeight } = projector.byId("view");
    return clientHeight / (FIELD * Math.max(100, Math.min(clientWidth, clientHeight) - MARGIN));
  }

  projector.defaultCamera = function (dimensionality) {
    const camera = structuredClone(CAMERA[dimensionality]);
    if (dimensionality === 2) camera.eye.z = fittedHeight() || camera.eye.z;
    else for (const axis of "xyz") camera.eye[axis] *= narrowness();
    return camera;
  };

  projector.fittedDistance = (dimensionality) =>
    projector.cameraDistance(projector.defaultCamera(dimensionality));

  // Smallest and largest of every third value.
  function ends(values, first) {
    let low = Infinity, high = -Infinity;
    for (let i = first; i < values.length; i += 3) {
      if (values[i] < low) low = values[i];
      if (values[i] > high) high = values[i];
    }
    return low <= high ? [low, high] : [0, 0];
  }

  // Where the axes lie: their middles and their one length, so that proportions are those of the
  // data, with some room around the points. positions: three for each point; of a flat picture, the
  // third does not count.
  projector.frameOf = function (positions, dimensionality) {
    const limits = [0, 1, 2].map((i) => (i < dimensionality ? ends(positions, i) : [0, 0]));
    const widest = Math.max(...limits.map(([low, high]) => high - low)) || 1;
    return { middle: limits.map(([low, high]) => (low + high) / 2), length: widest * 1.08 };
  };

  function axis(base, title, { middle, length }, i, colors, isFlat) {
    const isDrawn = i < 2 || !isFlat;
    return Object.assign({}, base, {
      // Not "visible": Plotly would never show the title of an axis again that was once invisible.
      showline: isDrawn, showgrid: isDrawn, showticklabels: !isFlat,
      // What stands along the axes of a flat picture is written over it: edge_ticks.js.
      ...(isFlat && isDrawn ? { tickmode: "linear", tick0: 0, dtick: projector.gridStep({ length }) } : {}),
      tickangle: isFlat ? 0 : "auto",
      title: { text: isFlat ? "" : title, font: { color: colors.ink, size: 12 } },
      range: [middle[i] - length / 2, middle[i] + length / 2],
      color: colors.faint,
      gridcolor: colors.line,
      linecolor: colors.line,
      tickfont: { size: 12, color: colors.faint },
    });
  }

  // base: the layout that came with the page; titles and frame: for x, y and z.
  projector.sceneLayout = function (base, dimensionality, titles, frame, camera) {
    const colors = projector.themeColors();
    const scene = Object.assign({}, base.scene, {
      xaxis: axis(base.scene.xaxis, titles[0], frame, 0, colors, dimensionality === 2),
      yaxis: axis(base.scene.yaxis, titles[1], frame, 1, colors, dimensionality === 2),
      zaxis: axis(base.scene.zaxis, titles[2], frame, 2, colors, dimensionality === 2),
      // The gestures are ours: navigation.js.
      dragmode: false,
      aspectmode: "manual",
      aspectratio: projector.aspectRatio(dimensionality),
      bgcolor: colors.ground,
      camera,
    });
    return Object.assign({}, base, { scene, paper_bgcolor: colors.ground, font: { color: colors.ink } });
  };
})();
