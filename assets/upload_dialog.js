// What the upload dialog looks like: files to choose, choices, progress, what went wrong.
(function () {
  "use strict";
  const projector = window.projector;
  const FILES = {
    tensors: ["Tensor", ".npy, .npz, .tsv, .csv or raw .bytes", ".npy,.npz,.tsv,.csv,.txt,.bytes"],
    metadata: ["Metadata", ".tsv or .csv, one line per point (optional)", ".tsv,.csv,.txt"],
    sprite: ["Sprite", "sheet of thumbnails, PNG, JPEG or WebP (optional)", ".png,.jpg,.jpeg,.webp"],
  };
  const CHOICES = {
    sprite_size: ["Thumbnail size", "width x height in pixels, e.g. 28x28", "28x28"],
    n_dims: ["Dimensions", "only for raw .bytes: numbers per point", "e.g. 200"],
    name: ["Name", "how the dataset is listed", "the name of the file"],
  };

  function field(ui, name, label, help, input) {
    const box = projector.element("label", "field");
    input.name = name;
    input.setAttribute("aria-label", label);
    box.append(projector.element("span", "", label), input, projector.element("span", "hint", help));
    ui.fields[name] = input;
    return box;
  }

  function input(type, attributes) {
    return Object.assign(projector.element("input"), { type, ...attributes });
  }

  function button(text, className, type = "button") {
    return Object.assign(projector.element("button", className, text), { type });
  }

  function controls(ui) {
    const row = projector.element("div", "row end");
    ui.pause = button("Pause", "button");
    ui.pause.hidden = true;
    ui.cancel = button("Cancel", "button");
    ui.submit = button("Open", "button primary", "submit");
    row.append(ui.pause, ui.cancel, ui.submit);
    return row;
  }

  // Builds the dialog and returns its parts: fields, pause, cancel, submit, progress, ...
  projector.buildUploadDialog = function () {
    const ui = { fields: {}, dialog: projector.element("dialog", "dialog upload") };
    ui.dialog.setAttribute("aria-label", "Upload a dataset");
    ui.form = projector.element("form");
    ui.form.append(projector.element("h2", "", "Upload a dataset"));
    for (const [name, [label, help, accept]] of Object.entries(FILES)) {
      ui.form.append(field(ui, name, label, help, input("file", { accept })));
    }
    ui.choice = field(ui, "tensor", "Which tensor", "this file holds several", projector.element("select"));
    ui.choice.hidden = true;
    ui.form.append(ui.choice);
    for (const [name, [label, help, placeholder]] of Object.entries(CHOICES)) {
      ui.form.append(field(ui, name, label, help, input("text", { placeholder })));
    }
    ui.progress = projector.element("progress");
    ui.speed = projector.element("p", "hint reserve");
    ui.message = projector.element("p", "message");
    ui.message.setAttribute("role", "alert");
    ui.form.append(ui.progress, ui.speed, ui.message, controls(ui));
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
