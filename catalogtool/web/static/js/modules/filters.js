// The filter bar: an ordinary form whose fields are named after the list's parameters.

import { fieldLabel } from "./format.js";
import { debounce, el, fill, find, icon } from "./ui.js";

const TYPING_PAUSE = 200;

/** Bind the form; `changed(filters, {typing})` is called with all that is set. */
export function makeFilters(form, chips, changed) {
  const fields = [...form.elements].filter((field) => field.name);
  const names = [...new Set(fields.map((field) => field.name))];
  let told = "{}";
  const tell = (typing) => {
    const filters = readForm(fields);
    if (JSON.stringify(filters) === told) return;
    told = JSON.stringify(filters);
    drawChips(filters);
    changed(filters, { typing });
  };
  const typed = debounce(() => tell(true), TYPING_PAUSE);

  form.addEventListener("submit", (event) => event.preventDefault());
  for (const field of fields) {
    if (isText(field)) {
      field.addEventListener("input", () => (isHalf(field) ? typed.cancel() : typed()));
      field.addEventListener("keydown", (event) => {
        if (event.key === "Enter") now();
      });
    }
    if (!isText(field) || isWhole(field)) field.addEventListener("change", now);
  }

  function now() {
    typed.cancel();
    tell(false);
  }

  function clear(which) {
    for (const field of fields) if (which.includes(field.name)) setField(field, "");
    now();
  }

  function drawChips(filters) {
    const set = Object.entries(filters).filter(([name]) => name !== "search");
    fill(chips, set.map(([name, value]) => chip(fields, name, value, () => clear([name]))));
    const empty = set.length === 0;
    chips.hidden = empty;
    if (!empty) chips.append(clearAll(() => clear(names)));
    find("filter-count").textContent = empty ? "" : String(set.length);
  }

  return {
    names,
    clear: () => clear(names),
    /** Set the form from the address, without telling anyone. */
    show(filters) {
      typed.cancel();
      for (const field of fields) setField(field, filters[field.name] ?? "");
      told = JSON.stringify(readForm(fields));
      drawChips(filters);
    },
  };
}

/** A field that is matched as a whole waits until it is left, or until a suggestion is taken. */
const isWhole = (field) => "whole" in field.dataset;

function isHalf(field) {
  const offered = [...(field.list?.options ?? [])].some((option) => option.value === field.value);
  return isWhole(field) && field.value !== "" && !offered;
}

const isText = (field) => ["text", "search"].includes(field.type);

/** Boxes of one name make a comma list, as `missing=isrc,upc`. */
function readForm(fields) {
  const filters = {};
  for (const field of fields) {
    if (field.type === "checkbox") {
      if (field.checked) filters[field.name] = [filters[field.name], field.value].filter(Boolean).join(",");
    } else if (field.value.trim()) {
      filters[field.name] = field.value.trim();
    }
  }
  return filters;
}

/** A select keeps a value that it does not offer (yet), so that no filter works unseen. */
function setField(field, value) {
  if (field.type === "checkbox") {
    field.checked = value.split(",").includes(field.value);
    return;
  }
  const missing = field.tagName === "SELECT" && ![...field.options].some((o) => o.value === value);
  if (missing) field.append(new Option(value, value));
  field.value = value;
}

function chip(fields, name, value, remove) {
  const field = fields.find((candidate) => candidate.name === name);
  const label = field.dataset.chip ?? field.labels?.[0]?.textContent.trim() ?? name;
  const shown = field.tagName === "SELECT" ? field.selectedOptions[0]?.textContent ?? value
    : name === "missing" ? value.split(",").map(fieldLabel).join(", ") : value;
  return el("span", { className: "chip" },
    el("span", { className: "muted", textContent: label }),
    el("bdi", { textContent: shown }),
    el("button", {
      type: "button",
      className: "chip-remove",
      "aria-label": `Remove the filter ${label}`,
      on: { click: remove },
    }, icon("close")));
}

function clearAll(run) {
  return el("button", { type: "button", className: "btn btn-link btn-sm p-0", textContent: "Clear all",
    on: { click: run } });
}
