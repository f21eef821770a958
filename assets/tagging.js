// The form that tags the selection: when it may be sent, and the name of who sends it.
(function () {
  "use strict";
  // The same name signs bookmarks.
  const AUTHOR = "embedding-dashboard-author";
  let isKnown = false;

  function tagButton(rows, column) {
    return !rows || !(column || "").trim();
  }

  function rememberAuthor(name) {
    const known = localStorage.getItem(AUTHOR) || "";
    if (isKnown) localStorage.setItem(AUTHOR, name || "");
    else if (known) window.dash_clientside.set_props("tag-author", { value: known });
    isKnown = true;
  }

  projector.clientside({ tagButton, rememberAuthor });

  // Enter in the form sends it, unless it takes a suggestion of a list that is open.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.id !== "tag-value") return;
    if (event.target.getAttribute("aria-activedescendant")) return;
    projector.byId("tag").click();
  });
})();
