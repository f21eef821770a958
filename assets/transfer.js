// Sends one file in pieces: it can pause, and after a cut it goes on where the server stopped.
(function () {
  "use strict";
  const projector = window.projector;
  const PERMANENT = new Set([400, 403, 404, 411, 413, 507]);
  const MAX_WAIT = 15; // seconds between two tries

  class Refused extends Error {}

  function request(method, url, body, headers, onProgress) {
    return new Promise((resolve) => {
      const xhr = new XMLHttpRequest();
      xhr.open(method, url);
      xhr.responseType = "json";
      for (const [name, value] of Object.entries(headers || {})) xhr.setRequestHeader(name, value);
      if (onProgress) xhr.upload.addEventListener("progress", (event) => onProgress(event.loaded));
      xhr.addEventListener("loadend", () => resolve({ status: xhr.status, body: xhr.response || {} }));
      xhr.send(body);
      if (onProgress) onProgress.abort = () => xhr.abort();
    });
  }
  projector.request = request;

  function refusal({ body }) {
    const { message, hint } = body.error || {};
    return new Refused([message || "The server refused the file.", hint].filter(Boolean).join(" "));
  }

  async function checksum(piece) {
    // Only pages from https or from this very host may hash; the server then counts bytes alone.
    if (!window.crypto || !crypto.subtle) return {};
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await piece.arrayBuffer()));
    const hex = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return { "Upload-Checksum": `sha256 ${hex}` };
  }

  // onChange({ sent, waiting }) is called whenever something is worth showing.
  projector.Transfer = class {
    constructor(file, onChange) {
      Object.assign(this, { file, onChange, id: null, offset: 0, isPaused: false, isCanceled: false });
      this.wake = () => {};
    }

    pause() {
      this.isPaused = true;
      if (this.abort) this.abort();
    }

    resume() {
      this.isPaused = false;
      this.wake();
    }

    cancel() {
      this.isCanceled = true;
      if (this.abort) this.abort();
      this.wake();
      if (this.id) fetch(`api/v1/uploads/${this.id}`, { method: "DELETE" }).catch(() => {});
    }

    // Resolves with the id of the complete upload; rejects with a sentence when it cannot be.
    async run() {
      await this.begin();
      let failures = 0;
      while (this.offset < this.file.size) {
        await this.whileHeld();
        const answer = await this.sendPiece();
        if (answer.status === 200) {
          this.offset = answer.body.offset;
          failures = 0;
          continue;
        }
        const isFinal = PERMANENT.has(answer.status) || (answer.body.error || {}).code === "bad_parameter";
        if (isFinal) throw refusal(answer);
        if (!this.isPaused && !this.isCanceled) await this.waitAndAsk((failures += 1));
      }
      const done = await request("POST", `api/v1/uploads/${this.id}/complete`);
      if (done.status !== 200) throw refusal(done);
      return this.id;
    }

    async begin() {
      const body = JSON.stringify({ name: this.file.name, size: this.file.size });
      const answer = await request("POST", "api/v1/uploads", body, { "Content-Type": "application/json" });
      if (answer.status !== 201) throw refusal(answer);
      this.id = answer.body.id;
      this.chunkSize = answer.body.chunk_size;
    }

    async sendPiece() {
      const piece = this.file.slice(this.offset, this.offset + this.chunkSize);
      const headers = { "Upload-Offset": String(this.offset), ...(await checksum(piece)) };
      const progress = (sent) => this.onChange({ sent: this.offset + sent, waiting: false });
      const answer = request("PATCH", `api/v1/uploads/${this.id}`, piece, headers, progress);
      this.abort = () => progress.abort();
      return answer;
    }

    async whileHeld() {
      while (this.isPaused && !this.isCanceled) await new Promise((wake) => (this.wake = wake));
      if (this.isCanceled) throw new Refused("Canceled.");
    }

    // After a cut: wait a little longer each time, then ask how much has arrived.
    async waitAndAsk(failures) {
      this.onChange({ sent: this.offset, waiting: true });
      const wait = Math.min(MAX_WAIT, 2 ** failures / 2) * 1000;
      await new Promise((wake) => {
        this.wake = wake;
        setTimeout(wake, wait);
        window.addEventListener("online", wake, { once: true });
      });
      const answer = await request("GET", `api/v1/uploads/${this.id}`);
      if (answer.status === 404) throw refusal(answer);
      if (answer.status === 200) this.offset = answer.body.offset;
    }
  };
})();
