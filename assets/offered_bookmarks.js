// Bookmarks that lie beside a tensor of a log directory: offered, and opened when wanted.
(function () {
  "use strict";
  const projector = window.projector;
  let asked = null;

  // Called when another dataset is open.
  projector.offerBookmarks = async function (dataset) {
    const list = projector.byId("story-list");
    document.getElementById("bookmarks-offered")?.remove();
    asked = dataset ? dataset.id : null;
    if (!dataset || dataset.source === "upload" || dataset.source === "demo") return;
    const answer = await projector.ask("GET", `page/bookmarks/offered?dataset=${dataset.id}`).catch(() => ({}));
    if (!answer.file || asked !== dataset.id) return;
    const box = Object.assign(projector.element("div", "row offered"), { id: "bookmarks-offered" });
    const button = Object.assign(projector.element("button", "button", "Open"), { type: "button" });
    box.append(projector.element("span", "grow", `This run brings bookmarks: ${answer.file}`), button);
    button.addEventListener("click", async () => {
      const opened = await projector.attempt(
        () => projector.ask("POST", "page/bookmarks/offered", { dataset: dataset.id }), "Opened the bookmarks of the run"
      );
      if (!opened) return;
      box.remove();
      if (opened.notes.length) projector.tellNotes("Opened the bookmarks of the run", opened.notes);
    });
    list.before(box);
  };
})();
