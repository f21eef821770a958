// What scripts ask the server about bookmarks and stories, and what the page knows of them.
(function () {
  "use strict";
  const projector = window.projector;
  const POLL_MS = 3000;
  const listeners = [];
  // The last answer of the server, `changed` counts its changes; and the open dataset's id.
  const known = { dataset: null, changed: null, bookmarks: [], stories: [], damage: null, address: "" };
  projector.bookmarks = known;

  // Sends JSON, or a form; throws an Error with the server's sentence and, of a conflict, `current`.
  projector.ask = async function (method, url, body) {
    const isForm = body instanceof FormData;
    const options = { method, credentials: "same-origin" };
    if (body !== undefined) options.body = isForm ? body : JSON.stringify(body);
    if (body !== undefined && !isForm) options.headers = { "Content-Type": "application/json" };
    let answer;
    try {
      answer = await fetch(url, options);
    } catch {
      const error = new Error("The server cannot be reached. Nothing was saved; try again in a moment.");
      throw Object.assign(error, { isUnreachable: true });
    }
    const content = await answer.json().catch(() => ({}));
    if (answer.ok) return content;
    const told = content.error || {};
    const error = new Error([told.message || "The server did not answer.", told.hint].filter(Boolean).join(" "));
    throw Object.assign(error, { current: told.current });
  };

  // Runs whenever the list has changed, here or on another page.
  projector.onBookmarks = function (listener) {
    listeners.push(listener);
    if (known.changed !== null) listener();
  };

  let asking = null;
  async function refresh() {
    const after = known.changed === null ? "" : `?after=${known.changed}`;
    const answer = await projector.ask("GET", `page/bookmarks${after}`);
    const damage = answer.damage || null, isSame = JSON.stringify(damage) === JSON.stringify(known.damage);
    if (answer.changed === known.changed && isSame) return;
    Object.assign(known, answer, { damage });
    listeners.forEach((listener) => listener());
  }

  // Asks for what is new; calls that come meanwhile share the answer after the next one.
  projector.refreshBookmarks = function () {
    asking = (asking || Promise.resolve()).then(refresh, refresh);
    return asking;
  };

  projector.whenPresent("bookmark-list", () => {
    const poll = () => document.hidden || projector.refreshBookmarks().then(
      () => projector.noteConnection(true),
      (error) => projector.noteConnection(!error.isUnreachable)
    );
    setInterval(poll, POLL_MS);
    document.addEventListener("visibilitychange", poll);
    poll();
  });

  // A link that others can open: of the public address where one is set.
  projector.sharedLink = (url) => new URL(url, window.location.href).href;

  // Copies a text and says so; where the browser forbids it, the old way.
  projector.copyText = async function (text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const box = projector.element("textarea", "offscreen");
      box.value = text;
      document.body.append(box);
      box.select();
      const done = document.execCommand("copy");
      box.remove();
      return done;
    }
  };
})();
