// One namespace for all scripts: window.projector. What Dash calls is registered by clientside().
(function () {
  "use strict";
  const projector = (window.projector = window.projector || {});

  // Makes functions known to Dash as ClientsideFunction("projector", name).
  projector.clientside = function (functions) {
    window.dash_clientside = window.dash_clientside || {};
    window.dash_clientside.projector = Object.assign(
      window.dash_clientside.projector || {},
      functions
    );
  };

  let nEvents = 0;
  // Tells Dash that something happened; the counter makes the same event twice two events.
  projector.report = function (id, data) {
    nEvents += 1;
    window.dash_clientside.set_props(id, { data: Object.assign({ event: nEvents }, data) });
  };

  projector.byId = (id) => document.getElementById(id);

  // Runs a function once the page has an element; Dash renders after scripts are loaded.
  projector.whenPresent = function (id, run) {
    const element = projector.byId(id);
    if (element) return run(element);
    const observer = new MutationObserver(() => {
      const found = projector.byId(id);
      if (!found) return;
      observer.disconnect();
      run(found);
    });
    observer.observe(document.documentElement, { childList: true, subtree: true });
  };

  // A number as people read it, 10,000; and with its noun: 1 point, 10,000 points.
  projector.spelled = (n) => n.toLocaleString("en");
  projector.counted = (n, what, several = `${what}s`) => `${projector.spelled(n)} ${n === 1 ? what : several}`;

  projector.element = function (tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };
})();
