// Enter in a box that is searched takes the option that is marked as found.
//
// The select itself counts in which place of its list that option stood when one of its timers came
// to run: on a page that is busy, that is after the list has become shorter, and Enter would take
// nothing.
(function () {
  "use strict";

  function marked(box) {
    const list = document.getElementById(box.getAttribute("aria-controls"));
    return list && list.querySelector("[data-combobox-selected]:not([data-combobox-disabled])");
  }

  function takeMarked(event) {
    const box = event.target;
    if (event.key !== "Enter" || event.isComposing) return;
    if (!(box instanceof HTMLInputElement) || box.readOnly) return;
    const option = marked(box);
    if (!option) return;
    event.preventDefault();
    event.stopPropagation();
    option.click();
  }

  // Before the select hears of it.
  document.addEventListener("keydown", takeMarked, true);
})();
