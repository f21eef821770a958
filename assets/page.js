// The page around the view: address bar, notices, panels, keys.
(function () {
  "use strict";
  const projector = window.projector;

  const NOTICE_MS = 15000;
  let noticeTimer = 0;
  const closeNotice = () => window.dash_clientside.set_props("notice", { data: null });

  projector.clientside({
    showNotice: function (notice) {
      const bar = projector.byId("notice-bar");
      bar.hidden = !notice;
      if (!notice) return;
      bar.className = `notice ${notice.kind}`;
      projector.byId("notice-text").textContent = notice.text;
      const undo = projector.byId("notice-undo");
      undo.hidden = !notice.undo;
      undo.textContent = notice.address ? "Bring it back" : "Undo";
      clearTimeout(noticeTimer);
      if (!notice.undo && !notice.lasts) noticeTimer = setTimeout(closeNotice, NOTICE_MS);
    },
  });

  // Switches and radio buttons are inputs too, but nobody types into them.
  // Nor into a select that only offers a list.
  const TYPED = "input:not([type=radio], [type=checkbox], [readonly]), textarea, select, dialog[open]";
  projector.isTyping = (target) => target.closest(TYPED) !== null;

  // What has the focus may use the arrows itself, and every key while its list is open.
  const WALKED = "[aria-haspopup=listbox], [role=slider], input[type=radio]", ARROW = /^(Arrow|Enter)/;
  const isOwnKey = (target, key) =>
    target.getAttribute("aria-expanded") === "true" || (ARROW.test(key) && target.matches(WALKED));

  function activeList() {
    const focused = document.activeElement;
    if (focused && focused.classList.contains("row-list")) return focused;
    const lists = ["neighbor-list", "selection-list"].map(projector.byId);
    return lists.find((list) => list.childElementCount) || projector.byId("match-list");
  }

  const commitSearch = () => projector.report("search-committed", { text: projector.byId("search").value });

  const KEYS = {
    "/": () => projector.byId("search").focus(),
    0: () => projector.fitAll(),
    f: () => projector.fitSelection(),
    o: () => projector.chooseTool("orbit"),
    p: () => projector.chooseTool("pan"),
    r: () => projector.chooseTool("rectangle"),
    l: () => projector.chooseTool("lasso"),
    s: () => projector.chooseTool("sphere"),
    v: () => projector.toggleVisibleOnly(),
    t: () => projector.nextLabelMode(),
    2: () => window.dash_clientside.set_props("dimensionality", { value: "2" }),
    3: () => window.dash_clientside.set_props("dimensionality", { value: "3" }),
    b: () => projector.saveBookmark(),
    Escape: () => projector.report("cleared", {}),
    ArrowDown: () => projector.walkList(activeList(), 1),
    ArrowUp: () => projector.walkList(activeList(), -1),
  };

  // In the search box, letters are text; these keys commit it, walk its matches, or leave it.
  const SEARCH_KEYS = {
    Enter: commitSearch,
    ArrowDown: () => projector.walkList(projector.byId("match-list"), 1),
    ArrowUp: () => projector.walkList(projector.byId("match-list"), -1),
    Escape: () => {
      window.dash_clientside.set_props("search", { value: "" });
      projector.byId("search").blur();
    },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target, key } = event;
    if (target.id === "search" && key in SEARCH_KEYS) {
      event.preventDefault();
      return SEARCH_KEYS[key]();
    }
    if (projector.isTyping(target) || isOwnKey(target, key) || projector.storyKey(event)) return;
    if (key === "Enter") {
      if (target.classList.contains("row-list")) projector.goToActive(target);
      return;
    }
    if (!(key in KEYS)) return;
    event.preventDefault();
    KEYS[key]();
  });

  // Who has chosen with the mouse is done with the control: keys belong to the view again. A click
  // that the keyboard makes counts no presses.
  const CHOSEN = ".mantine-Select-option, .mantine-SegmentedControl-root";
  document.addEventListener("click", ({ target, detail }) => {
    if (!detail || !target.closest(CHOSEN)) return;
    setTimeout(() => {
      // By now a person may be elsewhere, such as in the search box.
      const { activeElement } = document;
      if (activeElement.matches(".mantine-Select-input, .mantine-SegmentedControl-input")) activeElement.blur();
    });
  });

  function onClick(id, run) {
    projector.whenPresent(id, (button) => button.addEventListener("click", run));
  }

  // A status that does not fit is cut; it says the rest when it is pointed at.
  projector.whenPresent("status", (status) =>
    status.addEventListener("pointerenter", () => (status.title = status.textContent))
  );

  onClick("notice-close", closeNotice);
  onClick("search-commit", commitSearch);
  onClick("clear", () => projector.report("cleared", {}));
  for (const side of ["left", "right"]) {
    onClick(`toggle-${side}`, () => {
      document.querySelector(".page").classList.toggle(`without-${side}`);
      window.dispatchEvent(new Event("resize"));
    });
  }
})();
