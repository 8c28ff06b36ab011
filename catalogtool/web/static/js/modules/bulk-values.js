// The values of a bulk change's operation, as they are entered.

import { EDITABLE } from "./editable.js";
import { fieldInput } from "./field-input.js";
import { fieldLabel } from "./format.js";
import { el, fill } from "./ui.js";

const NAMES = { set: "New value", append: "To be added", remove: "To be removed" };

/** Draw the controls for an operation on a field into `place`; gives `read()` for their values. */
export function valueInputs(place, field, operation) {
  if (operation === "clear") {
    fill(place, el("p", { className: "muted m-0", textContent: `${fieldLabel(field)} will be empty.` }));
    return () => ({ value: null });
  }
  if (operation === "replace") {
    const find = textInput("bulk-find", "Find", "As it is written, in this case");
    const replace = textInput("bulk-replace", "Replace with", "Nothing: it is taken out");
    fill(place, find.node, replace.node);
    return () => ({ find: find.input.value, replace: replace.input.value });
  }
  const input = fieldInput(field, null, { "aria-label": NAMES[operation] });
  fill(place, el("div", {},
    el("div", { className: "form-name", "aria-hidden": "true", textContent: NAMES[operation] }),
    input.node,
    EDITABLE[field].hint && el("p", { className: "field-said", textContent: EDITABLE[field].hint })));
  return () => ({ value: input.read() });
}

function textInput(id, label, placeholder) {
  const input = el("input", {
    id,
    type: "text",
    className: "form-control form-control-sm",
    dir: "auto",
    autocomplete: "off",
    spellcheck: false,
    placeholder,
  });
  return { input, node: el("div", {}, el("label", { for: id, className: "form-name", textContent: label }), input) };
}
