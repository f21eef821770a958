// The axes, drawn with several samples to the pixel and then put on a canvas that has only one.
(function () {
  "use strict";
  const projector = window.projector;
  const SAMPLES = 4;

  class SmoothTarget {
    constructor(gl) {
      this.gl = gl;
      this.width = this.height = 0;
      this.buffer = gl.createFramebuffer();
      this.color = gl.createRenderbuffer();
      this.depth = gl.createRenderbuffer();
    }

    resize(width, height) {
      if (width === this.width && height === this.height) return;
      Object.assign(this, { width, height });
      const { gl } = this;
      const attach = (place, store, format) => {
        gl.bindRenderbuffer(gl.RENDERBUFFER, store);
        gl.renderbufferStorageMultisample(gl.RENDERBUFFER, SAMPLES, format, width, height);
        gl.framebufferRenderbuffer(gl.FRAMEBUFFER, place, gl.RENDERBUFFER, store);
      };
      gl.bindFramebuffer(gl.FRAMEBUFFER, this.buffer);
      // Samples can only be copied to a canvas of the same format: one without alpha.
      attach(gl.COLOR_ATTACHMENT0, this.color, gl.RGB8);
      attach(gl.DEPTH_ATTACHMENT, this.depth, gl.DEPTH_COMPONENT24);
      gl.bindRenderbuffer(gl.RENDERBUFFER, null);
    }

    // Color only: Plotly draws those sides of the box that are behind all points.
    show() {
      const { gl, width, height } = this;
      gl.bindFramebuffer(gl.READ_FRAMEBUFFER, this.buffer);
      gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, null);
      gl.blitFramebuffer(0, 0, width, height, 0, 0, width, height, gl.COLOR_BUFFER_BIT, gl.NEAREST);
      gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    }
  }

  // plot: gl-plot3d, which has just cleared its canvas when it draws its axes.
  projector.smoothAxes = function ({ gl, axes }) {
    if (!gl.blitFramebuffer || gl.getParameter(gl.SAMPLES) > 1) return;
    const { draw } = axes, target = new SmoothTarget(gl);
    axes.draw = function (camera) {
      target.resize(gl.drawingBufferWidth, gl.drawingBufferHeight);
      gl.bindFramebuffer(gl.FRAMEBUFFER, target.buffer);
      gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
      draw.call(axes, camera);
      target.show();
    };
  };
})();
