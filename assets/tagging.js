// The form that tags the selection: when it may be sent.
(function () {
  "use strict";
  function tagButton(rows, column) {
    return !rows || !(column || "").trim();
  }

  projector.clientside({ tagButton });

  // Enter in the form sends it, unless it takes a suggestion of a list that is open.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.id !== "tag-value") return;
    if (event.target.getAttribute("aria-activedescendant")) return;
    projector.byId("tag").click();
    // The list of values would open over the edit that is made, and Enter again would undo it.
    event.target.blur();
  });
})();
