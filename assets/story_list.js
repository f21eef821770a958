// The stories in the panel, and the dialog that puts one together from bookmarks.
(function () {
  "use strict";
  const projector = window.projector;
  const address = (id) => `page/stories/${id}`;

  // A box of bookmarks to be ticked and moved; its `chosen` returns their ids in order.
  function chooser(bookmarks, ticked) {
    const box = projector.element("fieldset", "steps-chosen");
    box.append(projector.element("legend", "", "Bookmarks, in this order"));
    const inOrder = [...ticked.map((id) => bookmarks.find((b) => b.id === id)).filter(Boolean)];
    inOrder.push(...bookmarks.filter((b) => !ticked.includes(b.id)));
    for (const bookmark of inOrder) {
      const row = projector.element("div", "step-chosen"), label = projector.element("label");
      const tick = Object.assign(projector.element("input"), { type: "checkbox", value: bookmark.id });
      tick.checked = ticked.includes(bookmark.id);
      label.append(tick, projector.element("bdi", "", projector.visibleText(bookmark.name)));
      row.append(label);
      for (const [sign, words, move] of [
        ["↑", "earlier", () => row.previousElementSibling?.matches(".step-chosen") && row.previousElementSibling.before(row)],
        ["↓", "later", () => row.nextElementSibling?.after(row)],
      ]) {
        const button = Object.assign(projector.element("button", "button icon", sign), { type: "button" });
        button.setAttribute("aria-label", `Move ${bookmark.name} ${words}`);
        button.addEventListener("click", () => {
          move();
          button.focus();
        });
        row.append(button);
      }
      box.append(row);
    }
    box.chosen = () => [...box.querySelectorAll("input:checked")].map((tick) => tick.value);
    return box;
  }

  function candidates(steps = []) {
    const { bookmarks, dataset } = projector.bookmarks;
    return bookmarks.filter((b) => b.dataset_id === dataset || steps.includes(b.id));
  }

  function newStory() {
    const bookmarks = candidates(), extra = chooser(bookmarks, bookmarks.map((b) => b.id));
    projector.askForBookmark({
      title: "New story", what: "Story", action: "Save", name: "Story", isNew: true, extra,
      save: async (fields) => {
        const chosen = extra.chosen();
        if (!chosen.length) throw new Error("Tick the bookmarks that the story is made of.");
        const story = await projector.ask("POST", "page/stories", { ...fields, bookmarks: chosen });
        await projector.refreshBookmarks();
        projector.tellBookmarks(`Saved the story “${story.name}”`);
      },
    });
  }

  function edit(story) {
    const extra = chooser(candidates(story.bookmarks), story.bookmarks);
    let { version } = story;
    projector.askForBookmark({
      title: "Change story", what: "Story", action: "Save", name: story.name, note: story.note, extra,
      save: async (fields) => {
        try {
          await projector.ask("PATCH", address(story.id), { ...fields, bookmarks: extra.chosen(), version });
        } catch (error) {
          if (error.current) version = error.current.version;
          throw error.current ? new Error(`${error.message} Save again to replace it.`) : error;
        }
        await projector.refreshBookmarks();
      },
    });
  }

  const remove = (story) => projector.attempt(
    () => projector.ask("DELETE", address(story.id)), `Deleted the story “${story.name}”`,
    () => projector.ask("POST", `${address(story.id)}/restore`)
  );

  function menu(story) {
    const file = `${address(story.id)}/file`;
    return [
      ["Copy link", () => projector.copyLink(story.url)],
      ["Rename or reorder …", () => edit(story)],
      null,
      ["Download", () => projector.download(file)],
      ["Download with coordinates", () => projector.download(`${file}?coordinates=1`)],
      ["Download for TensorBoard", () => projector.download(`${file}?format=tensorboard`)],
      null,
      ["Delete", () => remove(story)],
    ];
  }

  function steps({ bookmarks }) {
    const n = bookmarks.length, here = new Set(projector.bookmarks.bookmarks.map((b) => b.id));
    const left = bookmarks.filter((id) => here.has(id)).length;
    return `${left < n ? `${left} of ` : ""}${projector.counted(n, "step")}`;
  }

  function line(story) {
    const item = projector.element("div", "story"), open = projector.element("button", "open");
    open.type = "button";
    open.title = [story.name, story.note, story.author].filter(Boolean).join("\n");
    open.setAttribute("aria-label", `Walk ${story.name}`);
    open.append(
      projector.element("span", "play", "▶"),
      projector.element("bdi", "name", projector.visibleText(story.name)),
      projector.element("span", "hint", steps(story))
    );
    open.addEventListener("click", () => projector.walkStory(story));
    item.append(open, projector.actionsButton(story, menu(story)));
    return item;
  }

  // Stories that show the open dataset, or whose bookmarks are all gone.
  function fill() {
    const list = projector.byId("story-list"), { bookmarks, stories, dataset } = projector.bookmarks;
    const datasets = new Map(bookmarks.map((b) => [b.id, b.dataset_id]));
    const isHere = (story) => {
      const shown = story.bookmarks.map((b) => datasets.get(b)).filter(Boolean);
      return !shown.length || shown.includes(dataset);
    };
    list.replaceChildren(...stories.filter(isHere).map(line));
  }

  projector.fillStories = fill;
  projector.whenPresent("story-list", () => projector.onBookmarks(fill));
  projector.whenPresent("story-new", (button) => button.addEventListener("click", newStory));
})();
