// Pictures that the graphics card reads.
(function () {
  "use strict";
  const projector = window.projector;

  // Plotly binds its own textures at the low numbers, the one of its pick buffer among them.
  projector.TEXTURE_UNIT = 7;

  // Fills a texture. upload: calls texImage2D; filter: gl.NEAREST or gl.LINEAR.
  projector.fillTexture = function (gl, texture, filter, upload) {
    gl.activeTexture(gl.TEXTURE0 + projector.TEXTURE_UNIT);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    // Plotly may have asked for something else.
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
    upload();
    for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, filter);
    for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) {
      gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
    }
    gl.bindTexture(gl.TEXTURE_2D, null);
    gl.activeTexture(gl.TEXTURE0);
    return texture;
  };
})();
