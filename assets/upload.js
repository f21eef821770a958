// Upload: send the chosen or dropped files in pieces, then ask the server to open them.
(function () {
  "use strict";
  const projector = window.projector;
  const PARTS = ["tensors", "metadata", "sprite"];
  // File -> id of its complete upload: when one file is wrong, the others are not sent again.
  const complete = new WeakMap();
  let ui = null, transfers = [], isSending = false;

  const chosen = () =>
    PARTS.map((part) => [part, ui.fields[part].files[0]]).filter(([, file]) => file);

  function say(text) {
    ui.message.textContent = text;
  }

  function setSending(on) {
    isSending = on;
    ui.submit.disabled = on;
    ui.pause.hidden = !on;
    ui.pause.textContent = "Pause";
    ui.dialog.classList.toggle("sending", on);
    ui.speed.textContent = "";
    if (!on) transfers = [];
  }

  async function sendFiles(files) {
    const wanted = files.filter(([, file]) => !complete.has(file));
    const size = wanted.reduce((sum, [, file]) => sum + file.size, 0);
    const started = performance.now();
    let before = 0;
    for (const [, file] of wanted) {
      const transfer = new projector.Transfer(file, ({ sent, waiting }) => {
        const seconds = (performance.now() - started) / 1000;
        ui.progress.max = size;
        ui.progress.value = before + sent;
        ui.speed.textContent = projector.progressText(before + sent, size, seconds, waiting);
      });
      transfers = [transfer];
      complete.set(file, await transfer.run());
      before += file.size;
    }
  }

  // Opens what was sent: the ids of the uploads and the choices of the form.
  async function open(files) {
    const form = new URLSearchParams();
    for (const [part, file] of files) form.set(`${part}_upload`, complete.get(file));
    for (const name of ["tensor", "sprite_size", "n_dims", "name"]) {
      const value = ui.fields[name].value.trim();
      if (value) form.set(name, value);
    }
    if (!form.has("name")) form.set("name", files[0][1].name);
    ui.progress.removeAttribute("value");
    ui.pause.hidden = true;
    ui.speed.textContent = "Reading the files …";
    return projector.request("POST", "api/v1/datasets", form, {
      "Content-Type": "application/x-www-form-urlencoded",
    });
  }

  async function send() {
    const files = chosen();
    if (!files.some(([part]) => part === "tensors")) return say("Choose the file with the tensor first.");
    say("");
    setSending(true);
    try {
      await sendFiles(files);
      finish(await open(files), files);
    } catch (error) {
      say(error.message);
    } finally {
      setSending(false);
    }
  }

  function finish(answer, files) {
    if (answer.status === 0) return say("The connection was lost. What was sent is kept: try again.");
    // An upload that the server has cleaned away meanwhile must be sent again.
    if (answer.status === 404) files.forEach(([, file]) => complete.delete(file));
    if (answer.status !== 201) return refuse(answer.body.error || {});
    files.forEach(([, file]) => complete.delete(file));
    ui.dialog.close();
    ui.form.reset();
    ui.choice.hidden = true;
    projector.report("opened", { id: answer.body.id });
  }

  function refuse(error) {
    say([error.message || "The server could not read this file.", error.hint].filter(Boolean).join(" "));
    if (error.code !== "choose_tensor") return;
    const options = (error.choices || []).map((choice) => {
      const option = projector.element("option", "", `${choice.name} (${choice.shape.join(" × ")})`);
      option.value = choice.name;
      return option;
    });
    ui.fields.tensor.replaceChildren(...options);
    ui.choice.hidden = false;
  }

  function togglePause() {
    const [transfer] = transfers;
    if (!transfer) return;
    if (transfer.isPaused) transfer.resume();
    else transfer.pause();
    ui.pause.textContent = transfer.isPaused ? "Go on" : "Pause";
  }

  function cancel() {
    if (!isSending) return ui.dialog.close();
    transfers.forEach((transfer) => transfer.cancel());
  }

  // A dropped file goes where its ending and name say; a second table is metadata.
  function place(file) {
    const name = file.name.toLowerCase();
    const isTable = /\.(tsv|csv|txt)$/.test(name);
    if (/\.(png|jpe?g|webp)$/.test(name)) return "sprite";
    if (isTable && (/meta|label/.test(name) || ui.fields.tensors.files.length)) return "metadata";
    return "tensors";
  }

  function drop(files) {
    openDialog();
    // Arrays first, so that a table beside one is taken for its metadata.
    const isArray = (file) => /\.(npy|npz|bytes)$/i.test(file.name);
    for (const file of [...files].sort((a, b) => isArray(b) - isArray(a))) {
      const box = new DataTransfer();
      box.items.add(file);
      ui.fields[place(file)].files = box.files;
    }
  }

  function build() {
    ui = projector.buildUploadDialog();
    ui.pause.addEventListener("click", togglePause);
    ui.cancel.addEventListener("click", cancel);
    // Escape closes a dialog; a running upload must not vanish by it.
    ui.dialog.addEventListener("cancel", (event) => isSending && event.preventDefault());
    ui.fields.tensors.addEventListener("change", () => {
      ui.choice.hidden = true;
      ui.fields.tensor.replaceChildren();
    });
    ui.form.addEventListener("submit", (event) => {
      event.preventDefault();
      send();
    });
  }

  function openDialog() {
    if (!ui) build();
    if (!ui.dialog.open) ui.dialog.showModal();
  }

  projector.whenPresent("upload-open", (button) => button.addEventListener("click", openDialog));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) drop(event.dataTransfer.files);
  });
})();
