// Points drawn beside the screen, as large as the canvas, and laid over the axes when asked for.
(function () {
  "use strict";
  const projector = window.projector;
  // One triangle that is larger than the canvas.
  const CORNERS = new Float32Array([-1, -1, 3, -1, -1, 3]);
  const VERTEX = `
    attribute vec2 corner;
    varying vec2 at;
    void main() {
      at = corner * 0.5 + 0.5;
      gl_Position = vec4(corner, 0.0, 1.0);
    }`;
  const FRAGMENT = `
    precision mediump float;
    varying vec2 at;
    uniform sampler2D picture;
    void main() { gl_FragColor = texture2D(picture, at); }`;

  class PointPicture {
    constructor(gl) {
      this.gl = gl;
      this.width = this.height = 0;
      this.buffer = gl.createFramebuffer();
      this.depth = gl.createRenderbuffer();
      this.texture = gl.createTexture();
      this.corners = gl.createBuffer();
      gl.bindBuffer(gl.ARRAY_BUFFER, this.corners);
      gl.bufferData(gl.ARRAY_BUFFER, CORNERS, gl.STATIC_DRAW);
      gl.bindBuffer(gl.ARRAY_BUFFER, null);
      this.program = projector.glProgram(gl, VERTEX, FRAGMENT, { corner: 0 });
    }

    fits() {
      return this.width === this.gl.drawingBufferWidth && this.height === this.gl.drawingBufferHeight;
    }

    resize() {
      const { gl } = this, { drawingBufferWidth: width, drawingBufferHeight: height } = gl;
      Object.assign(this, { width, height });
      this.fill(null);
      gl.bindRenderbuffer(gl.RENDERBUFFER, this.depth);
      gl.renderbufferStorage(gl.RENDERBUFFER, gl.DEPTH_COMPONENT16, width, height);
      gl.bindRenderbuffer(gl.RENDERBUFFER, null);
      gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.texture, 0);
      gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.DEPTH_ATTACHMENT, gl.RENDERBUFFER, this.depth);
    }

    // bytes: what the processor drew (splatting.js), or null.
    fill(bytes) {
      const { gl, width, height } = this;
      projector.fillTexture(gl, this.texture, gl.NEAREST, () =>
        gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, width, height, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes)
      );
    }

    empty() {
      this.draw(() => {
        const { gl } = this;
        if (!this.fits()) this.resize();
        gl.clearColor(0, 0, 0, 0);
        gl.depthMask(true);
        gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
      });
    }

    // What a function draws is drawn here and not on the canvas.
    draw(run) {
      const { gl } = this;
      gl.bindFramebuffer(gl.FRAMEBUFFER, this.buffer);
      gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
      gl.enable(gl.DEPTH_TEST);
      gl.depthFunc(gl.LEQUAL);
      try {
        run();
      } finally {
        gl.bindFramebuffer(gl.FRAMEBUFFER, null);
      }
    }

    // Kept when everything asked for so far has been drawn; false: the context was lost.
    finished() {
      const { gl } = this, fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
      gl.flush();
      return new Promise((done) => {
        const look = () => {
          if (!fence || gl.isContextLost()) return done(false);
          if (gl.clientWaitSync(fence, 0, 0) === gl.TIMEOUT_EXPIRED) return void setTimeout(look, 2);
          gl.deleteSync(fence);
          done(true);
        };
        setTimeout(look, 2);
      });
    }

    // Colors are already multiplied by their alpha.
    show() {
      const { gl } = this, { program, uniforms } = this.program;
      gl.useProgram(program);
      gl.uniform1i(uniforms.picture, projector.TEXTURE_UNIT);
      gl.activeTexture(gl.TEXTURE0 + projector.TEXTURE_UNIT);
      gl.bindTexture(gl.TEXTURE_2D, this.texture);
      gl.bindBuffer(gl.ARRAY_BUFFER, this.corners);
      gl.enableVertexAttribArray(0);
      gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
      gl.disable(gl.DEPTH_TEST);
      gl.enable(gl.BLEND);
      gl.blendEquation(gl.FUNC_ADD);
      gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
      gl.disable(gl.BLEND);
      gl.enable(gl.DEPTH_TEST);
      gl.disableVertexAttribArray(0);
      gl.bindBuffer(gl.ARRAY_BUFFER, null);
      gl.bindTexture(gl.TEXTURE_2D, null);
      gl.activeTexture(gl.TEXTURE0);
    }

    dispose() {
      const { gl } = this;
      gl.deleteFramebuffer(this.buffer);
      gl.deleteRenderbuffer(this.depth);
      gl.deleteTexture(this.texture);
      gl.deleteBuffer(this.corners);
      gl.deleteProgram(this.program.program);
    }
  }

  projector.PointPicture = PointPicture;
})();
