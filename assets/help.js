// Mouse and keys. Their lines come when somebody asks: Dash looks at every part of the page that it
// knows at each step of each callback, and these were one in seven.
(function () {
  "use strict";
  const projector = window.projector;

  function line([keys, what]) {
    const made = projector.element("div");
    made.append(projector.element("dt", "", keys), projector.element("dd", "", what));
    return made;
  }

  projector.whenPresent("help-open", (button) =>
    button.addEventListener("click", () => {
      const dialog = projector.byId("help"), list = dialog.querySelector("dl");
      if (!list.childElementCount) list.append(...JSON.parse(list.dataset.lines).map(line));
      dialog.showModal();
    })
  );
})();
