// The scene without its points: axes of equal scale, camera, theme.
(function () {
  "use strict";
  const projector = window.projector;

  const CAMERA = {
    3: {
      eye: { x: 1.38, y: 1.38, z: 0.78 },
      center: { x: 0, y: 0, z: -0.14 },
      up: { x: 0, y: 0, z: 1 },
      projection: { type: "perspective" },
    },
    // Straight from above without perspective: the same points look like a 2D chart.
    2: {
      eye: { x: 0, y: 0, z: 2 },
      center: { x: 0, y: 0, z: 0 },
      up: { x: 0, y: 1, z: 0 },
      projection: { type: "orthographic" },
    },
  };

  // An orthographic view is two units high: this fills it and leaves room for the titles.
  projector.aspectRatio = (dimensionality) => {
    const side = dimensionality === 3 ? 1 : 1.6 / narrowness();
    return { x: side, y: side, z: 1 };
  };
  // A narrow view is seen from farther away, so that the axis titles stay in it.
  const narrowness = () => {
    const { clientWidth, clientHeight } = projector.byId("view");
    return Math.max(1, (1.15 * clientHeight) / Math.max(1, clientWidth));
  };

  projector.defaultCamera = function (dimensionality) {
    const camera = structuredClone(CAMERA[dimensionality]);
    if (dimensionality === 3) for (const axis of "xyz") camera.eye[axis] *= narrowness();
    return camera;
  };

  // Equal lengths on all axes, each around its own middle: proportions are those of the data.
  projector.equalRanges = function (axes) {
    const ends = axes.map((values) => {
      let low = Infinity, high = -Infinity;
      for (const value of values) {
        if (value < low) low = value;
        if (value > high) high = value;
      }
      return values.length ? [low, high] : [0, 0];
    });
    const widest = Math.max(...ends.map(([low, high]) => high - low)) || 1;
    return ends.map(([low, high]) => {
      const middle = (low + high) / 2;
      return [middle - widest * 0.54, middle + widest * 0.54];
    });
  };

  function axis(base, title, range, colors, visible) {
    return Object.assign({}, base, {
      visible,
      title: { text: title, font: { color: colors.ink, size: 12 } },
      range,
      color: colors.faint,
      gridcolor: colors.line,
      linecolor: colors.line,
      tickfont: { size: 10, color: colors.faint },
    });
  }

  // base: the layout that came with the page; titles and ranges: for x, y and z.
  projector.sceneLayout = function (base, dimensionality, titles, ranges, look) {
    const colors = projector.themeColors();
    const scene = Object.assign({}, base.scene, {
      xaxis: axis(base.scene.xaxis, titles[0], ranges[0], colors, true),
      yaxis: axis(base.scene.yaxis, titles[1], ranges[1], colors, true),
      zaxis: axis(base.scene.zaxis, titles[2], ranges[2], colors, dimensionality === 3),
      dragmode: dimensionality === 3 ? "turntable" : "pan",
      aspectmode: "manual",
      aspectratio: look.aspectratio,
      bgcolor: colors.ground,
      camera: look.camera,
    });
    return Object.assign({}, base, { scene, paper_bgcolor: colors.ground, font: { color: colors.ink } });
  };
})();
