// Points drawn by the processor itself: where a browser only imitates a graphics card, very many
// small points take a fifth of the time so. What point_shaders.js says of plain and marked points is
// said here once more.
(function () {
  "use strict";
  const projector = window.projector;

  // A pixel is four bytes: red, green and blue, multiplied by how much of it is covered, and that.
  // Two bytes are worked on at once, each with eight bits of room above it.
  const LANES = 0xff00ff, HALVES = 0x800080;
  const packed = (r, g, b) => ((r + 0.5) | ((g + 0.5) << 8) | ((b + 0.5) << 16) | (255 << 24)) >>> 0;

  // share: 0 to 255. No byte of the product is larger than the share, so that shares which are 255
  // in all never run over.
  function portion(color, share) {
    const even = (Math.imul(color & LANES, share) + HALVES) >>> 8;
    const odd = Math.imul((color >>> 8) & LANES, share) + HALVES;
    return (even & LANES) + (odd & ~LANES);
  }

  // Points fetched together: from all over the memory, which is worth doing without a question in
  // between, since a wrong guess of the processor at its answer would wait for the memory, too.
  const N_TOGETHER = 4096;
  const fetched = {
    x: new Float32Array(N_TOGETHER), y: new Float32Array(N_TOGETHER),
    nearness: new Float32Array(N_TOGETHER), looks: new Uint32Array(N_TOGETHER),
  };

  // A picture whose lines go up, as WebGL's do. It is drawn from near to far: what lies under enough
  // other points changes nothing and costs little.
  class Splats {
    constructor(width, height) {
      Object.assign(this, { width, height });
      this.pixels = new Uint32Array(width * height);
    }

    get bytes() {
      return new Uint8Array(this.pixels.buffer);
    }

    // Adds points behind those that are there. run: { first, count, isFocus } of an index whose last
    // is the nearest; screen: what projectAll found.
    add(index, { first, count, isFocus }, screen) {
      const inks = inksOf(projector.cloud(), isFocus);
      for (let end = first + count; end > first; end -= N_TOGETHER) {
        const start = Math.max(first, end - N_TOGETHER);
        this.fetch(index.subarray(start, end), screen);
        for (let i = end - start - 1; i >= 0; i--) this.disc(i, inks);
      }
    }

    fetch(places, { x, y, depth, left, top, width, height }) {
      const across = this.width / width, up = this.height / height;
      const { style: { reach }, plot: { zNear } } = projector.cloud();
      const looks = new Uint32Array(projector.shown.looks.buffer);
      for (let i = 0; i < places.length; i++) {
        const place = places[i];
        fetched.x[i] = (x[place] - left) * across;
        fetched.y[i] = this.height - (y[place] - top) * up;
        // Nearer than the first plane, and behind the eye, nothing is drawn.
        fetched.nearness[i] = depth[place] < zNear ? 0 : reach / depth[place];
        fetched.looks[i] = looks[place];
      }
    }

    disc(i, inks) {
      const { width, height, pixels } = this, x = fetched.x[i], y = fetched.y[i];
      const nearness = fetched.nearness[i], look = fetched.looks[i];
      if (!(nearness > 0)) return;
      const wanted = inks.diameter(nearness, look), diameter = Math.max(2, wanted);
      // Thinner than two pixels, a point is drawn fainter instead.
      const alpha = Math.min(1, (wanted * wanted) / 4) * inks.opacity, most = 255 - 0.5 / alpha;
      const half = (diameter + projector.POINT_RIM) / 2, border = diameter / 2 + 0.5;
      const first = Math.max(0, Math.ceil(x - half - 0.5)), last = Math.min(width, Math.ceil(x + half - 0.5));
      const low = Math.max(0, Math.ceil(y - half - 0.5)), high = Math.min(height, Math.ceil(y + half - 0.5));
      let color = 0;
      for (let line = low; line < high; line++) {
        const dy = line + 0.5 - y;
        for (let column = first, at = line * width + first; column < last; column++, at++) {
          const under = pixels[at], covered = under >>> 24;
          if (covered > most) continue;
          const dx = column + 0.5 - x, within = border - Math.sqrt(dx * dx + dy * dy);
          const opacity = alpha * (within < 1 ? within : 1);
          if (opacity < 0.02) continue;
          color ||= inks.color(nearness, look);
          const ink = within < inks.ring(look) ? inks.rim(look) : color;
          pixels[at] = under + portion(ink, ((255 - covered) * opacity + 0.5) | 0);
        }
      }
    }
  }

  // Sizes in pixels and colors; how many pixels of a rim have one of their own. look: the four bytes
  // of a point as one number, of which the highest is the state.
  function inksOf({ style, pixelRatio, largest }, isFocus) {
    const { size, sizes, falloff, fog, opacity, ground, mark, ringed } = style, { rest, selected } = projector.STATE;
    const [red, green, blue] = ground.map((part) => 255 * part);
    const groundColor = packed(red, green, blue), markColor = packed(...mark.map((part) => 255 * part));
    const ring = ringed * (1 + 0.6 * pixelRatio), selectedRing = 1 + 2.2 * pixelRatio;
    return {
      opacity: isFocus ? 1 : opacity,
      diameter(nearness, look) {
        const growth = falloff === 1 ? nearness : nearness ** falloff;
        return Math.min(largest, Math.max(1, size * growth * sizes[look >>> 24] * pixelRatio));
      },
      color(nearness, look) {
        // What is farther than the middle of the picture fades; what does not stand out steps back.
        const haze = isFocus ? 0 : fog * Math.min(0.9, Math.max(0, (1 / nearness - 0.8) * 0.9));
        const kept = (1 - haze) * (look >>> 24 === rest ? 0.4 : 1), faded = 1 - kept;
        return packed(
          kept * (look & 255) + faded * red, kept * ((look >>> 8) & 255) + faded * green,
          kept * ((look >>> 16) & 255) + faded * blue
        );
      },
      ring: (look) => (isFocus ? (look >>> 24 === selected ? selectedRing : ring) : 0),
      rim: (look) => (look >>> 24 === selected ? markColor : groundColor),
    };
  }

  projector.Splats = Splats;
})();
