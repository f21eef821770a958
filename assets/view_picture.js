// A small picture of the view for the list of bookmarks, taken from the scene's own canvas.
(function () {
  "use strict";
  const projector = window.projector;
  const WIDTH = 192, HEIGHT = 120;

  // Returns a data URL, the middle of the view; null when nothing is drawn.
  projector.takePicture = function () {
    const plot = projector.glplot();
    if (!plot || !projector.shown.projection) return null;
    const small = Object.assign(projector.element("canvas"), { width: WIDTH, height: HEIGHT });
    const context = small.getContext("2d", { willReadFrequently: true });
    context.fillStyle = projector.themeColors().ground;
    context.fillRect(0, 0, WIDTH, HEIGHT);
    // The canvas holds what was drawn only until the browser shows the next frame.
    plot.redraw();
    const { canvas } = plot, scale = Math.max(WIDTH / canvas.width, HEIGHT / canvas.height);
    const [width, height] = [canvas.width * scale, canvas.height * scale];
    context.drawImage(canvas, (WIDTH - width) / 2, (HEIGHT - height) / 2, width, height);
    return small.toDataURL("image/jpeg", 0.8);
  };
})();
