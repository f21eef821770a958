// Upload: files are sent in pieces and read into a preview as they come; "Open" keeps it.
(function () {
  "use strict";
  const projector = window.projector;
  const JSON_TYPE = { "Content-Type": "application/json" };
  const LOST = "The connection was lost. What was sent is kept: try again.";
  const PROGRESS_MS = 700;
  // File -> id of its complete upload: when one file is wrong, the others are not sent again.
  const complete = new WeakMap();
  let ui = null, task = null;

  // What the dialog is about, from its opening until "Open" or "Cancel".
  function newTask(dataset) {
    const id = [...crypto.getRandomValues(new Uint8Array(16))];
    return {
      id: id.map((byte) => byte.toString(16).padStart(2, "0")).join(""),
      dataset, // that metadata are added to; null for a new one
      files: {}, answers: {}, preview: null, error: null, choices: [],
      wanted: 0, done: 0, transfer: null, isWorking: false,
    };
  }

  const address = (of) => `page/previews/${of.id}`;
  const needed = (of) => (of.dataset ? "metadata" : "tensors");
  const parts = (of) => projector.UPLOAD_PARTS.filter((part) => of.files[part]);

  // One thing at a time; what changes meanwhile is looked at afterwards.
  async function refresh() {
    const mine = task;
    mine.wanted += 1;
    if (mine.transfer && !Object.values(mine.files).includes(mine.transfer.file)) mine.transfer.cancel();
    if (mine.isWorking) return show();
    mine.isWorking = true;
    while (mine === task && mine.done !== mine.wanted) {
      const turn = mine.wanted;
      mine.preview = mine.error = null;
      show();
      try {
        await attempt(mine, () => mine === task && turn === mine.wanted);
      } catch (error) {
        if (turn === mine.wanted) mine.error = { message: error.message, part: error.part };
      }
      mine.done = turn;
    }
    mine.isWorking = false;
    if (mine === task) show();
  }

  async function attempt(mine, isWanted) {
    await sendFiles(mine, isWanted);
    if (!isWanted() || !mine.files[needed(mine)]) return;
    sayReading();
    const ids = parts(mine).map((part) => [part, complete.get(mine.files[part])]);
    const dataset = mine.dataset && mine.dataset.id;
    const body = { uploads: Object.fromEntries(ids), answers: sentAnswers(mine), dataset };
    const timer = setInterval(() => watchReading(mine), PROGRESS_MS);
    mine.isReading = true;
    const answer = await projector.request("PUT", address(mine), JSON.stringify(body), JSON_TYPE);
    mine.isReading = false;
    clearInterval(timer);
    // Canceled in the moment before reading began.
    if (mine !== task) return answer.status === 200 && remove(address(mine));
    const { error } = answer.body;
    if (answer.status === 200) {
      mine.preview = answer.body;
      mine.choices = statedChoices(mine, answer.body.choices);
    } else if (answer.status === 0) {
      throw new Error(LOST);
    } else {
      // An upload that the server has cleaned away meanwhile is sent again.
      if (answer.status === 404) parts(mine).forEach((part) => complete.delete(mine.files[part]));
      mine.choices = error.choices_left || [];
      mine.error = { part: error.part, message: [error.message, error.hint].filter(Boolean).join(" ") };
    }
  }

  async function sendFiles(mine, isWanted) {
    const waiting = parts(mine).filter((part) => !complete.has(mine.files[part]));
    const size = waiting.reduce((sum, part) => sum + mine.files[part].size, 0);
    const started = performance.now();
    let before = 0;
    for (const part of waiting) {
      if (!isWanted()) return;
      const file = mine.files[part];
      mine.transfer = new projector.Transfer(file, ({ sent, waiting: isWaiting }) => {
        if (mine !== task) return;
        const seconds = (performance.now() - started) / 1000;
        ui.progress.max = size;
        ui.progress.value = before + sent;
        ui.speed.textContent = projector.progressText(before + sent, size, seconds, isWaiting);
      });
      show();
      try {
        complete.set(file, await mine.transfer.run());
      } catch (error) {
        throw Object.assign(error, { part });
      } finally {
        mine.transfer = null;
      }
      before += file.size;
    }
  }

  function sentAnswers(mine) {
    // Which column labels the points, and whether others stay, changes nothing that is read.
    const { label_by, keep_others, ...read } = mine.answers;
    return read;
  }

  function statedChoices(mine, choices) {
    const shown = choices.map((choice) =>
      choice.name === "label_by" && choice.options.some(({ value }) => value === mine.answers.label_by)
        ? { ...choice, answer: mine.answers.label_by }
        : choice
    );
    if (mine.dataset && mine.dataset.columns.length) {
      shown.push({
        name: "keep_others", label: "Keep the columns that are there", kind: "switch", options: [], resets: [],
        answer: mine.answers.keep_others !== false, help: "Columns of the same name are replaced.",
      });
    }
    return shown;
  }

  function answer(choice, value) {
    task.answers[choice.name] = value;
    for (const name of choice.resets) delete task.answers[name];
    const kept = ["label_by", "keep_others"].includes(choice.name);
    if (kept) task.choices = task.choices.map((c) => (c.name === choice.name ? { ...c, answer: value } : c));
    else refresh();
  }

  function sayReading() {
    ui.progress.removeAttribute("value");
    ui.speed.textContent = "Reading the files …";
  }

  async function watchReading(mine) {
    const { status, body } = await projector.request("GET", `${address(mine)}/progress`);
    if (status !== 200 || !body.total || mine !== task || mine.preview) return;
    ui.progress.max = body.total;
    ui.progress.value = body.done;
    ui.speed.textContent = `${body.what}: ${body.done.toLocaleString("en")} of ${body.total.toLocaleString("en")}`;
  }

  async function open() {
    const mine = task, name = ui.name.value.trim() || mine.files[needed(mine)].name;
    const body = mine.dataset
      ? { keep_others: mine.dataset.columns.length > 0 && mine.answers.keep_others !== false }
      : { name, label_by: mine.answers.label_by };
    mine.isOpening = true;
    show();
    const result = await projector.request("POST", `${address(mine)}/open`, JSON.stringify(body), JSON_TYPE);
    mine.isOpening = false;
    if (result.status === 201) return finish(mine, result.body);
    const { message, hint } = result.body.error || { message: LOST };
    mine.error = { message: [message, hint].filter(Boolean).join(" ") };
    if (result.status === 404) mine.preview = null;
    show();
  }

  function finish(mine, record) {
    close();
    projector.report("opened", { id: record.id, keep: Boolean(mine.dataset) });
  }

  function remove(url) {
    fetch(url, { method: "DELETE" }).catch(() => {});
  }

  // Nothing stays on the server: a preview takes its uploads with it, also while it is read.
  function forget(mine) {
    if (mine.preview || mine.isReading) remove(address(mine));
    for (const part of parts(mine)) {
      const id = complete.get(mine.files[part]);
      if (id && !mine.preview && !mine.isReading) remove(`api/v1/uploads/${id}`);
      complete.delete(mine.files[part]);
    }
  }

  function cancel() {
    const mine = task;
    close();
    if (mine.transfer) mine.transfer.cancel();
    if (parts(mine).length) forget(mine);
  }

  // The next dialog is a fresh one.
  function close() {
    ui.dialog.close();
    ui.dialog.remove();
    ui = task = null;
  }

  function show() {
    if (!task) return;
    const { preview, error, files, transfer, isWorking, isOpening, dataset } = task;
    const isNew = !dataset, hasNeeded = Boolean(files[needed(task)]);
    ui.dialog.setAttribute("aria-label", isNew ? "Upload a dataset" : "Add metadata");
    ui.title.textContent = isNew ? "Upload a dataset" : `Add metadata to “${dataset.name}”`;
    for (const part of projector.UPLOAD_PARTS) {
      const row = ui.files[part];
      row.row.hidden = !isNew && part !== "metadata";
      row.show(files[part], error && error.part === part ? error.message : "");
    }
    const isLonely = isNew && !hasNeeded && parts(task).length > 0;
    const wanted = isLonely ? "Choose the tensor that these belong to." : "";
    ui.message.textContent = error && !files[error.part] ? error.message : wanted;
    const onto = projector.dataset;
    ui.instead.hidden = !(isLonely && files.metadata && onto);
    if (onto) ui.instead.textContent = `Add the metadata to “${onto.name}” instead`;
    ui.dialog.classList.toggle("busy-upload", isWorking || Boolean(isOpening));
    ui.dialog.classList.toggle("stale", !preview);
    if (!isWorking) ui.speed.textContent = "";
    if (isOpening) ui.speed.textContent = "Opening …";
    ui.pause.hidden = !transfer;
    ui.cancel.disabled = Boolean(isOpening);
    ui.pause.textContent = transfer && transfer.isPaused ? "Go on" : "Pause";
    ui.nameField.hidden = !isNew;
    ui.name.placeholder = files.tensors ? files.tensors.name : "the name of the file";
    const isAgain = Boolean(error) && !isWorking && !preview;
    ui.submit.textContent = isAgain ? "Try again" : isNew ? "Open" : "Add";
    ui.submit.disabled = isWorking || isOpening || !(preview || isAgain);
    ui.body.hidden = !hasNeeded || !(preview || task.choices.length || ui.preview.childElementCount);
    if (!hasNeeded) ui.preview.replaceChildren();
    if (!isWorking) projector.showChoices(ui.choices, hasNeeded ? task.choices : [], answer);
    if (preview) projector.showPreview(ui.preview, preview, `${address(task)}/thumbnails?${task.done}`);
    else if (error) ui.preview.replaceChildren();
  }

  const RESET = { metadata: ["metadata_header", "key", "match", "label_by"], sprite: ["sprite_size"] };

  function choose(part, file) {
    // The answers were about the file before.
    if (part === "tensors") task.answers = {};
    else RESET[part].forEach((name) => delete task.answers[name]);
    const before = task.files[part];
    if (before && complete.has(before)) {
      const id = complete.get(before);
      complete.delete(before);
      // Not while the server may be reading it; the sweep of the next day has it then.
      if (!task.isReading) remove(`api/v1/uploads/${id}`);
    }
    if (file) task.files[part] = file;
    else delete task.files[part];
  }

  function build() {
    ui = projector.buildUploadDialog();
    for (const part of projector.UPLOAD_PARTS) {
      const { input, remove: discard } = ui.files[part];
      input.addEventListener("change", () => {
        const [file] = input.files;
        if (!file) return;
        choose(part, file);
        // Else the same name, mended meanwhile, would be no change.
        input.value = "";
        refresh();
      });
      discard.addEventListener("click", () => {
        choose(part, null);
        task.choices = [];
        refresh();
      });
    }
    ui.pause.addEventListener("click", () => {
      const { transfer } = task;
      if (!transfer) return;
      if (transfer.isPaused) transfer.resume();
      else transfer.pause();
      show();
    });
    ui.cancel.addEventListener("click", cancel);
    ui.instead.addEventListener("click", () => {
      task.dataset = projector.dataset;
      refresh();
    });
    // Escape hides the dialog, what was sent is there when it opens again; a running upload must
    // not vanish by it.
    ui.dialog.addEventListener("cancel", (event) => {
      if (task.isWorking || task.isOpening) event.preventDefault();
    });
    ui.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (task.isWorking) return;
      if (task.preview) open();
      else refresh();
    });
  }

  function openDialog(dataset) {
    if (task && (task.dataset && task.dataset.id) !== (dataset && dataset.id)) cancel();
    if (!task) {
      task = newTask(dataset);
      build();
    }
    show();
    if (!ui.dialog.open) ui.dialog.showModal();
  }

  projector.whenPresent("upload-open", (button) => button.addEventListener("click", () => openDialog(null)));
  projector.whenPresent("metadata-add", (button) =>
    button.addEventListener("click", () => projector.dataset && openDialog(projector.dataset))
  );

  // What dropping needs.
  projector.upload = {
    open: () => openDialog(task ? task.dataset : null),
    isChosen: (part) => Boolean(task.files[part]),
    isForDataset: () => Boolean(task.dataset),
    choose,
    refresh,
    say: (message) => {
      task.error = { message };
      show();
    },
  };
})();
