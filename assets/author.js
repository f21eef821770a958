// The name that a person gives once, kept in the browser: it signs bookmarks, projections and tags.
(function () {
  "use strict";
  const projector = window.projector;
  const KEY = "embedding-dashboard-author";
  const BOXES = ["author", "tag-author"];
  let isShown = false;

  // null: nobody has given a name yet.
  projector.author = () => localStorage.getItem(KEY);

  projector.setAuthor = function (name) {
    localStorage.setItem(KEY, name);
    BOXES.forEach((id) => window.dash_clientside.set_props(id, { value: name }));
  };

  projector.clientside({
    // Called with what stands in all boxes, when one of them has changed.
    rememberAuthor: function (...names) {
      const known = projector.author() || "", typed = names.find((name) => (name || "") !== known);
      if (!isShown && known) projector.setAuthor(known);
      else if (isShown && typed !== undefined) projector.setAuthor(typed || "");
      isShown = true;
    },
  });
})();
