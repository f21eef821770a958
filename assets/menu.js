// A small menu beside the button that opens it; arrows walk it, Escape closes it.
(function () {
  "use strict";
  const projector = window.projector;
  let open = null;

  projector.closeMenu = function () {
    if (!open) return;
    const { menu, button } = open;
    open = null;
    menu.remove();
    button.setAttribute("aria-expanded", "false");
    if (button.isConnected) button.focus({ preventScroll: true });
  };

  function place(menu, button) {
    const at = button.getBoundingClientRect(), { offsetWidth, offsetHeight } = menu;
    const below = at.bottom + 4 + offsetHeight < window.innerHeight;
    menu.style.left = `${Math.max(4, Math.min(at.right, window.innerWidth - 4) - offsetWidth)}px`;
    menu.style.top = `${below ? at.bottom + 4 : Math.max(4, at.top - 4 - offsetHeight)}px`;
  }

  // entries: [label, run] in order; null draws a line between two groups.
  projector.openMenu = function (button, entries) {
    const isSame = open && open.button === button;
    projector.closeMenu();
    if (isSame) return;
    const menu = projector.element("div", "menu");
    menu.setAttribute("role", "menu");
    for (const entry of entries) {
      if (!entry) {
        menu.append(projector.element("hr"));
        continue;
      }
      const item = Object.assign(projector.element("button", "", entry[0]), { type: "button" });
      item.setAttribute("role", "menuitem");
      item.addEventListener("click", () => {
        projector.closeMenu();
        entry[1]();
      });
      menu.append(item);
    }
    document.body.append(menu);
    place(menu, button);
    open = { menu, button };
    button.setAttribute("aria-expanded", "true");
    menu.querySelector("button").focus();
  };

  document.addEventListener("pointerdown", (event) => {
    if (open && !open.menu.contains(event.target) && !open.button.contains(event.target)) {
      projector.closeMenu();
    }
  });
  window.addEventListener("blur", projector.closeMenu);
  document.addEventListener("keydown", (event) => {
    if (!open) return;
    const items = [...open.menu.querySelectorAll("button")], i = items.indexOf(document.activeElement);
    const moves = { ArrowDown: i + 1, ArrowUp: i - 1, Home: 0, End: items.length - 1 };
    if (event.key === "Escape" || event.key === "Tab") projector.closeMenu();
    else if (event.key in moves) items[(moves[event.key] + items.length) % items.length].focus();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
})();
