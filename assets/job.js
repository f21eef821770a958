// The progress of the shown run and the buttons that steer it; any viewer may press them.
(function () {
  "use strict";
  const projector = window.projector;
  const STATES = {
    queued: "Waiting", running: "Running", paused: "Paused", lost: "Its process died; it will be resumed",
    done: "Finished", stopped: "Stopped", failed: "Failed",
  };
  let shown = null; // the record on the screen
  let parts = null;

  function spellSeconds(seconds) {
    if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
    return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
  }

  async function send(what) {
    const answer = await fetch(`api/v1/projections/${shown.id}/${what}`, { method: "POST" });
    const body = await answer.json();
    if (!answer.ok) {
      const text = [body.error.message, body.error.hint].join(" ");
      return window.dash_clientside.set_props("notice", { data: { kind: "error", text } });
    }
    if (what === "continue") projector.report("projection-chosen", { id: body.id });
    else projector.showJob(body);
  }

  function button(text, help, run) {
    const made = projector.element("button", "button", text);
    made.type = "button";
    made.title = help;
    made.addEventListener("click", run);
    return made;
  }

  function build() {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 100 24");
    svg.setAttribute("preserveAspectRatio", "none");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
    svg.append(line);
    const state = projector.element("span", "state"), left = projector.element("span", "hint");
    const head = projector.element("div", "row spread");
    head.append(state, left);
    const bar = projector.element("progress");
    bar.max = 1;
    bar.setAttribute("aria-label", "Progress");
    const kl = projector.element("span", "hint");
    kl.title = "How much the map departs from the neighborhoods of the data; smaller is better";
    const curve = projector.element("div", "curve row");
    curve.append(kl, svg);
    const buttons = {
      pause: button("Pause", "Hold; others may compute meanwhile", () => send(shown.state === "paused" ? "resume" : "pause")),
      stop: button("Stop", "End here and keep what there is", () => send("stop")),
      perturb: button("Perturb", "Push all points at random, to leave a poor arrangement", () => send("perturb")),
      more: button("Run on", "Go on for 250 more iterations, as a projection of its own", () => send("continue")),
    };
    const row = projector.element("div", "row");
    row.append(...Object.values(buttons));
    const message = projector.element("div", "hint message");
    projector.byId("job").replaceChildren(head, bar, curve, row, message);
    return { state, left, bar, kl, line, buttons, message, curve };
  }

  function stateText(record) {
    if (record.state === "queued" && record.place) return `Waiting, place ${record.place} in the queue`;
    const works = record.state === "running" || record.state === "paused";
    if (works && record.stage) return record.stage;
    const steps = record.n_iterations
      ? `, iteration ${projector.spelled(record.iteration)} of ${projector.spelled(record.n_iterations)}` : "";
    return `${STATES[record.state]}${steps}`;
  }

  function points(curve) {
    if (!curve || curve.length < 2) return "";
    const values = curve.map(([, kl]) => kl), high = Math.max(...values), low = Math.min(...values);
    const first = curve[0][0], span = curve[curve.length - 1][0] - first || 1;
    return curve.map(([at, kl]) => {
      const x = (100 * (at - first)) / span, y = 22 - (20 * (kl - low)) / (high - low || 1);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    }).join(" ");
  }

  projector.showJob = function (record) {
    const box = projector.byId("job"), isNew = record && (!shown || shown.id !== record.id);
    shown = record;
    box.hidden = !record;
    if (!record) return;
    parts = parts || build();
    const live = projector.isLive(record), isOver = record.state === "done" || record.state === "stopped";
    box.dataset.state = record.state;
    parts.state.textContent = stateText(record);
    parts.left.textContent = live && record.seconds_left ? `${spellSeconds(record.seconds_left)} left`
      : record.duration && !live ? `took ${spellSeconds(record.duration)}` : "";
    parts.bar.value = record.n_iterations ? record.iteration / record.n_iterations : 0;
    parts.bar.hidden = !live;
    const kl = record.kl_divergence;
    parts.kl.textContent = kl === undefined || kl === null ? "KL divergence" : `KL divergence ${kl.toFixed(3)}`;
    parts.line.setAttribute("points", points(record.kl_curve));
    parts.curve.hidden = record.method !== "tsne";
    parts.buttons.pause.textContent = record.state === "paused" ? "Resume" : "Pause";
    for (const name of ["pause", "stop", "perturb"]) parts.buttons[name].hidden = !live;
    // A paused run with a stage was told to go on, and waits until there is a place.
    parts.buttons.pause.disabled = record.state === "lost" || (record.state === "paused" && Boolean(record.stage));
    parts.buttons.stop.disabled = record.state === "lost";
    parts.buttons.perturb.disabled = record.state !== "running" && record.state !== "paused";
    parts.buttons.more.hidden = !isOver || record.method === "stored" || !record.n_iterations;
    parts.message.textContent = live || record.state === "failed" ? record.message || "" : "";
    parts.message.classList.toggle("error", record.state === "failed");
    // Who has just pressed Run sees what becomes of it.
    if (isNew && live) box.scrollIntoView({ block: "nearest" });
  };

  projector.sayReconnecting = function () {
    if (parts) parts.left.textContent = "reconnecting ...";
  };
})();
