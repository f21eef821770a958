// The toolbar of the view: which tool a drag belongs to, and its other buttons.
(function () {
  "use strict";
  const projector = window.projector;
  const NAVIGATION = ["orbit", "pan"], SELECTING = ["rectangle", "lasso", "sphere"];
  const LABEL_MODES = ["selection", "many", "none"];
  let tool = "orbit", isVisibleOnly = false, isFlat = false, labelMode = LABEL_MODES[0];

  const press = (button, isPressed) => button.setAttribute("aria-pressed", String(isPressed));

  function show() {
    // There is nothing to turn in 2D: a drag moves the picture.
    const used = isFlat && tool === "orbit" ? "pan" : tool;
    for (const name of [...NAVIGATION, ...SELECTING]) press(projector.byId(`tool-${name}`), name === used);
    press(projector.byId("visible-only"), isVisibleOnly);
    projector.byId("tool-orbit").disabled = isFlat;
  }

  projector.chooseTool = function (name) {
    tool = name;
    projector.setSelectingTool(SELECTING.includes(name) ? name : null);
    if (NAVIGATION.includes(name)) projector.setDragMode(name);
    show();
  };

  projector.toggleVisibleOnly = function () {
    isVisibleOnly = !isVisibleOnly;
    projector.setVisibleOnly(isVisibleOnly);
    show();
  };

  projector.nextLabelMode = function () {
    const next = LABEL_MODES[(LABEL_MODES.indexOf(labelMode) + 1) % LABEL_MODES.length];
    window.dash_clientside.set_props("label-mode", { value: next });
  };

  projector.clientside({
    showTools: function (dimensionality, mode) {
      isFlat = dimensionality === "2";
      if (mode !== labelMode) projector.setLabelMode(mode);
      labelMode = mode;
      show();
    },
  });

  const onClick = (id, run) => projector.whenPresent(id, (button) => button.addEventListener("click", run));
  for (const name of [...NAVIGATION, ...SELECTING]) onClick(`tool-${name}`, () => projector.chooseTool(name));
  onClick("visible-only", projector.toggleVisibleOnly);
  onClick("fit-selection", () => projector.fitSelection());
})();
