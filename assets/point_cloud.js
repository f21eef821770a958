// The points, as an object inside Plotly's own 3D scene: same GL context, same frame, same depth.
//
// Plotly builds 99 vertices for a circle; here a point is one vertex. What gl-plot3d asks of an
// object in its scene is at the end of the class.
(function () {
  "use strict";
  const projector = window.projector;

  // The last byte of a look.
  projector.STATE = { plain: 0, rest: 1, focus: 2, selected: 3 };
  // Fixed places, because Plotly's own programs leave theirs enabled.
  const AT = (projector.POINT_ATTRIBUTES = { target: 0, source: 1, look: 2, row: 3 });
  const PIECE = 1 << 18; // numbers

  class PointCloud {
    constructor(gl) {
      this.gl = gl;
      this.n = 0;
      // Places of vertices are 32 bits wide: more than 65,536 points.
      gl.getExtension("OES_element_index_uint");
      this.buffers = {};
      for (const name of ["target", "source", "look", "row", "index", "sorted"]) {
        this.buffers[name] = gl.createBuffer();
      }
      this.largest = gl.getParameter(gl.ALIASED_POINT_SIZE_RANGE)[1] - 1;
      this.nAttributes = gl.getParameter(gl.MAX_VERTEX_ATTRIBS);
      this.isSmoothed = gl.getParameter(gl.SAMPLES) > 1;
      this.programs = {};
      for (const kind of ["plain", "marked", "thumbnail"]) {
        this.programs[kind] = projector.pointProgram(gl, kind, this.isSmoothed);
      }
      this.tiles = [];
      this.groups = [];
      this.style = null; // see point_style.js
      this.movement = null; // see tween.js
      this.part = null; // what is drawn of it while it moves: see moving.js
      // All of very many points, drawn beside the screen: see gradual.js.
      this.picture = gl.fenceSync ? new projector.PointPicture(gl) : null;
      this.isWhole = false;
      this.pixelRatio = 1;
      this.dirty = true;
    }

    upload(name, values, kind = this.gl.ARRAY_BUFFER) {
      const { gl } = this;
      gl.bindBuffer(kind, this.buffers[name]);
      gl.bufferData(kind, values.byteLength, gl.DYNAMIC_DRAW);
      // Piece by piece: what is on its way is a second copy in the memory of the page.
      for (let at = 0; at < values.length; at += PIECE) {
        gl.bufferSubData(kind, at * values.BYTES_PER_ELEMENT, values.subarray(at, at + PIECE));
      }
      gl.bindBuffer(kind, null);
      this.isWhole = false;
      this.dirty = true;
    }

    // positions: Float32Array, (n, 3) row by row; frame: { middle, length } of the axes.
    setPositions(positions, frame) {
      this.n = positions.length / 3;
      this.frame = frame;
      this.movement = null;
      this.upload("target", positions);
    }

    setFrame(frame) {
      if (this.movement) this.endMovement();
      this.frame = frame;
      this.isWhole = false;
      this.dirty = true;
    }

    // Draws the way from other coordinates; progress is set while the movement lasts.
    setMovement(positions, frame) {
      this.movement = { frame, progress: 0 };
      this.upload("source", positions);
    }

    endMovement() {
      this.movement = null;
      this.upload("source", new Float32Array(0));
    }

    // looks: Uint8Array, (n, 4): color and state.
    setLooks(looks) {
      this.upload("look", looks);
    }

    setOrder({ index, groups }) {
      this.groups = groups;
      this.setIndex(index);
    }

    setIndex(index) {
      this.upload("index", index, this.gl.ELEMENT_ARRAY_BUFFER);
    }

    // index: the places from far to near, or null when only their own order is known.
    setSorted(index) {
      this.isSorted = Boolean(index);
      this.upload("sorted", index || new Uint32Array(0), this.gl.ELEMENT_ARRAY_BUFFER);
    }

    // tiles: textures with the number of their first row; sheet: see sprite_tiles.js.
    setTiles(tiles, sheet, rows) {
      const old = this.tiles.filter((tile) => !tiles.includes(tile));
      old.forEach(({ texture }) => this.gl.deleteTexture(texture));
      this.tiles = tiles;
      this.sheet = sheet;
      if (tiles.length) this.upload("row", rows);
      this.dirty = true;
    }

    // Chooses a program and tells it of what is common to all points.
    use(kind, { view, projection }) {
      const { gl, style, frame, movement, pixelRatio } = this, { program, uniforms } = this.programs[kind];
      const from = movement ? movement.frame : frame;
      gl.useProgram(program);
      const numbers = {
        progress: movement ? movement.progress : 1, pixelRatio, largest: this.largest,
        depth: style.depth, reach: style.reach, falloff: style.falloff,
        fog: style.fog, opacity: style.opacity, ringed: style.ringed,
        framed: style.thumbnailColor === "frame" ? 1 : 0, tinted: style.thumbnailColor === "tint" ? 1 : 0,
        size: kind === "thumbnail" ? style.thumbnailSize : style.size,
      };
      for (const [name, value] of Object.entries(numbers)) gl.uniform1f(uniforms[name], value);
      const vectors = {
        aspect: style.aspect, targetMiddle: frame.middle, sourceMiddle: from.middle,
        ground: style.ground, mark: style.mark,
        sizes: kind === "thumbnail" ? style.thumbnailSizes : style.sizes,
      };
      for (const [name, value] of Object.entries(vectors)) {
        if (value.length === 3) gl.uniform3fv(uniforms[name], value);
        else gl.uniform4fv(uniforms[name], value);
      }
      gl.uniform2f(uniforms.scale, 1 / from.length, 1 / frame.length);
      gl.uniformMatrix4fv(uniforms.view, false, view);
      gl.uniformMatrix4fv(uniforms.projection, false, projection);
    }

    bindAttributes(part) {
      const { gl, buffers } = this;
      // Plotly leaves attributes enabled; one without a buffer makes the draw call fail.
      for (let i = 0; i < this.nAttributes; i++) gl.disableVertexAttribArray(i);
      const bind = (name, buffer, size, type, normalized) => {
        gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
        gl.enableVertexAttribArray(AT[name]);
        gl.vertexAttribPointer(AT[name], size, type, normalized, 0, 0);
      };
      bind("target", buffers.target, 3, gl.FLOAT, false);
      bind("source", this.movement ? buffers.source : buffers.target, 3, gl.FLOAT, false);
      bind("look", buffers.look, 4, gl.UNSIGNED_BYTE, true);
      if (this.tiles.length) bind("row", buffers.row, 1, gl.FLOAT, false);
      // The beginning of what is sorted would be the farthest points only.
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.isSorted && !part ? buffers.sorted : buffers.index);
    }

    // Opaque points write their depth; see-through ones leave it alone. Where a pixel has several
    // samples, opaque rims cover some of them; else they mix, which needs an order (depth_order.js).
    setBlending(isOpaque) {
      const { gl } = this;
      gl.depthMask(isOpaque);
      if (isOpaque && this.isSmoothed) gl.enable(gl.SAMPLE_ALPHA_TO_COVERAGE);
      else gl.disable(gl.SAMPLE_ALPHA_TO_COVERAGE);
      if (isOpaque && this.isSmoothed) return gl.disable(gl.BLEND);
      gl.enable(gl.BLEND);
      gl.blendEquation(gl.FUNC_ADD);
      gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    }

    bindTile({ texture, firstRow }) {
      const { gl, sheet } = this, { uniforms } = this.programs.thumbnail;
      gl.uniform1i(uniforms.sheet, projector.TEXTURE_UNIT);
      gl.activeTexture(gl.TEXTURE0 + projector.TEXTURE_UNIT);
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.activeTexture(gl.TEXTURE0);
      gl.uniform1f(uniforms.spriteColumns, sheet.columns);
      gl.uniform1f(uniforms.firstRow, firstRow);
      gl.uniform2f(uniforms.spriteSize, sheet.width, sheet.height);
      gl.uniform2f(uniforms.sheetSize, sheet.columns * sheet.width, sheet.rows * sheet.height);
    }

    // What is drawn by one call each: plain points, then thumbnails, of one group after the other.
    runs(part) {
      return this.groups.flatMap(({ first, count, tile, isFocus }) => {
        const share = isFocus || !part ? { points: 1, thumbnails: 1 } : part;
        const texture = this.style.thumbnails ? this.tiles[tile] : null;
        const nThumbnails = texture ? Math.ceil(count * share.thumbnails) : 0;
        const nPoints = Math.ceil(count * share.points) - nThumbnails;
        return [
          { first: first + nThumbnails, count: nPoints, tile: null, isFocus },
          { first, count: nThumbnails, tile: texture, isFocus },
        ].filter((run) => run.count > 0);
      });
    }

    drawRun(camera, { first, count, tile, isFocus }) {
      const { gl, style } = this;
      this.use(tile ? "thumbnail" : isFocus ? "marked" : "plain", camera);
      if (tile) this.bindTile(tile);
      this.setBlending(Boolean(tile) || isFocus || style.isOpaque);
      gl.drawElements(gl.POINTS, count, gl.UNSIGNED_INT, 4 * first);
    }

    drawRuns(camera, runs, part) {
      const { gl } = this;
      this.bindAttributes(part);
      runs.forEach((run) => this.drawRun(camera, run));
      for (const place of Object.values(AT)) gl.disableVertexAttribArray(place);
      gl.bindBuffer(gl.ARRAY_BUFFER, null);
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, null);
      gl.disable(gl.SAMPLE_ALPHA_TO_COVERAGE);
      gl.disable(gl.BLEND);
      gl.depthMask(true);
    }

    // What gl-plot3d asks of an object from here on.
    draw(camera) {
      if (!this.n || !this.style) return;
      if (this.isWhole && this.picture.fits()) return this.picture.show();
      const runs = this.runs(this.part);
      projector.sortFrame(this, runs);
      this.drawRuns(camera, runs, this.part);
    }

    isOpaque() {
      return true;
    }

    isTransparent() {
      return false;
    }

    dispose() {
      const { gl } = this;
      Object.values(this.buffers).forEach((buffer) => gl.deleteBuffer(buffer));
      Object.values(this.programs).forEach(({ program }) => gl.deleteProgram(program));
      this.tiles.forEach(({ texture }) => gl.deleteTexture(texture));
      if (this.picture) this.picture.dispose();
      this.tiles = [];
      this.n = 0;
    }
  }

  // No slots: Plotly draws a second, unseen picture of whatever it can pick from, at every move.
  // Here the CPU picks (picking.js).
  PointCloud.prototype.pickSlots = 0;
  PointCloud.prototype._trace = { data: { index: 1e9, _pad: 0 } };
  PointCloud.prototype.setPickBase = function () {};
  projector.PointCloud = PointCloud;
})();
