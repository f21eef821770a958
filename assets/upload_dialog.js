// What the upload dialog looks like: a row per file, choices, what was recognized, progress.
(function () {
  "use strict";
  const projector = window.projector;
  const { element } = projector;
  const FILES = {
    tensors: ["Tensor", "NumPy, tables, Parquet, safetensors, HDF5, word vectors ..",
      ".npy,.npz,.tsv,.csv,.txt,.bytes,.parquet,.feather,.arrow,.arrows,.safetensors,.jsonl,.json,"
      + ".h5,.hdf5,.h5ad,.vec,.bin,.gz"],
    metadata: ["Metadata", ".tsv, .csv, .parquet, .jsonl ..: one line per point (optional)",
      ".tsv,.csv,.txt,.parquet,.feather,.arrow,.arrows,.jsonl,.json,.gz"],
    sprite: ["Sprite", "sheet of thumbnails, or .zip of one picture per point (optional)", ".png,.jpg,.jpeg,.webp,.zip"],
  };
  projector.UPLOAD_PARTS = Object.keys(FILES);

  function button(text, className, type = "button") {
    return Object.assign(element("button", className, text), { type });
  }

  // One file: its name or what may be chosen, and beside it what is wrong with it.
  function fileRow(ui, part) {
    const [label, help, accept] = FILES[part];
    const row = element("div", "file"), chooser = element("label", "chooser");
    const input = Object.assign(element("input"), { type: "file", accept });
    input.setAttribute("aria-label", label);
    const name = element("span", "name"), remove = button("×", "button icon");
    remove.setAttribute("aria-label", `Remove the ${label.toLowerCase()} file`);
    chooser.append(element("span", "part", label), input, name, element("span", "button", "Choose"));
    const wrong = element("p", "wrong");
    row.append(chooser, remove, wrong);
    const show = (file, error) => {
      name.textContent = file ? file.name : help;
      name.classList.toggle("hint", !file);
      name.title = file ? file.name : "";
      remove.hidden = !file;
      wrong.textContent = error || "";
      row.classList.toggle("bad", Boolean(error));
    };
    ui.files[part] = { row, input, remove, show };
    return row;
  }

  function controls(ui) {
    const row = element("div", "row end");
    ui.name = Object.assign(element("input"), { type: "text", placeholder: "the name of the file" });
    ui.name.setAttribute("aria-label", "Name");
    ui.nameField = element("label", "name-field");
    ui.nameField.append(element("span", "label", "Name"), ui.name);
    ui.pause = button("Pause", "button");
    ui.cancel = button("Cancel", "button");
    ui.submit = button("Open", "button primary", "submit");
    row.append(ui.nameField, element("span", "grow"), ui.pause, ui.cancel, ui.submit);
    return row;
  }

  // Builds the dialog and returns its parts.
  projector.buildUploadDialog = function () {
    const ui = { files: {}, dialog: element("dialog", "dialog upload") };
    ui.form = element("form");
    ui.title = element("h2");
    ui.zone = element("div", "zone");
    ui.zone.append(element("p", "hint", "Drop files here, together or one after another, or choose them."));
    ui.zone.append(...projector.UPLOAD_PARTS.map((part) => fileRow(ui, part)));
    ui.progress = element("progress");
    ui.speed = element("span", "hint");
    const line = element("div", "progress-line");
    line.append(ui.progress, ui.speed);
    ui.message = element("p", "message");
    ui.message.setAttribute("role", "alert");
    ui.instead = button("", "button");
    ui.choices = element("div", "choices");
    ui.preview = element("div", "preview");
    ui.body = element("div", "body");
    ui.body.append(ui.choices, ui.preview);
    ui.form.append(ui.title, ui.zone, line, ui.message, ui.instead, ui.body, controls(ui));
    ui.dialog.append(ui.form);
    document.body.append(ui.dialog);
    return ui;
  };

  const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);

  projector.progressText = function (sent, size, seconds, waiting) {
    const part = `${megabytes(sent)} of ${megabytes(size)} MB`;
    if (waiting) return `${part} · connection lost, trying again …`;
    return seconds > 0.5 ? `${part} · ${megabytes(sent / seconds)} MB/s` : part;
  };
})();
