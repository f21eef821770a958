// Upload: choose or drop a tensor, its metadata and its sprite; what is wrong is said right there.
(function () {
  "use strict";
  const projector = window.projector;
  const KINDS = {
    tensors: ["Tensor", ".npy, .npz, .tsv, .csv or raw .bytes", ".npy,.npz,.tsv,.csv,.txt,.bytes"],
    metadata: ["Metadata", ".tsv or .csv, one line per point (optional)", ".tsv,.csv,.txt"],
    sprite: ["Sprite", "sheet of thumbnails, PNG, JPEG or WebP (optional)", ".png,.jpg,.jpeg,.webp"],
  };
  let dialog = null, fields = {}, request = null;

  function field(name, label, help, input) {
    const box = projector.element("label", "field");
    input.name = name;
    input.setAttribute("aria-label", label);
    box.append(projector.element("span", "", label), input, projector.element("span", "hint", help));
    fields[name] = input;
    return box;
  }

  function textInput(placeholder) {
    const input = projector.element("input");
    input.type = "text";
    input.placeholder = placeholder;
    return input;
  }

  function fileInput(accept) {
    const input = projector.element("input");
    input.type = "file";
    input.accept = accept;
    return input;
  }

  function build() {
    dialog = projector.element("dialog", "dialog upload");
    dialog.setAttribute("aria-label", "Upload a dataset");
    const form = projector.element("form");
    form.append(projector.element("h2", "", "Upload a dataset"));
    for (const [name, [label, help, accept]] of Object.entries(KINDS)) {
      form.append(field(name, label, help, fileInput(accept)));
    }
    const choice = field("tensor", "Which tensor", "this file holds several", projector.element("select"));
    choice.hidden = true;
    form.append(
      choice,
      field("sprite_size", "Thumbnail size", "width x height in pixels, e.g. 28x28", textInput("28x28")),
      field("n_dims", "Dimensions", "only for raw .bytes: numbers per point", textInput("e.g. 200")),
      field("name", "Name", "how the dataset is listed", textInput("the name of the file"))
    );
    const buttons = projector.element("div", "row end");
    const cancel = projector.element("button", "button", "Cancel");
    cancel.type = "button";
    cancel.addEventListener("click", () => (request ? request.abort() : dialog.close()));
    const open = projector.element("button", "button primary", "Open");
    open.type = "submit";
    buttons.append(cancel, open);
    const message = projector.element("p", "message");
    message.setAttribute("role", "alert");
    form.append(projector.element("progress"), message, buttons);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
    dialog.append(form);
    document.body.append(dialog);
  }

  function say(text) {
    dialog.querySelector(".message").textContent = text;
  }

  function filled(form) {
    const data = new FormData();
    for (const [name, value] of new FormData(form).entries()) {
      const given = value instanceof File ? value.size || value.name : value.trim();
      if (given) data.append(name, value);
    }
    return data;
  }

  function send(form) {
    const data = filled(form);
    if (!data.has("tensors")) return say("Choose the file with the tensor first.");
    say("");
    const progress = dialog.querySelector("progress");
    request = new XMLHttpRequest();
    request.open("POST", "api/v1/datasets");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      progress.max = event.total;
      progress.value = event.loaded;
      if (event.loaded === event.total) {
        progress.removeAttribute("value");
        say("Reading the file …");
      }
    });
    request.addEventListener("loadend", () => finish(request));
    form.querySelector("[type=submit]").disabled = true;
    dialog.classList.add("sending");
    request.send(data);
  }

  function finish(answer) {
    request = null;
    dialog.classList.remove("sending");
    dialog.querySelector("[type=submit]").disabled = false;
    if (answer.status === 0) return say("The upload was cut. The chosen files are kept: try again.");
    const body = answer.response || {};
    if (answer.status !== 201) return refuse(body.error || {});
    dialog.close();
    say("");
    dialog.querySelector("form").reset();
    fields.tensor.parentElement.hidden = true;
    projector.report("opened", { id: body.id });
  }

  function refuse(error) {
    say([error.message || "The server could not read this file.", error.hint].filter(Boolean).join(" "));
    if (error.code !== "choose_tensor") return;
    const options = (error.choices || []).map((choice) => {
      const option = projector.element("option", "", `${choice.name} (${choice.shape.join(" × ")})`);
      option.value = choice.name;
      return option;
    });
    fields.tensor.replaceChildren(...options);
    fields.tensor.parentElement.hidden = false;
  }

  // A dropped file goes where its ending and name say; a second table is metadata.
  function place(file) {
    const name = file.name.toLowerCase();
    const isTable = /\.(tsv|csv|txt)$/.test(name);
    if (/\.(png|jpe?g|webp)$/.test(name)) return "sprite";
    if (isTable && (/meta|label/.test(name) || fields.tensors.files.length)) return "metadata";
    return "tensors";
  }

  function drop(files) {
    openDialog();
    // Arrays first, so that a table beside one is taken for its metadata.
    const isArray = (file) => /\.(npy|npz|bytes)$/i.test(file.name);
    for (const file of [...files].sort((a, b) => isArray(b) - isArray(a))) {
      const box = new DataTransfer();
      box.items.add(file);
      fields[place(file)].files = box.files;
    }
  }

  function openDialog() {
    if (!dialog) build();
    if (!dialog.open) dialog.showModal();
  }

  projector.whenPresent("upload-open", (button) => button.addEventListener("click", openDialog));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) drop(event.dataTransfer.files);
  });
})();
