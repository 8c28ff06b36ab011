// The rows of the tasks: each is drawn anew only when it differs, and none moves under a hand.

import { fill } from "./ui.js";
import { taskRow } from "./task-row.js";

/** Rows in a table's body; `left()` is called when they may move again, and some have to. */
export function makeTaskRows(body, actions, left) {
  let rows = new Map();
  let held = false;

  // A finger that was there a while ago is no hand over the rows.
  const canHover = matchMedia("(hover: hover)").matches;
  const isHeld = () => (canHover && body.matches(":hover")) || body.querySelector(":focus-visible");
  const release = () => setTimeout(() => held && !isHeld() && left());
  body.addEventListener("mouseleave", release);
  body.addEventListener("focusout", release);

  function nodeOf(task) {
    const content = JSON.stringify(task);
    const known = rows.get(task.id);
    if (known?.content === content) return known.node;
    const node = taskRow(task, actions);
    if (known) {
      keepFocus(known.node, node);
      node.classList.toggle("is-fresh", known.status !== task.status);
    }
    rows.set(task.id, { node, content, status: task.status });
    return node;
  }

  function draw(tasks) {
    held = rows.size > 0 && isHeld();
    const present = new Set(tasks.map((task) => task.id));
    const nodes = new Map(tasks.filter((task) => !held || rows.has(task.id))
      .map((task) => [task.id, nodeOf(task)]));
    if (held) {
      for (const [id, { node }] of rows) markGone(node, !present.has(id));
      return;
    }
    rows = new Map([...rows].filter(([id]) => present.has(id)));
    const wanted = [...nodes.values()];
    const same = wanted.length === body.rows.length && wanted.every((node, at) => node === body.rows[at]);
    if (!same) fill(body, wanted);
  }

  return {
    draw,
    isEmpty: () => body.rows.length === 0,
    /** Something else is asked for: nothing of what stands here has to stay. */
    forget() {
      rows = new Map();
    },
  };
}

function keepFocus(before, now) {
  const focused = before.contains(document.activeElement) && document.activeElement.textContent;
  before.replaceWith(now);
  if (!focused) return;
  const same = [...now.querySelectorAll("a, button, summary")].find((one) => one.textContent === focused);
  (same ?? now.querySelector("a")).focus({ preventScroll: true });
}

/** It is no longer what is asked for; its place stays, its buttons have no meaning. */
function markGone(row, gone) {
  row.classList.toggle("is-gone", gone);
  for (const one of row.querySelectorAll("button")) one.disabled = gone;
}
