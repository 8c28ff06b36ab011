// The control that a field is entered with, and the value that stands in it.

import { api } from "./api.js";
import { EDITABLE } from "./editable.js";
import { fieldLabel } from "./format.js";
import { button } from "./ui-components.js";
import { el, icon } from "./ui.js";

const MAKERS = { text: line, code: line, lines, list, choice };

/**
 * A control for a field of a video: `node` to be placed, `read()` for its value as the API takes it
 * (null where it is empty), and `focus()`. `attributes` go to the control that has the name.
 */
export function fieldInput(field, value, attributes = {}) {
  const definition = EDITABLE[field];
  const named = { "aria-label": fieldLabel(field), ...attributes };
  return MAKERS[definition.kind](definition, value, named, field);
}

function line(definition, value, named) {
  const input = el("input", {
    type: "text",
    className: `form-control form-control-sm${definition.kind === "code" ? " code" : ""}`,
    value: value ?? "",
    dir: "auto",
    autocomplete: "off",
    spellcheck: false,
    ...named,
  });
  const node = definition.suggest ? el("div", {}, input, suggestions(input, definition.suggest)) : input;
  return { node, read: () => input.value.trim() || null, focus: () => input.select() };
}

function lines(_, value, named) {
  const input = el("textarea", {
    className: "form-control form-control-sm",
    rows: 4,
    value: value ?? "",
    dir: "auto",
    ...named,
  });
  return { node: input, read: () => input.value.trim() || null, focus: () => input.focus() };
}

function choice(definition, value, named) {
  const { options } = definition;
  const chosen = options.findIndex(([one]) => one === (value ?? null));
  const unknown = chosen < 0 && el("option", { textContent: value ?? "–", value: "", selected: true });
  const input = el("select", { className: "form-select form-select-sm", ...named },
    unknown, options.map(([, label], at) =>
      el("option", { value: String(at), textContent: label, selected: at === chosen })));
  const read = () => (input.value === "" ? value ?? null : options[Number(input.value)][0]);
  return { node: input, read, focus: () => input.focus() };
}

/** One line for each value, because a name may hold a comma. */
function list(_, value, named, field) {
  const rows = el("div", { className: "list-rows" });
  const inputs = () => [...rows.querySelectorAll("input")];
  const remove = (row, input) => {
    if (inputs().length > 1) row.remove();
    else input.value = "";
    inputs()[0].focus();
  };
  const add = (text = "") => {
    const input = el("input", {
      type: "text",
      className: "form-control form-control-sm",
      value: text ?? "",
      dir: "auto",
      autocomplete: "off",
      spellcheck: false,
      ...named,
      "aria-label": `${named["aria-label"]} ${inputs().length + 1}`,
    });
    const row = el("div", { className: "list-row" }, input, el("button", {
      type: "button",
      className: "btn btn-sm btn-quiet",
      "aria-label": `Remove ${text || "this line"}`,
      on: { click: () => remove(row, input) },
    }, icon("close")));
    rows.append(row);
    return input;
  };
  (value?.length ? value : [""]).forEach((one) => add(one));
  const node = el("div", { className: "list-input" }, rows,
    button(`Add another ${fieldLabel(field).toLowerCase()}`, () => add().focus()));
  const read = () => {
    const values = inputs().map((input) => input.value.trim()).filter(Boolean);
    return values.length ? values : null;
  };
  return { node, read, focus: () => inputs()[0].focus() };
}

let offered = 0;

/** The values that the catalogue has for a facet, as the browser's own suggestions. */
function suggestions(input, facet) {
  offered += 1;
  const place = el("datalist", { id: `suggestions-${offered}` });
  input.setAttribute("list", place.id);
  api.facets().then(
    ({ facets }) => place.append(...facets[facet].map((value) => el("option", { value }))),
    () => {}, // A value can be typed without them.
  );
  return place;
}
