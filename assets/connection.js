// Whether the server can be reached: the page asks it all the time, and says when nobody answers.
(function () {
  "use strict";
  const projector = window.projector;
  const LOST = "The server cannot be reached. What you see stays; searching, opening and saving work again when it is back.";
  const BACK = "The server is back. Do again what had no answer.";
  let isLost = false;

  projector.noteConnection = function (isThere) {
    if (isThere !== isLost) return;
    isLost = !isThere;
    const notice = isLost ? { kind: "error", text: LOST, lasts: true } : { kind: "info", text: BACK };
    window.dash_clientside.set_props("notice", { data: notice });
  };
})();
