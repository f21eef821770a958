// The list of a dataset's projections: what anybody computed, there for everybody.
(function () {
  "use strict";
  const projector = window.projector;
  const REFRESH_MS = 3000, CONFIRM_MS = 4000;
  let dataset = null, isOpen = false, active = null, isEditing = false, known = "";

  function title(record) {
    if (record.name) return record.name;
    const { parameters: p } = record;
    const subset = record.rows ? `, ${projector.counted(record.n_points, "point")}` : "";
    if (record.method === "umap") return `UMAP ${p.n_components}D, ${p.n_neighbors} neighbors${subset}`;
    if (record.method !== "tsne") {
      const axes = [...Array(record.n_components).keys()].slice(0, 3);
      return `${projector.axisNames(record, axes).join(" × ")}${subset}`;
    }
    return `t-SNE ${p.n_components}D, perplexity ${p.perplexity}${subset}`;
  }

  projector.projectionTitle = title;

  const DEFAULTS = {
    n_components: 2, perplexity: 30, learning_rate: "auto", early_exaggeration: 12,
    early_exaggeration_iter: 250, n_iter: 500, metric: "euclidean", initialization: "pca",
    pca_components: 50, supervise_strength: 0, random_state: 0,
  };
  // Every parameter is told, those that were changed first.
  function parametersText(record) {
    const told = Object.entries(record.parameters).filter(([, value]) => value !== null);
    const changed = ([name, value]) => Number(DEFAULTS[name] !== value);
    told.sort((one, other) => changed(other) - changed(one));
    return told.map(([name, value]) => `${name} ${value}`).join(", ");
  }

  function detail(record) {
    const live = projector.isLive(record);
    const share = record.iteration ? ` ${Math.floor((100 * record.iteration) / record.n_iterations)}%` : "";
    const what = { stop: "stopped", perturb: "perturbed", continue: "run on" };
    const changes = (record.interventions || []).map(([kind, at]) => `${what[kind]} at ${at}`);
    const parts = [
      live || record.state === "failed" ? `${record.state}${live ? share : ""}` : `${record.duration.toFixed(1)} s`,
      ...changes, projector.dayOrTime(record.created_at),
    ];
    if (record.author) parts.push(record.author);
    return parts.join(" · ");
  }

  async function send(record, method, body) {
    const answer = await fetch(`api/v1/projections/${record.id}`, {
      method, headers: { "Content-Type": "application/json" }, body: body && JSON.stringify(body),
    });
    if (!answer.ok) {
      const { error } = await answer.json();
      window.dash_clientside.set_props("notice", { data: { kind: "error", text: error.message } });
    }
    known = "";
    await projector.refreshProjections();
  }

  function rename(record, label) {
    const box = projector.element("input");
    box.value = record.name || title(record);
    box.maxLength = 200;
    box.setAttribute("aria-label", "Name of the projection");
    isEditing = true;
    const end = (isKept) => {
      if (!isEditing) return;
      isEditing = false;
      if (isKept && box.value !== title(record)) void send(record, "PATCH", { name: box.value });
      else box.replaceWith(label);
    };
    box.addEventListener("blur", () => end(true));
    box.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") end(true);
      if (event.key === "Escape") end(false);
    });
    label.replaceWith(box);
    box.select();
    box.focus();
  }

  // What else is lost: the bookmarks that show this projection; an empty text without any.
  function dependents(record) {
    const names = projector.bookmarks.bookmarks.filter((b) => b.projection_id === record.id).map((b) => `“${b.name}”`);
    if (!names.length) return "";
    const listed = names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
    return `Shown by ${names.length === 1 ? "the bookmark" : `${projector.counted(names.length, "bookmark")}:`} ${listed}`;
  }

  // Deleting needs a second press: nobody can bring it back without computing again.
  function deleteButton(record) {
    const made = projector.element("button", "button icon", "×");
    made.title = "Delete for everybody";
    made.setAttribute("aria-label", `Delete ${title(record)}`);
    made.addEventListener("click", () => {
      if (made.classList.contains("sure")) {
        isEditing = false;
        return void send(record, "DELETE");
      }
      isEditing = true;
      made.classList.add("sure");
      made.textContent = "Delete";
      const lost = dependents(record), hint = made.parentElement.querySelector(".hint"), said = hint.textContent;
      if (lost) hint.textContent = projector.visibleText(lost);
      hint.classList.toggle("lost", lost !== "");
      setTimeout(() => {
        isEditing = false;
        made.classList.remove("sure");
        made.textContent = "×";
        hint.textContent = said;
        hint.classList.remove("lost");
      }, lost ? 2 * CONFIRM_MS : CONFIRM_MS);
    });
    return made;
  }

  function entry(record) {
    const line = projector.element("div", `projection ${record.state}`);
    line.dataset.id = record.id;
    const open = projector.element("button", "open");
    open.type = "button";
    open.title = parametersText(record);
    open.setAttribute("aria-current", String(record.id === active));
    const label = projector.element("bdi", "label", projector.visibleText(title(record)));
    open.append(label, projector.element("span", "hint", projector.visibleText(detail(record))));
    open.addEventListener("click", () => projector.report("projection-chosen", { id: record.id }));
    const edit = projector.element("button", "button icon", "✎");
    edit.title = "Rename for everybody";
    edit.setAttribute("aria-label", `Rename ${title(record)}`);
    edit.addEventListener("click", () => rename(record, label));
    line.append(open, edit, deleteButton(record));
    return line;
  }

  projector.refreshProjections = async function () {
    if (!dataset || !isOpen || isEditing || document.hidden) return;
    const asked = dataset;
    let records;
    try {
      const answer = await fetch(`api/v1/projections?dataset=${asked}`);
      if (!answer.ok) return;
      records = (await answer.json()).projections.filter((record) => record.method !== "pca");
    } catch {
      return;
    }
    const now = JSON.stringify([asked, active, records]);
    if (asked !== dataset || isEditing || now === known) return;
    known = now;
    const lines = records.length
      ? records.map(entry)
      : [projector.element("div", "hint", "Nothing has been computed yet. What anybody runs is listed here for all.")];
    projector.byId("projection-list").replaceChildren(...lines);
  };

  setInterval(() => projector.refreshProjections(), REFRESH_MS);

  projector.clientside({
    listProjections: function (info, method, projectionId) {
      dataset = info && info.id;
      isOpen = method !== "pca";
      active = projectionId;
      void projector.refreshProjections();
    },
  });
})();
