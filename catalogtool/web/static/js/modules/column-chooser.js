// The menu that tells which columns the table shows.

import { COLUMNS, chosenKeys, keepChoice, usualKeys } from "./columns.js";
import { el, fill, find } from "./ui.js";

/** Bind the menu; `changed(keys)` is called with the new choice. */
export function makeColumnChooser(root, changed) {
  const list = find("column-list", root);
  const choose = (keys) => {
    keepChoice(keys);
    draw(keys);
    changed(keys);
  };
  find("usual-columns", root).addEventListener("click", () => choose(usualKeys()));

  function draw(keys) {
    const focused = document.activeElement?.id;
    fill(list, COLUMNS.map((column) => el("label", { className: "column-choice" },
      el("input", {
        type: "checkbox",
        className: "form-check-input",
        id: `column-${column.key}`,
        checked: column.always || keys.has(column.key),
        disabled: Boolean(column.always),
        on: {
          change: (event) => {
            const next = chosenKeys();
            if (event.target.checked) next.add(column.key);
            else next.delete(column.key);
            choose(next);
          },
        },
      }), column.label)));
    if (focused) document.getElementById(focused)?.focus();
  }

  draw(chosenKeys());
  return { draw };
}
