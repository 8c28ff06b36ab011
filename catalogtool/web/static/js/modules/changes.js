// Old and new side by side, short in a table and whole on request.

import { fieldLabel, fieldValue } from "./format.js";
import { el } from "./ui.js";

const TOGETHER = 2;
const COUNTERS = new Set(["views", "likes", "comments"]);

/** One line a change: the field, what it was, what it is. */
export function changeLine(field, pair) {
  const [before, after] = pair.map((value) => fieldValue(field, value));
  return el("span", { className: "change", title: `${before} → ${after}` },
    el("span", { className: "change-field", textContent: fieldLabel(field) }),
    el("del", { className: "change-old", dir: "auto", textContent: before }),
    el("span", { className: "change-arrow", "aria-label": "became", role: "img",
      textContent: "→" }),
    el("ins", { className: "change-new", dir: "auto", textContent: after }));
}

/** All changes of one record, one below the other. */
export function changeList(changes) {
  return el("span", { className: "changes" }, pairs(changes).map(([field, pair]) =>
    changeLine(field, pair)));
}

/** The first changes, and the others behind an expander. */
export function changesCell(changes) {
  const all = pairs(changes);
  if (all.length === 0) return null;
  const lines = all.map(([field, pair]) => changeLine(field, pair));
  if (all.length <= TOGETHER) return el("span", { className: "changes" }, lines);
  return el("details", { className: "changes-more" },
    el("summary", {}, lines[0], el("span", { className: "tag", textContent: `+${all.length - 1}` })),
    el("span", { className: "changes" }, lines.slice(1)));
}

/** What is counted changes all the time, and so comes after the rest. */
function pairs(changes) {
  const all = Object.entries(changes ?? {}).filter(([, pair]) => Array.isArray(pair));
  return [...all.filter(([field]) => !COUNTERS.has(field)), ...all.filter(([field]) => COUNTERS.has(field))];
}
