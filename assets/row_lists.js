// Lists of points (matches, neighbors): pointing shows the point, a click or Enter goes to it.
(function () {
  "use strict";
  const projector = window.projector;
  const MAX_LISTED = 100;
  const contents = {};

  function distanceText(distance) {
    return distance >= 100 ? distance.toFixed(1) : distance.toFixed(3);
  }

  // Rank in the original space and on the map; emphasized when the map tears the two apart.
  function rankText(rank, onMap, n) {
    const text = projector.element("span", onMap > n ? "rank torn" : "rank", `${rank} → `);
    text.append(projector.element("b", "", onMap === null ? "–" : projector.spelled(onMap)));
    text.title = `Number ${rank} in the original space, ${onMap === null ? "not" : `number ${onMap}`} on the map`;
    return text;
  }

  function entry(list, content, i) {
    const row = content.rows[i];
    const line = projector.element("div", "row-entry");
    line.id = `${list.id}-${row}`;
    line.dataset.row = String(row);
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    const thumbnail = projector.thumbnail(row, 24);
    if (thumbnail) line.append(thumbnail);
    const label = projector.element("bdi", "label", projector.visibleText(content.labels[i]));
    line.append(label);
    if (content.values) {
      line.append(projector.element("bdi", "hint", projector.visibleText(content.values[i])));
    }
    if (content.distances) {
      const longest = content.distances[content.distances.length - 1] || 1;
      const bar = projector.element("span", "bar");
      bar.style.setProperty("--share", String(content.distances[i] / longest));
      line.append(bar, projector.element("span", "distance", distanceText(content.distances[i])));
    }
    if (content.ranks) line.append(rankText(i + 1, content.ranks[i], content.rows.length));
    return line;
  }

  function fill(id) {
    const list = projector.byId(id), content = contents[id];
    const lines = content ? content.rows.map((_, i) => entry(list, content, i)) : [];
    list.replaceChildren(...lines);
    list.removeAttribute("aria-activedescendant");
    list.scrollTop = 0;
  }

  projector.fillLists = () => Object.keys(contents).forEach(fill);

  function activate(list, line) {
    for (const other of list.querySelectorAll('[aria-selected="true"]')) {
      other.setAttribute("aria-selected", "false");
    }
    line.setAttribute("aria-selected", "true");
    list.setAttribute("aria-activedescendant", line.id);
    line.scrollIntoView({ block: "nearest" });
    projector.pointOut(Number(line.dataset.row));
  }

  // Moves to the next or previous entry; the first when none is active yet.
  projector.walkList = function (list, step) {
    const active = list.querySelector('[aria-selected="true"]');
    const next = active
      ? step > 0 ? active.nextElementSibling : active.previousElementSibling
      : list.firstElementChild;
    if (!next) return;
    list.focus({ preventScroll: true });
    activate(list, next);
  };

  projector.goToActive = function (list) {
    const active = list.querySelector('[aria-selected="true"]');
    if (active) projector.choosePoint(Number(active.dataset.row));
  };

  function wire(list) {
    list.addEventListener("mouseover", (event) => {
      const line = event.target.closest(".row-entry");
      if (line) projector.pointOut(Number(line.dataset.row));
    });
    list.addEventListener("mouseleave", () => projector.pointOut(null));
    list.addEventListener("blur", () => projector.pointOut(null));
    list.addEventListener("click", (event) => {
      const line = event.target.closest(".row-entry");
      if (line) projector.choosePoint(Number(line.dataset.row));
    });
  }

  ["match-list", "neighbor-list", "selection-list"].forEach((id) => projector.whenPresent(id, wire));

  function neighborsTitle() {
    const found = contents["neighbor-list"], selected = contents["selection-list"];
    if (found) {
      const metric = found.metric === "cosine" ? "cosine" : "Euclidean";
      const among = found.isolated ? " among the isolated points" : "";
      return `${projector.spelled(found.rows.length)} nearest${among} by ${metric}, original space`;
    }
    if (!selected) return "Click a point to list its nearest neighbors.";
    if (isListedAbove()) return `${projector.spelled(selected.n)} selected, listed above`;
    const what = projector.counted(selected.n, "selected point");
    return selected.n > selected.rows.length ? `${what}, the first ${selected.rows.length} listed` : what;
  }

  // A search that was committed has selected exactly its matches, which have a list already.
  function isListedAbove() {
    const matches = contents["match-list"], selected = contents["selection-list"];
    return Boolean(matches && matches.all && selected && matches.all === selected.text);
  }

  // Neighbors of the selected point; of a selection without such a point, its first rows.
  function showLists() {
    projector.byId("neighbors-title").textContent = neighborsTitle();
    projector.byId("neighbor-list").hidden = Boolean(contents["selection-list"]);
    projector.byId("selection-list").hidden = !contents["selection-list"] || isListedAbove();
  }

  let latestList = 0;
  async function listRows(rows, text) {
    const mine = (latestList += 1), listed = [...rows.subarray(0, MAX_LISTED)];
    await projector.fetchLabelTexts(listed);
    if (mine !== latestList) return;
    const labels = listed.map((row) => projector.labelText(row) ?? "");
    contents["selection-list"] = rows.length ? { n: rows.length, rows: listed, labels, text } : null;
    fill("selection-list");
    showLists();
  }

  // Ranks on the map of the listed neighbors, in their order; null: not known.
  projector.showRanks = function (ranks) {
    const found = contents["neighbor-list"];
    if (!found || found.ranks === ranks) return;
    found.ranks = ranks;
    const lines = projector.byId("neighbor-list").children;
    [...lines].forEach((line, i) => {
      line.querySelector(".rank")?.remove();
      if (ranks) line.append(rankText(i + 1, ranks[i], ranks.length));
    });
  };

  projector.listedNeighbors = () => contents["neighbor-list"] && contents["neighbor-list"].rows;

  projector.clientside({
    listNeighbors: function (found) {
      contents["neighbor-list"] = found;
      fill("neighbor-list");
      showLists();
    },
    listSelected: function (selectedRows, selectedPoint) {
      const rows = selectedPoint === null ? projector.decodeRows(selectedRows) : new Int32Array(0);
      // Another label column reaches the scripts by another call of this moment.
      requestAnimationFrame(() => {
        listRows(rows, selectedRows);
        projector.repaintLabels();
      });
    },
    listMatches: function (matches) {
      contents["match-list"] = matches;
      fill("match-list");
      showLists();
    },
  });
})();
