// Stories: walked with a bar below the view, with arrow keys, or on the full screen.
(function () {
  "use strict";
  const projector = window.projector;
  let told = null; // { story, step }: the story that is walked, its step counted from 1
  let asked = 0;

  // The bookmark that a story shows on the page; null without one.
  projector.storyBookmark = (opened) =>
    told && opened.get("story") === told.story.id ? (told.story.steps[told.step - 1] || {}).id : null;

  // The step next to one, forward (1) or back (-1), past those that are gone; 0 without one.
  function beside(from, way) {
    const { steps } = told.story, { changed, bookmarks } = projector.bookmarks;
    // The list may know more: a bookmark that was deleted since the story was told.
    const isGone = ({ id, gone }) => gone || (changed !== null && !bookmarks.some((b) => b.id === id));
    let step = from + way;
    while (steps[step - 1] && isGone(steps[step - 1])) step += way;
    return steps[step - 1] ? step : 0;
  }

  const goTo = (step) => projector.report("opened", { address: `?story=${told.story.id}&step=${step}` });
  projector.walkStory = (story) => projector.report("opened", { address: `?story=${story.id}&step=1` });

  function present(isOn) {
    document.querySelector(".page").classList.toggle("presenting", isOn);
    window.dispatchEvent(new Event("resize"));
    if (isOn && !document.fullscreenElement) document.documentElement.requestFullscreen().catch(() => {});
    if (!isOn && document.fullscreenElement) document.exitFullscreen().catch(() => {});
    if (told) fill();
  }
  const isPresenting = () => document.querySelector(".page").classList.contains("presenting");

  function close() {
    // A story that is on its way is not walked any more.
    asked += 1;
    if (!told) return;
    told = null;
    if (isPresenting()) present(false);
    projector.byId("story-bar").hidden = true;
    window.dispatchEvent(new Event("resize"));
  }

  function button(label, sign, run, isDisabled = false) {
    const made = Object.assign(projector.element("button", "button icon", sign), {
      type: "button", title: label, disabled: isDisabled,
    });
    made.setAttribute("aria-label", label);
    made.addEventListener("click", run);
    return made;
  }

  function fill() {
    const bar = projector.byId("story-bar"), { story, step } = told, n = story.steps.length;
    const shown = story.steps[step - 1] || {}, wasHidden = bar.hidden;
    const before = beside(step, -1), after = beside(step, 1);
    const text = projector.element("div", "story-text"), isFull = isPresenting();
    const head = projector.element("div", "story-head");
    head.append(
      projector.element("bdi", "story-name", projector.visibleText(story.name)),
      projector.element("span", "hint", `${step} of ${n}`)
    );
    text.append(head, projector.element("bdi", "name", projector.visibleText(shown.name || shown.gone || "")));
    if (shown.note) text.append(projector.element("bdi", "note", projector.visibleText(shown.note, Infinity)));
    text.title = isFull ? "" : [shown.name, shown.note].filter(Boolean).join("\n");
    bar.replaceChildren(
      button("Previous (←)", "←", () => goTo(before), !before),
      button("Next (→)", "→", () => goTo(after), !after),
      text,
      button("Copy link of this step", "Link", () => projector.copyLink(`${story.url}&step=${step}`)),
      button(isFull ? "Leave full screen" : "Full screen", isFull ? "⤡" : "⤢", () => present(!isFull)),
      button("Leave the story", "×", close)
    );
    bar.hidden = false;
    if (wasHidden) window.dispatchEvent(new Event("resize"));
    projector.markOpened();
  }

  // Called whenever a view was opened: shows the bar of its story, or takes it away.
  projector.followStory = async function ({ query, keep }) {
    const opened = new URLSearchParams(query), id = opened.get("story");
    if (!id) return void (keep || close());
    const mine = (asked += 1), step = Number(opened.get("step")) || 1;
    if (told && told.story.id === id) {
      told.step = step;
      fill();
    }
    try {
      const story = await projector.ask("GET", `page/stories/${id}`);
      if (mine !== asked) return;
      told = { story, step };
      fill();
    } catch (error) {
      projector.tellBookmarks(error.message);
    }
  };

  // Arrow keys belong to the story while one is walked; true when the key was its own.
  projector.storyKey = function ({ key }) {
    if (!told) return false;
    const { step, story } = told, before = beside(step, -1), after = beside(step, 1);
    const first = beside(0, 1), last = beside(story.steps.length + 1, -1);
    const moves = {
      ArrowRight: after, PageDown: after, ArrowLeft: before, PageUp: before, Home: first, End: last,
    };
    if (key === "Escape") {
      if (isPresenting()) present(false);
      else close();
      return true;
    }
    if (!(key in moves)) return false;
    if (moves[key] && moves[key] !== step) goTo(moves[key]);
    return true;
  };

  document.addEventListener("fullscreenchange", () => {
    if (!document.fullscreenElement && isPresenting()) present(false);
  });
})();
