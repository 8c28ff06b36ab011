// What a bulk change can do to a field, and the words for it.

import { EDITABLE } from "./editable.js";
import { fieldLabel, plain } from "./format.js";

const NAMES = {
  set: "Set to",
  clear: "Clear",
  append: "Add",
  remove: "Remove",
  replace: "Find and replace",
};

/** The operations on a field as [name, label]. */
export function operationsOn(field) {
  const { kind, required, whole } = EDITABLE[field];
  const possible = {
    append: kind === "list",
    remove: kind === "list",
    set: true,
    replace: !["list", "choice"].includes(kind) && !whole,
    clear: !required && kind !== "choice",
  };
  return Object.keys(possible).filter((name) => possible[name]).map((name) => [name, NAMES[name]]);
}

/** The API's `changes` for one operation with its values. */
export function changesOf(field, operation, { value, find, replace }) {
  const bodies = {
    set: value,
    clear: null,
    append: { append: value ?? [] },
    remove: { remove: value ?? [] },
    replace: { find, replace },
  };
  return { [field]: bodies[operation] };
}

/** What is missing before the operation can be tried; an empty text if nothing is. */
export function lacking(field, operation, { value, find }) {
  if (operation === "replace") return find ? "" : "What should be found?";
  const isChoice = EDITABLE[field].options?.some(([one]) => one === null);
  const canBeNull = operation === "clear" || isChoice;
  return value === null && !canBeNull ? "What should the value be?" : "";
}

/** A batch's `changes` as people say it: "Set Category to Music". */
export function describe(changes) {
  return Object.entries(changes ?? {}).map(([field, change]) => sentence(fieldLabel(field), change))
    .join("; ");
}

function sentence(label, change) {
  if (change === null) return `Clear ${label}`;
  if (typeof change !== "object" || Array.isArray(change)) return `Set ${label} to ${plain(change)}`;
  if ("append" in change) return `Add ${plain(change.append)} to ${label}`;
  if ("remove" in change) return `Remove ${plain(change.remove)} from ${label}`;
  return `Replace “${change.find}” with “${change.replace}” in ${label}`;
}
