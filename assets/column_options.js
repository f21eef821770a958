// One line of a select over metadata columns: the name, and how many different values it has.
(function () {
  "use strict";
  const functions = (window.dashMantineFunctions = window.dashMantineFunctions || {});

  functions.columnOption = function ({ option }) {
    const part = (kind, text) => React.createElement("span", { className: kind, key: kind }, text);
    const name = React.createElement(
      "bdi", { className: "name", key: "name", title: option.label },
      window.projector.visibleText(option.label)
    );
    const line = [name, part("known", option.known)];
    return React.createElement("div", { className: "column-option" }, line);
  };
})();
