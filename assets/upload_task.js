// One upload, from the first file until it is opened or canceled: sending, reading, answers.
(function () {
  "use strict";
  const projector = window.projector;
  const JSON_TYPE = { "Content-Type": "application/json" };
  const LOST = "The connection was lost. What was sent is kept: try again.";
  const PROGRESS_MS = 700;
  const CANCELED = 409;
  // Choices about what is opened, not about how files are read.
  const AFTER_READING = ["label_by", "keep_others"];
  // Answers that were about a file, and mean nothing for another one.
  const ABOUT = { metadata: ["metadata_header", "key", "match", "label_by"], sprite: ["sprite_size"] };

  const sentences = ({ message, hint }) => [message, hint].filter(Boolean).join(" ");

  function remove(url) {
    fetch(url, { method: "DELETE" }).catch(() => {});
  }

  function randomId() {
    const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
    return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  projector.UploadTask = class {
    // `dataset`: what metadata are added to, null for a new one. onChange() is called when there is
    // something else to show, onProgress({ done, total, text }) while it works.
    constructor(dataset, onChange, onProgress) {
      const state = { files: {}, answers: {}, choices: [], preview: null, error: null, transfer: null };
      Object.assign(this, state, { dataset, onChange, onProgress, address: `page/previews/${randomId()}` });
      this.wanted = this.done = 0;
      this.isWorking = this.isReading = this.isOpening = this.isCanceled = false;
      // File -> id of its complete upload: when one file is wrong, the others are not sent again.
      this.complete = new Map();
    }

    get needed() {
      return this.dataset ? "metadata" : "tensors";
    }

    get parts() {
      return projector.UPLOAD_PARTS.filter((part) => this.files[part]);
    }

    choose(part, file) {
      if (part === "tensors") this.answers = {};
      else ABOUT[part].forEach((name) => delete this.answers[name]);
      const before = this.files[part], id = this.complete.get(before);
      this.complete.delete(before);
      // Not while the server may be reading it; the sweep of the next day has it then.
      if (id && !this.isReading) remove(`api/v1/uploads/${id}`);
      if (file) this.files[part] = file;
      else delete this.files[part];
      this.choices = [];
    }

    answer(choice, value) {
      this.answers[choice.name] = value;
      for (const name of choice.resets) delete this.answers[name];
      if (!AFTER_READING.includes(choice.name)) return this.refresh();
      this.choices = this.choices.map((c) => (c.name === choice.name ? { ...c, answer: value } : c));
    }

    // One thing at a time; what changes meanwhile is looked at afterwards.
    async refresh() {
      this.wanted += 1;
      const { transfer } = this;
      if (transfer && !Object.values(this.files).includes(transfer.file)) transfer.cancel();
      if (this.isWorking) return this.onChange();
      this.isWorking = true;
      while (!this.isCanceled && this.done !== this.wanted) {
        const turn = this.wanted;
        this.preview = this.error = null;
        this.onChange();
        try {
          await this.attempt(() => !this.isCanceled && turn === this.wanted);
        } catch (error) {
          if (turn === this.wanted) this.error = { message: error.message, part: error.part };
        }
        this.done = turn;
      }
      this.isWorking = false;
      this.onChange();
    }

    async attempt(isWanted) {
      await this.send(isWanted);
      if (!isWanted() || !this.files[this.needed]) return;
      const { status, body } = await this.read();
      if (this.isCanceled) return this.cancelAfter(status);
      if (status === 0) throw new Error(LOST);
      if (status === 200) {
        this.preview = body;
        this.choices = this.stated(body.choices);
        return;
      }
      // An upload that the server has cleaned away meanwhile is sent again.
      if (status === 404) this.complete.clear();
      this.choices = body.error.choices_left || [];
      this.error = { part: body.error.part, message: sentences(body.error) };
    }

    async send(isWanted) {
      const unsent = this.parts.filter((part) => !this.complete.has(this.files[part]));
      const total = unsent.reduce((sum, part) => sum + this.files[part].size, 0);
      const started = performance.now();
      let before = 0;
      for (const part of unsent) {
        if (!isWanted()) return;
        const file = this.files[part];
        this.transfer = new projector.Transfer(file, ({ sent, waiting }) => {
          const done = before + sent, seconds = (performance.now() - started) / 1000;
          this.onProgress({ done, total, text: projector.progressText(done, total, seconds, waiting) });
        });
        this.onChange();
        try {
          this.complete.set(file, await this.transfer.run());
        } catch (error) {
          throw Object.assign(error, { part });
        } finally {
          this.transfer = null;
        }
        before += file.size;
      }
    }

    async read() {
      const uploads = Object.fromEntries(this.parts.map((part) => [part, this.complete.get(this.files[part])]));
      const answers = { ...this.answers }, dataset = this.dataset && this.dataset.id;
      AFTER_READING.forEach((name) => delete answers[name]);
      this.onProgress({ text: "Reading the files …" });
      this.isReading = true;
      this.onChange();
      const timer = setInterval(() => this.watchReading(), PROGRESS_MS);
      const body = JSON.stringify({ uploads, answers, dataset });
      const answer = await projector.request("PUT", this.address, body, JSON_TYPE);
      clearInterval(timer);
      this.isReading = false;
      return answer;
    }

    async watchReading() {
      const { status, body } = await projector.request("GET", `${this.address}/progress`);
      if (status !== 200 || !body.total || !this.isReading) return;
      const [done, total] = [body.done, body.total].map(projector.spelled);
      this.onProgress({ ...body, text: `${body.what}: ${done} of ${total}` });
    }

    stated(choices) {
      const shown = choices.map((choice) => {
        const chosen = this.answers[choice.name];
        const isLabel = choice.name === "label_by" && choice.options.some(({ value }) => value === chosen);
        return isLabel ? { ...choice, answer: chosen } : choice;
      });
      if (this.dataset && this.dataset.columns.length) {
        shown.push({
          name: "keep_others", label: "Keep the columns that are there", kind: "switch", options: [], resets: [],
          answer: this.answers.keep_others !== false, help: "Columns of the same name are replaced.",
        });
      }
      return shown;
    }

    // Resolves with the record of the dataset, or with null when it cannot be opened.
    async open(name) {
      const { label_by, keep_others } = this.answers;
      const body = this.dataset
        ? { keep_others: this.dataset.columns.length > 0 && keep_others !== false }
        : { name: name || this.files.tensors.name, label_by };
      this.isOpening = true;
      this.onProgress({ text: "Opening …" });
      this.onChange();
      const answer = await projector.request("POST", `${this.address}/open`, JSON.stringify(body), JSON_TYPE);
      this.isOpening = false;
      if (answer.status === 201) return answer.body;
      this.error = { message: answer.status ? sentences(answer.body.error) : LOST };
      if (answer.status === 404) this.preview = null;
      this.onChange();
      return null;
    }

    togglePause() {
      if (!this.transfer) return;
      if (this.transfer.isPaused) this.transfer.resume();
      else this.transfer.pause();
      this.onChange();
    }

    // Nothing stays on the server: a preview takes its uploads with it, also while it is read.
    cancel() {
      this.isCanceled = true;
      this.onChange = this.onProgress = () => {};
      if (this.transfer) this.transfer.cancel();
      if (this.preview || this.isReading) remove(this.address);
      else this.removeUploads();
    }

    cancelAfter(status) {
      // Canceled in the moment before reading began.
      if (status === 200) remove(this.address);
      // Canceled when reading had failed: there was no preview any more to take them with it.
      else if (status !== CANCELED) this.removeUploads();
    }

    removeUploads() {
      for (const id of this.complete.values()) remove(`api/v1/uploads/${id}`);
    }
  };
})();
