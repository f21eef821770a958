// What a person does with bookmarks: save, open, change, delete, move, send.
(function () {
  "use strict";
  const projector = window.projector;
  const MESSAGE_MS = 10000;
  let messageTimer = 0;

  // A line at the foot of the panel; undo: what its button does.
  projector.tellBookmarks = function (text, undo) {
    const line = projector.byId("bookmark-message");
    clearTimeout(messageTimer);
    line.replaceChildren(projector.element("span", "", text));
    line.classList.toggle("shown", Boolean(text));
    if (undo) {
      const button = Object.assign(projector.element("button", "link", "Undo"), { type: "button" });
      button.addEventListener("click", () => projector.attempt(undo));
      line.append(button);
    }
    messageTimer = setTimeout(() => line.classList.remove("shown"), MESSAGE_MS);
  };

  // Runs what asks the server; says what failed, or what was done.
  projector.attempt = async function (run, done = "", undo) {
    try {
      const answer = await run();
      projector.tellBookmarks(done, undo);
      return answer;
    } catch (error) {
      projector.tellBookmarks(error.message);
      return null;
    } finally {
      projector.refreshBookmarks().catch(() => {});
    }
  };

  const address = (id) => `api/v1/bookmarks/${id}`;
  const viewNow = () => ({ ...projector.viewState, camera: projector.viewCamera });

  // What a new bookmark is called until a person finds better words.
  function suggestion() {
    const { dataset_id: id } = projector.viewState;
    const n = projector.bookmarks.bookmarks.filter((b) => b.dataset_id === id).length + 1;
    const selected = projector.shown.selected ? projector.shown.selected.length : 0;
    return selected ? projector.counted(selected, "selected point") : `View ${n}`;
  }

  projector.saveBookmark = function () {
    if (!projector.viewState) return projector.tellBookmarks("Open a dataset first.");
    const view = viewNow(), thumbnail = projector.takePicture();
    projector.askForBookmark({
      title: "Save bookmark", action: "Save", name: suggestion(), isNew: true,
      save: async (fields) => {
        const kept = await projector.ask("POST", "api/v1/bookmarks", { ...fields, view, thumbnail });
        await projector.refreshBookmarks();
        projector.tellBookmarks(`Saved “${kept.name}”`);
        projector.showBookmark(kept.id);
      },
    });
  };

  projector.openBookmark = (id) => projector.report("opened", { address: `?bookmark=${id}` });

  function edit(bookmark) {
    let { version } = bookmark;
    projector.askForBookmark({
      title: "Change bookmark", action: "Save", name: bookmark.name, note: bookmark.note,
      save: async (fields) => {
        try {
          await projector.ask("PATCH", address(bookmark.id), { ...fields, version });
        } catch (error) {
          if (!error.current) throw error;
          // What was typed stays; saving once more is a choice with open eyes.
          version = error.current.version;
          const { name, note } = error.current;
          throw new Error(`${error.message} It is now “${name}”${note ? `: ${note.slice(0, 200)}` : ""}. Save again to replace it.`);
        }
        await projector.refreshBookmarks();
      },
    });
  }

  function retake(bookmark) {
    const view = viewNow(), thumbnail = projector.takePicture();
    const body = { view, thumbnail, version: bookmark.version };
    projector.attempt(() => projector.ask("PATCH", address(bookmark.id), body), `“${bookmark.name}” shows this view now`);
  }

  const remove = (bookmark) => projector.attempt(
    () => projector.ask("DELETE", address(bookmark.id)), `Deleted “${bookmark.name}”`,
    () => projector.ask("POST", `page/bookmarks/${bookmark.id}/restore`)
  );

  projector.copyLink = async function (url) {
    const link = projector.sharedLink(url), isCopied = await projector.copyText(link);
    projector.tellBookmarks(isCopied ? "Link copied" : `Copy this link: ${link}`);
  };

  projector.download = function (url) {
    const link = Object.assign(projector.element("a"), { href: url, download: "" });
    document.body.append(link);
    link.click();
    link.remove();
  };

  projector.bookmarkMenu = function (bookmark) {
    const file = `${address(bookmark.id)}/file`;
    return [
      ["Copy link", () => projector.copyLink(bookmark.url)],
      ["Rename or note …", () => edit(bookmark)],
      ["Re-take with this view", () => retake(bookmark)],
      null,
      ["Move up", () => projector.shiftBookmark(bookmark.id, -1)],
      ["Move down", () => projector.shiftBookmark(bookmark.id, 1)],
      null,
      ["Download", () => projector.download(file)],
      ["Download with coordinates", () => projector.download(`${file}?coordinates=1`)],
      ["Download for TensorBoard", () => projector.download(`${file}?format=tensorboard`)],
      null,
      ["Delete", () => remove(bookmark)],
    ];
  };

  // The link of what is on the page: of its bookmark or story, else of the view itself.
  function copyPageLink() {
    const query = projector.openedQuery().toString();
    const search = query ? `?${query}` : window.location.search;
    if (!search) return projector.tellBookmarks("This view has no link: the server could not save it.");
    projector.copyLink(projector.bookmarks.address.split("?")[0] + search);
    // What only a link holds is forgotten some day, unless it may have been sent.
    const saved = new URLSearchParams(search).get("saved");
    if (saved) projector.ask("POST", `page/views/${saved}/keep`).catch(() => {});
  }

  function chooseFile() {
    const box = Object.assign(projector.element("input"), { type: "file", accept: ".json,.txt" });
    box.addEventListener("change", () => box.files.length && projector.openBookmarkFile(box.files[0]));
    box.click();
  }

  projector.openBookmarkFile = async function (file) {
    const form = new FormData();
    form.append("file", file);
    const opened = await projector.attempt(() => projector.ask("POST", "api/v1/bookmarks/import", form));
    if (!opened) return;
    const n = opened.bookmarks.length;
    const what = n === 1 ? `Opened “${opened.bookmarks[0].name}”` : `Opened ${projector.counted(n, "bookmark")}`;
    if (opened.notes.length) projector.tellNotes(what, opened.notes);
    else projector.tellBookmarks(what);
  };

  // What a file had that has no counterpart here, in a dialog: there may be much of it.
  projector.tellNotes = function (title, notes) {
    const dialog = projector.element("dialog", "dialog");
    dialog.setAttribute("aria-label", title);
    const list = projector.element("ul", "notes");
    list.append(...notes.map((note) => projector.element("li", "", note)));
    const form = projector.element("form");
    form.method = "dialog";
    form.append(projector.element("button", "button", "Close"));
    dialog.append(projector.element("h2", "", title), list, form);
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  };

  const onClick = (id, run) => projector.whenPresent(id, (button) => button.addEventListener("click", run));
  onClick("bookmark-save", () => projector.saveBookmark());
  onClick("bookmark-open-file", chooseFile);
  onClick("bookmark-link", copyPageLink);
})();
