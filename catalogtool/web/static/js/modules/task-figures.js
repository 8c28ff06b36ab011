// How many tasks of each type wait, run, have ended and have failed; each number leads to them.

import { number } from "./format.js";
import { TASK_TYPES } from "./task-types.js";
import { el, fill } from "./ui.js";

const STATES = [["pending", "Waiting"], ["processing", "Running"], ["failed", "Failed"], ["completed", "Done"]];

/** Make the table in `place`; gives `draw(queue)`. Its links carry `data-show`. */
export function makeTaskFigures(place) {
  const cells = new Map();
  fill(place, el("table", { className: "figures-table" },
    el("thead", {}, el("tr", {},
      el("th", { scope: "col" }, el("span", { className: "visually-hidden", textContent: "Task" })),
      STATES.map(([, label]) => el("th", { scope: "col", className: "number", textContent: label })))),
    el("tbody", {}, Object.entries(TASK_TYPES).map(([type, { name, about }]) => el("tr", {},
      el("th", { scope: "row", title: about, textContent: name }),
      STATES.map(([state]) => {
        const cell = el("td", { className: "number" });
        cells.set(`${type} ${state}`, cell);
        return cell;
      }))))));

  return (queue) => {
    for (const type of Object.keys(TASK_TYPES)) {
      for (const [state, label] of STATES) {
        draw(cells.get(`${type} ${state}`), type, state, label, queue?.[type]?.[state] ?? 0);
      }
    }
  };
}

/** A link stays the same element while its number moves, so that the focus stays on it. */
function draw(cell, type, state, label, count) {
  const text = number(count);
  const link = cell.firstElementChild;
  cell.classList.toggle("is-bad", state === "failed" && count > 0);
  if (count === 0) fill(cell, el("span", { className: "muted", textContent: "0" }));
  else if (link?.tagName === "A") link.textContent = text;
  else {
    fill(cell, el("a", { href: `/sync?status=${state}&task_type=${type}`, textContent: text,
      title: `Show them: ${TASK_TYPES[type].name}, ${label.toLowerCase()}`,
      dataset: { show: "", status: state, type } }));
  }
}
