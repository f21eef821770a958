// The upload dialog at work: what is chosen goes to the task, what the task knows is shown.
(function () {
  "use strict";
  const projector = window.projector;
  let ui = null, task = null;

  function show() {
    showFiles();
    showMessages();
    showState();
    showPreview();
  }

  function showFiles() {
    const { dataset, error, files } = task;
    ui.dialog.setAttribute("aria-label", dataset ? "Add metadata" : "Upload a dataset");
    ui.title.textContent = dataset ? `Add metadata to “${dataset.name}”` : "Upload a dataset";
    for (const part of projector.UPLOAD_PARTS) {
      const row = ui.files[part];
      row.row.hidden = Boolean(dataset) && part !== "metadata";
      row.show(files[part], error && error.part === part ? error.message : "");
    }
    ui.nameField.hidden = Boolean(dataset);
    ui.name.placeholder = files.tensors ? files.tensors.name : "the name of the file";
  }

  function showMessages() {
    const { error, files } = task, onto = projector.dataset;
    const isLonely = !task.dataset && task.parts.length > 0 && !files.tensors;
    const wanted = isLonely ? "Choose the tensor that these belong to." : "";
    ui.message.textContent = error && !files[error.part] ? error.message : wanted;
    ui.instead.hidden = !(isLonely && files.metadata && onto);
    if (onto) ui.instead.textContent = `Add the metadata to “${onto.name}” instead`;
  }

  function showState() {
    const { preview, transfer, isWorking, isOpening } = task;
    const isBusy = isWorking || isOpening;
    const isAgain = Boolean(task.error) && !isBusy && !preview;
    ui.dialog.classList.toggle("busy-upload", isBusy);
    ui.dialog.classList.toggle("stale", !preview);
    if (!isBusy) ui.speed.textContent = "";
    ui.pause.hidden = !transfer;
    ui.pause.textContent = transfer && transfer.isPaused ? "Go on" : "Pause";
    ui.cancel.disabled = isOpening;
    ui.submit.textContent = isAgain ? "Try again" : task.dataset ? "Add" : "Open";
    ui.submit.disabled = isBusy || !(preview || isAgain);
  }

  function showPreview() {
    const { preview, choices } = task, hasNeeded = Boolean(task.files[task.needed]);
    // While files are read again, what was shown stays: nothing jumps.
    if (!task.isWorking) {
      projector.showChoices(ui.choices, hasNeeded ? choices : [], (choice, value) => task.answer(choice, value));
      if (!preview) ui.preview.replaceChildren();
    }
    const thumbnails = `${task.address}/thumbnails?${task.done}`;
    if (preview && ui.shown !== preview) projector.showPreview(ui.preview, preview, thumbnails);
    ui.shown = preview;
    ui.body.hidden = !ui.choices.childElementCount && !ui.preview.childElementCount;
  }

  function showProgress({ done, total, text }) {
    ui.speed.textContent = text;
    if (total === undefined) return ui.progress.removeAttribute("value");
    ui.progress.max = total;
    ui.progress.value = done;
  }

  async function submit() {
    if (task.isWorking || task.isOpening) return;
    if (!task.preview) return task.refresh();
    const record = await task.open(ui.name.value.trim());
    if (!record) return;
    const keep = Boolean(task.dataset), { label_by: label } = task.answers;
    close();
    // The same content opened before keeps its label for the others: the chosen one is of this view.
    projector.report("opened", { id: record.id, keep, label });
  }

  function cancel() {
    task.cancel();
    close();
  }

  // The next dialog is a fresh one.
  function close() {
    ui.dialog.close();
    ui.dialog.remove();
    ui = task = null;
  }

  function build() {
    ui = projector.buildUploadDialog();
    for (const part of projector.UPLOAD_PARTS) {
      const { input, remove } = ui.files[part];
      const choose = (file) => {
        task.choose(part, file);
        task.refresh();
      };
      input.addEventListener("change", () => {
        const [file] = input.files;
        // Else the same name, mended meanwhile, would be no change.
        input.value = "";
        if (file) choose(file);
      });
      remove.addEventListener("click", () => choose(null));
    }
    ui.pause.addEventListener("click", () => task.togglePause());
    ui.cancel.addEventListener("click", cancel);
    ui.instead.addEventListener("click", () => {
      task.dataset = projector.dataset;
      task.refresh();
    });
    // Escape hides the dialog, what was sent is there when it opens again; a running upload must
    // not vanish by it.
    ui.dialog.addEventListener("cancel", (event) => {
      if (task.isWorking || task.isOpening) event.preventDefault();
    });
    ui.form.addEventListener("submit", (event) => {
      event.preventDefault();
      submit();
    });
  }

  function open(dataset) {
    if (task && (task.dataset && task.dataset.id) !== (dataset && dataset.id)) cancel();
    if (!task) {
      build();
      task = new projector.UploadTask(dataset, show, showProgress);
    }
    show();
    if (!ui.dialog.open) ui.dialog.showModal();
  }

  function onClick(id, run) {
    projector.whenPresent(id, (button) => button.addEventListener("click", run));
  }

  onClick("upload-open", () => open(null));
  onClick("metadata-add", () => open(projector.dataset));

  // Opens the dialog, as it is when there is one, and returns its task: what dropping needs.
  projector.openUpload = function () {
    open(task ? task.dataset : null);
    return task;
  };
})();
