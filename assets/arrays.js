// Arrays from the server: fetched once, kept by their address (which never changes its content).
(function () {
  "use strict";
  const projector = window.projector;
  const MAX_KEPT = 12;
  const kept = new Map();

  function remember(url, load) {
    if (kept.has(url)) {
      const known = kept.get(url);
      kept.delete(url);
      kept.set(url, known);
      return known;
    }
    const promise = load();
    promise.catch(() => kept.delete(url));
    kept.set(url, promise);
    if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value);
    return promise;
  }

  async function fetchBuffer(url) {
    const answer = await fetch(url, { credentials: "same-origin" });
    if (answer.ok) return answer.arrayBuffer();
    const error = (await answer.json().catch(() => ({}))).error || {};
    throw new Error([error.message || "The server did not answer.", error.hint].join(" "));
  }

  // Reads a float32 C-order .npy: { values: Float32Array, shape: [n, k] }.
  function readNpy(buffer) {
    const view = new DataView(buffer);
    const long = view.getUint8(6) > 1;
    const length = long ? view.getUint32(8, true) : view.getUint16(8, true);
    const start = (long ? 12 : 10) + length;
    const header = new TextDecoder().decode(new Uint8Array(buffer, 0, start));
    const shape = header.match(/'shape': \(([^)]*)\)/)[1].split(",").filter((s) => s.trim());
    return { values: new Float32Array(buffer, start), shape: shape.map(Number) };
  }

  projector.fetchCoordinates = (url) => remember(url, async () => readNpy(await fetchBuffer(url)));
  const TYPES = { "<u1": Uint8Array, "<u2": Uint16Array, "<u4": Uint32Array, "<f4": Float32Array };
  projector.fetchValues = (url, type) =>
    remember(url, async () => new TYPES[type](await fetchBuffer(url)));
  projector.fetchJson = (url) =>
    remember(url, async () => JSON.parse(new TextDecoder().decode(await fetchBuffer(url))));
})();
