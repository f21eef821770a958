// The list of bookmarks: drawn from what the server told, moved by dragging or with Alt and arrows.
(function () {
  "use strict";
  const projector = window.projector;
  let dragged = null;

  // Today 07:47, or the day.
  projector.dayOrTime = function (text) {
    const date = new Date(text), isToday = date.toDateString() === new Date().toDateString();
    const time = date.toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hour12: false });
    return isToday ? `today ${time}` : date.toLocaleDateString("en", { day: "numeric", month: "short", year: "numeric" });
  };

  function picture(bookmark) {
    if (!bookmark.thumbnail) return projector.element("span", "picture");
    return Object.assign(projector.element("img", "picture"), { src: bookmark.thumbnail, alt: "", draggable: false });
  }

  function actions(bookmark, entries) {
    const button = Object.assign(projector.element("button", "more", "⋯"), { type: "button" });
    button.setAttribute("aria-label", `Actions for ${bookmark.name}`);
    button.setAttribute("aria-haspopup", "menu");
    button.addEventListener("click", () => projector.openMenu(button, entries));
    return button;
  }
  projector.actionsButton = actions;

  function line(bookmark) {
    const item = projector.element("div", "bookmark"), open = projector.element("button", "open");
    item.setAttribute("role", "listitem");
    Object.assign(item, { draggable: true });
    item.dataset.id = bookmark.id;
    open.type = "button";
    open.setAttribute("aria-label", `Open ${bookmark.name}`);
    const text = projector.element("span", "text");
    text.append(projector.element("bdi", "name", projector.visibleText(bookmark.name)));
    const isChanged = bookmark.version > 1 ? "changed " : "";
    const signed = [bookmark.author, isChanged + projector.dayOrTime(bookmark.changed_at)].filter(Boolean).join(" · ");
    text.append(projector.element("span", "hint", projector.visibleText(signed)));
    if (bookmark.note) text.append(projector.element("bdi", "note", projector.visibleText(bookmark.note)));
    open.title = [bookmark.name, bookmark.note, signed].filter(Boolean).join("\n");
    open.append(picture(bookmark), text);
    open.addEventListener("click", () => projector.openBookmark(bookmark.id));
    open.addEventListener("keydown", (event) => {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!event.altKey || !step) return;
      event.preventDefault();
      projector.shiftBookmark(bookmark.id, step);
    });
    item.append(open, actions(bookmark, projector.bookmarkMenu(bookmark)));
    return item;
  }

  const here = () => projector.bookmarks.bookmarks.filter((b) => b.dataset_id === projector.bookmarks.dataset);

  function others(bookmarks) {
    if (!bookmarks.length) return [];
    const box = projector.element("details", "others");
    const n = projector.counted(bookmarks.length, "bookmark");
    box.append(projector.element("summary", "", `${n} of other datasets`), ...bookmarks.map(line));
    box.open = Boolean(document.querySelector("#bookmark-list .others[open]")) || !here().length;
    return [box];
  }

  // A damaged store says so, and offers what was saved of it.
  function damaged({ message, hint, export: saved }) {
    const box = projector.element("div", "warning");
    box.append(projector.element("p", "", `${message} ${hint}`));
    if (!saved) return box;
    const button = Object.assign(projector.element("button", "button"), { type: "button" });
    button.textContent = `Restore ${saved.n} records of ${projector.dayOrTime(saved.written_at)}`;
    button.addEventListener("click", () =>
      projector.attempt(() => projector.ask("POST", "page/bookmarks/recover"), "The bookmarks are back")
    );
    box.append(button);
    return box;
  }

  function fill() {
    const list = projector.byId("bookmark-list"), { bookmarks, damage } = projector.bookmarks;
    if (!list || dragged) return;
    const mine = here(), focused = document.activeElement.closest(".bookmark");
    const [id, role] = focused ? [focused.dataset.id, document.activeElement.className] : [];
    const rest = bookmarks.filter((b) => b.dataset_id !== projector.bookmarks.dataset);
    list.replaceChildren(...(damage ? [damaged(damage)] : []), ...mine.map(line), ...others(rest));
    projector.byId("bookmark-count").textContent = mine.length ? String(mine.length) : "";
    projector.byId("bookmark-hint").hidden = mine.length > 0 || Boolean(damage);
    projector.byId("story-new").hidden = mine.length < 2;
    if (id) list.querySelector(`[data-id="${id}"] .${role}`)?.focus({ preventScroll: true });
    projector.markOpened();
  }

  // The bookmark that is on the page looks so.
  projector.markOpened = function () {
    const opened = projector.openedQuery(), id = opened.get("bookmark") || projector.storyBookmark(opened);
    for (const item of document.querySelectorAll("#bookmark-list .bookmark")) {
      const isOpened = item.dataset.id === id;
      if (isOpened && !item.classList.contains("opened")) item.scrollIntoView({ block: "nearest" });
      item.classList.toggle("opened", isOpened);
    }
  };

  projector.showBookmark = (id) =>
    document.querySelector(`#bookmark-list [data-id="${id}"]`)?.scrollIntoView({ block: "nearest" });

  const order = (ids) => projector.attempt(() => projector.ask("POST", "page/bookmarks/order", { ids }));

  function moved(id, to) {
    const ids = here().map((b) => b.id), from = ids.indexOf(id);
    if (from < 0 || to < 0 || to >= ids.length || from === to) return;
    ids.splice(to, 0, ...ids.splice(from, 1));
    order(ids);
  }
  projector.shiftBookmark = (id, step) => moved(id, here().findIndex((b) => b.id === id) + step);

  function wire(list) {
    const target = (event) => event.target.closest && event.target.closest(".bookmark");
    list.addEventListener("dragstart", (event) => {
      dragged = target(event);
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", dragged.dataset.id);
      dragged.classList.add("dragged");
    });
    list.addEventListener("dragover", (event) => {
      const over = target(event);
      if (!dragged || !over || over === dragged || over.parentElement !== dragged.parentElement) return;
      event.preventDefault();
      const { top, height } = over.getBoundingClientRect();
      if (event.clientY > top + height / 2) over.after(dragged);
      else over.before(dragged);
    });
    list.addEventListener("drop", (event) => event.preventDefault());
    list.addEventListener("dragend", () => {
      const id = dragged.dataset.id, items = [...list.querySelectorAll(":scope > .bookmark")];
      const to = items.indexOf(dragged);
      dragged.classList.remove("dragged");
      dragged = null;
      moved(id, to);
      fill();
    });
  }

  projector.clientside({
    showBookmarks: function (dataset) {
      const id = dataset ? dataset.id : null;
      if (id === projector.bookmarks.dataset) return;
      projector.bookmarks.dataset = id;
      fill();
      projector.fillStories();
      projector.offerBookmarks(dataset);
    },
  });
  projector.whenPresent("bookmark-list", (list) => {
    wire(list);
    projector.onBookmarks(fill);
  });
})();
