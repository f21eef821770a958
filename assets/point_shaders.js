// The programs that draw points: a round marker or a thumbnail for each vertex.
(function () {
  "use strict";
  const projector = window.projector;

  // Pixels of a soft rim: half a pixel on either side would be exact, a quarter looks the same.
  const RIM = (projector.POINT_RIM = 0.5);

  // Uniforms used by both shaders must have one precision, or linking fails.
  const VERTEX = `
    precision highp float;
    attribute vec3 target, source;  // coordinates now, and where a movement began
    attribute vec4 look;            // red, green, blue, state / 255
    attribute float row;
    uniform mat4 view, projection;
    uniform vec3 aspect, targetMiddle, sourceMiddle, ground;
    uniform vec4 sizes;             // by state
    uniform vec2 scale;             // of source and target: 1 / length of an axis
    uniform float progress, depth, pixelRatio, largest;
    uniform float size, reach, falloff, fog, opacity, spriteColumns, firstRow;
    varying vec4 color;
    varying vec2 cell;
    varying float stateAbout, pixels;

    void main() {
      vec3 box = mix((source - sourceMiddle) * scale.x, (target - targetMiddle) * scale.y, progress);
      box.z *= depth;
      gl_Position = projection * view * vec4(box * aspect, 1.0);
      float distance = max(gl_Position.w, 1e-5);
      float state = floor(look.a * 255.0 + 0.5);
      stateAbout = state;
      float wanted = size * pow(reach / distance, falloff);
      wanted *= state == 1.0 ? sizes.y : state == 2.0 ? sizes.z : state == 3.0 ? sizes.w : sizes.x;
      pixels = clamp(wanted * pixelRatio, 1.0, largest);
      // Thinner than two pixels, a point is drawn fainter instead.
      color = vec4(look.rgb, min(1.0, pixels * pixels / 4.0) * (state >= 2.0 ? 1.0 : opacity));
      pixels = max(pixels, 2.0);
      // What is farther than the middle of the picture fades, what is nearer does not.
      float haze = clamp((distance / reach - 0.8) * 0.9, 0.0, 0.9) * fog;
      color.rgb = mix(color.rgb, ground, state >= 2.0 ? 0.0 : haze);
      // What does not stand out steps back; thumbnails do so in the other shader.
      if (state == 1.0) color.rgb = mix(color.rgb, ground, 0.6);
      // What stands out lies before everything else but keeps its order: nothing hides it.
      if (state >= 2.0) gl_Position.z = gl_Position.z * 0.1 - gl_Position.w * 0.9;
      // A flat picture has one depth, before the grid: what is drawn later lies on top.
      if (depth < 0.5) gl_Position.z = (state >= 2.0 ? -0.5 : 0.5) * gl_Position.w;
      gl_PointSize = pixels + RIM;
      float number = row - firstRow;
      float line = floor((number + 0.5) / spriteColumns);
      cell = vec2(number - line * spriteColumns, line);
    }`;

  // How many pixels within the rim; on the rim itself a pixel is covered in part.
  const ROUND = `
    precision highp float;
    varying vec4 color;
    varying float stateAbout, pixels;
    float within() { return pixels * 0.5 + 0.5 - (pixels + RIM) * length(gl_PointCoord - 0.5); }`;

  // Each kind of point has a fragment shader with no more in it than it needs: in software, where
  // every instruction counts for every pixel, 10,000 plain markers then take a third less time.
  const FRAGMENTS = {
    plain: `${ROUND}
    void main() {
      float alpha = clamp(within(), 0.0, 1.0) * color.a;
      CUT
      gl_FragColor = vec4(color.rgb, alpha);
    }`,

    // A thin ring of the ground parts a few points that stand out from what is behind them.
    marked: `${ROUND}
    uniform vec3 ground, mark;
    uniform float pixelRatio, ringed;
    void main() {
      float inside = within(), alpha = clamp(inside, 0.0, 1.0) * color.a;
      CUT
      // A value on its way between the shaders is divided and multiplied: 1 may arrive as 0.9999999.
      bool isSelected = stateAbout > 2.5;
      float ring = isSelected ? 1.0 + 2.2 * pixelRatio : ringed * (1.0 + 0.6 * pixelRatio);
      gl_FragColor = vec4(inside < ring ? (isSelected ? mark : ground) : color.rgb, alpha);
    }`,

    thumbnail: `
    precision highp float;
    varying vec4 color;
    varying vec2 cell;
    varying float stateAbout, pixels;
    uniform vec3 ground, mark;
    uniform float pixelRatio, framed, tinted;
    uniform vec2 spriteSize, sheetSize;   // of one thumbnail and of the texture, pixels
    uniform sampler2D sheet;
    void main() {
      float state = floor(stateAbout + 0.5);
      vec2 at = (gl_PointCoord - 0.5) * (pixels + RIM);
      vec2 extent = spriteSize * pixels / max(spriteSize.x, spriteSize.y);
      vec2 inner = at / extent + 0.5;
      vec2 edge = extent * 0.5 - abs(at);
      float margin = min(edge.x, edge.y);
      if (margin < -0.5) discard;
      // Half a texel away from its rim, or the neighbor on the sheet shines in.
      vec2 texel = clamp(inner * spriteSize, vec2(0.5), spriteSize - 0.5);
      vec4 picture = texture2D(sheet, (cell * spriteSize + texel) / sheetSize);
      // A multiple, so that black stays black; a little of the white stays, or dark colors hide all.
      picture.rgb *= mix(vec3(1.0), mix(color.rgb, vec3(1.0), 0.15), tinted);
      float frame = state == 3.0 ? 3.0 : state == 2.0 ? 2.0 : 1.0;
      if (framed > 0.5 || state == 3.0) {
        if (margin < frame * pixelRatio) picture = vec4(state == 3.0 ? mark : color.rgb, 1.0);
      }
      // A pixel on the rim is covered in part.
      picture.a *= min(1.0, margin + 0.5);
      if (picture.a < 0.02) discard;
      gl_FragColor = vec4(state == 1.0 ? mix(picture.rgb, ground, 0.7) : picture.rgb, picture.a);
    }`,
  };

  function shader(gl, kind, text) {
    const made = gl.createShader(kind);
    gl.shaderSource(made, text.replaceAll("RIM", RIM.toFixed(1)));
    gl.compileShader(made);
    if (!gl.getShaderParameter(made, gl.COMPILE_STATUS) && !gl.isContextLost()) {
      throw new Error(gl.getShaderInfoLog(made));
    }
    return made;
  }

  // Compiles and links two shaders; places: name of an attribute -> its number.
  // Returns { program, uniforms: name -> location }.
  projector.glProgram = function (gl, vertex, fragment, places) {
    const program = gl.createProgram();
    const parts = [shader(gl, gl.VERTEX_SHADER, vertex), shader(gl, gl.FRAGMENT_SHADER, fragment)];
    parts.forEach((part) => gl.attachShader(program, part));
    for (const [name, place] of Object.entries(places)) gl.bindAttribLocation(program, place, name);
    gl.linkProgram(program);
    parts.forEach((part) => gl.deleteShader(part));
    if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
      throw new Error(gl.getProgramInfoLog(program));
    }
    const uniforms = {}, n = gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS);
    for (let i = 0; i < n; i++) {
      const { name } = gl.getActiveUniform(program, i);
      uniforms[name] = gl.getUniformLocation(program, name);
    }
    return { program, uniforms };
  };

  // kind: "plain", "marked" or "thumbnail"; isSmoothed: does the alpha of a pixel decide how much of
  // it is covered, depth included? Else what is not covered must be cut away, which costs more.
  projector.pointProgram = function (gl, kind, isSmoothed) {
    const fragment = FRAGMENTS[kind].replace("CUT", isSmoothed ? "" : "if (alpha < 0.02) discard;");
    return projector.glProgram(gl, VERTEX, fragment, projector.POINT_ATTRIBUTES);
  };
})();
