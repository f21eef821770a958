// The dialog in which a bookmark or a story gets its name, note and author.
(function () {
  "use strict";
  const projector = window.projector;

  function field(form, label, input) {
    const box = projector.element("label", "field");
    input.setAttribute("aria-label", label);
    box.append(projector.element("span", "", label), input);
    form.append(box);
    return input;
  }

  const input = (value, maxLength) =>
    Object.assign(projector.element("input"), { type: "text", value, maxLength, autocomplete: "off" });

  function button(text, className, type) {
    return Object.assign(projector.element("button", className, text), { type });
  }

  // Asks for the name once; afterwards it only says who signs, and can be changed.
  function authorField(form) {
    const known = projector.author(), author = input(known || "", 100);
    field(form, "Your name", author);
    const box = author.parentElement;
    if (known === null) return author;
    box.hidden = true;
    const signed = projector.element("p", "hint signed", known ? `Signed ${known} ` : "Not signed ");
    const change = button("change", "link", "button");
    change.addEventListener("click", () => {
      box.hidden = false;
      signed.remove();
      author.focus();
    });
    signed.append(change);
    form.append(signed);
    return author;
  }

  // title, what it is, words on the button, what is there, save: async (fields) => void, and perhaps `extra`, an
  // element below the fields. The dialog stays, with what was typed, when saving fails.
  projector.askForBookmark = function ({ title, what = "Bookmark", action, name = "", note = "", isNew, extra, save }) {
    const dialog = projector.element("dialog", "dialog bookmark-dialog");
    dialog.setAttribute("aria-label", title);
    const form = projector.element("form");
    form.append(projector.element("h2", "", title));
    const nameBox = field(form, `${what} name`, input(name, 200));
    nameBox.required = true;
    const noteBox = field(form, "Note", projector.element("textarea"));
    Object.assign(noteBox, { value: note, maxLength: 10000, rows: 3 });
    noteBox.placeholder = "What is to be seen, and why it matters (optional)";
    if (extra) form.append(extra);
    const author = isNew ? authorField(form) : null;
    const message = projector.element("p", "message");
    message.setAttribute("role", "alert");
    const row = projector.element("div", "row");
    const cancel = button("Cancel", "button", "button"), submit = button(action, "button primary", "submit");
    row.append(cancel, submit);
    form.append(message, row);
    cancel.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const fields = { name: nameBox.value, note: noteBox.value };
      if (author) {
        projector.setAuthor(author.value.trim());
        fields.author = author.value;
      }
      submit.disabled = true;
      try {
        await save(fields);
        dialog.close();
      } catch (error) {
        message.textContent = error.message;
      }
      submit.disabled = false;
    });
    dialog.append(form);
    document.body.append(dialog);
    dialog.showModal();
    nameBox.select();
  };
})();
