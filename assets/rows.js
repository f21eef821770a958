// Row numbers as text, as data/rows.py writes it: gaps, 7 bits a byte, URL-safe base64.
(function () {
  "use strict";
  const projector = window.projector;

  projector.decodeRows = function (text) {
    if (!text) return new Int32Array(0);
    const packed = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    const rows = [];
    let row = -1, gap = 0, shift = 0;
    for (let i = 0; i < packed.length; i++) {
      const byte = packed.charCodeAt(i);
      gap |= (byte & 127) << shift;
      shift += 7;
      if (byte < 128) {
        row += gap + 1;
        rows.push(row);
        gap = shift = 0;
      }
    }
    return Int32Array.from(rows);
  };

  // rows: ascending, without repetition.
  projector.encodeRows = function (rows) {
    const packed = new Uint8Array(5 * rows.length);
    let length = 0, before = -1;
    for (const row of rows) {
      let gap = row - before - 1;
      before = row;
      for (; gap > 127; gap >>>= 7) packed[length++] = (gap & 127) | 128;
      packed[length++] = gap;
    }
    let text = "";
    // In parts: a call takes only so many arguments.
    for (let i = 0; i < length; i += 8192) {
      text += String.fromCharCode(...packed.subarray(i, Math.min(length, i + 8192)));
    }
    return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };
})();
