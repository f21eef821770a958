// The card beside the pointer: thumbnail, label and metadata of the point under it.
(function () {
  "use strict";
  const projector = window.projector;
  const MAX_LINES = 8, MAX_TEXT = 200;
  let current = null;

  // Bidirectional controls in a text may not turn the rest of the line around: they are shown.
  projector.visibleText = function (text, most = MAX_TEXT) {
    return String(text)
      .slice(0, most)
      .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (sign) =>
        `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`
      );
  };

  function fill(card, row, values) {
    const label = projector.labelOf(values, row);
    const lines = projector.element("dl");
    for (const [name, value] of values.slice(0, MAX_LINES)) {
      const line = projector.element("div");
      line.append(
        projector.element("dt", "", projector.visibleText(name)),
        projector.element("dd", "", value === null ? "missing" : projector.visibleText(value))
      );
      lines.append(line);
    }
    const head = projector.element("div", "card-head");
    const thumbnail = projector.thumbnail(row, 48);
    if (thumbnail) head.append(thumbnail);
    head.append(projector.element("strong", "", projector.visibleText(label)));
    card.replaceChildren(head, lines);
    if (values.length > MAX_LINES) {
      card.append(projector.element("div", "hint", `and ${values.length - MAX_LINES} more columns`));
    }
    card.dataset.row = String(row);
  }

  projector.labelOf = function (values, row) {
    const found = values.find(([name]) => name === projector.labelBy);
    return found && found[1] !== null ? found[1] : `row ${projector.spelled(row)}`;
  };

  function place(card, [x, y]) {
    const view = projector.byId("view");
    const right = x + 16 + card.offsetWidth > view.clientWidth;
    const low = y + 16 + card.offsetHeight > view.clientHeight;
    card.style.left = `${Math.max(4, right ? x - 16 - card.offsetWidth : x + 16)}px`;
    card.style.top = `${Math.max(4, low ? y - 16 - card.offsetHeight : y + 16)}px`;
  }

  projector.showCard = async function (row, at) {
    const card = projector.byId("hover-card");
    current = row;
    if (row === null || !projector.dataset) {
      card.hidden = true;
      return;
    }
    const { id, metadata_revision: revision } = projector.dataset;
    let answer;
    try {
      answer = await projector.fetchJson(`page/datasets/${id}/${revision}/points/${row}`);
    } catch {
      return; // the pointer moves on; a card is no reason for a notice
    }
    if (current !== row) return;
    fill(card, row, answer.values);
    card.hidden = false;
    place(card, at);
  };
})();
