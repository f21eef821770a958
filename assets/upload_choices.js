// Controls for the choices that a reader leaves open; what they are about, only the reader knows.
(function () {
  "use strict";
  const projector = window.projector;
  const { element } = projector;
  // Of fewer than these, all are seen at once.
  const FILTERED = 12;
  const PAUSE_MS = 500; // several boxes are ticked in a row

  function input(type, label, attributes) {
    const made = Object.assign(element("input"), { type, ...attributes });
    made.setAttribute("aria-label", label);
    return made;
  }

  function one(choice, answer) {
    const select = element("select");
    select.setAttribute("aria-label", choice.label);
    for (const { value, about } of choice.options) {
      const text = value && about ? `${value} (${about})` : value || about;
      select.append(Object.assign(element("option", "", text), { value }));
    }
    select.addEventListener("change", () => answer(select.value));
    return { control: select, show: (value) => (select.value = value) };
  }

  function toggle(choice, answer) {
    const box = input("checkbox", choice.label);
    box.addEventListener("change", () => answer(box.checked));
    return { control: box, show: (value) => (box.checked = value) };
  }

  function size(choice, answer) {
    const box = input("text", choice.label, { placeholder: "28x28", size: 8 });
    box.addEventListener("change", () => answer(box.value.trim() || null));
    return { control: box, show: (value) => (box.value = value || "") };
  }

  // A number, with what is usual beside it.
  function number(choice, answer) {
    const row = element("span", "suggestions");
    const box = input("number", choice.label, { min: 1, size: 6 });
    box.addEventListener("change", () => answer(box.value ? Number(box.value) : null));
    row.append(box);
    for (const { value, about } of choice.options.slice(0, 8)) {
      const button = Object.assign(element("button", "button", value), { type: "button", title: about });
      button.addEventListener("click", () => answer(Number(value)));
      row.append(button);
    }
    return { control: row, show: (value) => (box.value = value || "") };
  }

  // A list to tick, folded away; with a filter when it is long.
  function several(choice, answer) {
    const details = element("details", "several"), summary = element("summary");
    const list = element("div", "ticks"), boxes = [];
    let timer = 0;
    const chosen = () => boxes.filter((box) => box.checked).map((box) => box.value);
    const say = () => (summary.textContent = `${chosen().length} of ${boxes.length} columns`);
    const changed = () => {
      say();
      clearTimeout(timer);
      timer = setTimeout(() => answer(chosen()), PAUSE_MS);
    };
    for (const { value, about, legal } of choice.options) {
      const line = element("label", "tick"), box = input("checkbox", value, { value, disabled: !legal });
      line.append(box, element("span", "value", value), element("span", "hint", about));
      box.addEventListener("change", changed);
      boxes.push(box);
      list.append(line);
    }
    const shown = () => boxes.filter((box) => !box.closest(".tick").hidden && !box.disabled);
    const tools = element("div", "row");
    if (boxes.length > FILTERED) {
      const filter = input("search", `Filter: ${choice.label}`, { placeholder: "Filter columns" });
      filter.addEventListener("input", () => {
        const text = filter.value.toLowerCase();
        for (const box of boxes) box.closest(".tick").hidden = !box.value.toLowerCase().includes(text);
      });
      tools.append(filter);
    }
    for (const [text, on] of [["All", true], ["None", false]]) {
      const button = Object.assign(element("button", "button", text), { type: "button" });
      button.addEventListener("click", () => {
        shown().forEach((box) => (box.checked = on));
        changed();
      });
      tools.append(button);
    }
    details.append(summary, tools, list);
    const show = (values) => {
      boxes.forEach((box) => (box.checked = values.includes(box.value)));
      say();
    };
    return { control: details, show };
  }

  const KINDS = { one, several, switch: toggle, number, size };

  // The questions without their answers: as long as they are the same, controls stay.
  const shape = (choices) => JSON.stringify(choices.map((choice) => ({ ...choice, answer: null })));

  // Shows choices in a box; onAnswer(choice, answer) is called when a person chooses.
  projector.showChoices = function (box, choices, onAnswer) {
    if (box.shape !== shape(choices)) {
      box.shape = shape(choices);
      box.shown = {};
      box.replaceChildren(
        ...choices.map((choice) => {
          const field = element("div", `choice ${choice.kind}`);
          field.title = choice.help;
          const made = KINDS[choice.kind](choice, (answer) => onAnswer(choice, answer));
          box.shown[choice.name] = made.show;
          field.append(element("span", "label", choice.label), made.control);
          return field;
        })
      );
    }
    for (const { name, answer } of choices) box.shown[name](answer);
  };
})();
