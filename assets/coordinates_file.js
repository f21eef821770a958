// Coordinates that were computed elsewhere: a file becomes a map of the shown dataset.
(function () {
  "use strict";
  const projector = window.projector;
  let dataset = null, key = null;

  async function send(file) {
    const message = projector.byId("coordinates-message"), form = new FormData();
    form.append("dataset", dataset);
    if (key) form.append("key", key);
    form.append("coordinates", file);
    message.textContent = `Reading ${file.name} …`;
    let answer, body;
    try {
      answer = await fetch("api/v1/projections", { method: "POST", body: form });
      body = await answer.json();
    } catch {
      message.textContent = "The server did not answer.";
      return;
    }
    message.textContent = answer.ok ? `${file.name} is kept with the dataset.` : [body.error.message, body.error.hint].join(" ");
    if (!answer.ok) return;
    projector.report("projection-chosen", { id: body.id });
  }

  projector.whenPresent("coordinates-file", (place) => {
    const input = projector.element("input", "file");
    input.type = "file";
    input.setAttribute("aria-label", "Coordinates file");
    input.addEventListener("change", () => {
      if (input.files.length && dataset) void send(input.files[0]);
      input.value = "";
    });
    place.append(input);
  });

  projector.clientside({
    coordinatesOf: function (info, chosenKey) {
      dataset = info && info.id;
      key = chosenKey;
      const message = projector.byId("coordinates-message");
      if (message) message.textContent = "";
    },
  });
})();
