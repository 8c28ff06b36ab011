// The rows that stand in the table, by video, each brought up to date without the others.

import { fieldsOf } from "./columns.js";
import { drawPlaceholders, makeRow } from "./table.js";
import { fill } from "./ui.js";

const PLACEHOLDERS = 12;

/** Rows in a table's body; `isChosen(id)` tells whether a row's box is ticked. */
export function makeRows(body, isChosen) {
  const rows = new Map();
  let columns = [];
  let fields = [];

  const contentOf = (video) => JSON.stringify(fields.map((name) => video[name] ?? null));
  const add = (video) => {
    const node = makeRow(columns, video, isChosen(video.video_id));
    rows.set(video.video_id, { node, content: contentOf(video) });
    return node;
  };

  return {
    ids: () => [...rows.keys()],
    has: (id) => rows.has(id),
    wait(shown) {
      if (!body.rows.length) drawPlaceholders(body, shown, PLACEHOLDERS);
    },
    /** Draw all rows anew. */
    draw(shown, videos) {
      columns = shown;
      fields = fieldsOf(columns).split(",");
      rows.clear();
      fill(body, videos.map(add));
    },
    /** Show those of these videos that stand here as they are now; what differs lights up. */
    update(videos) {
      for (const video of videos) {
        const row = rows.get(video.video_id);
        const content = contentOf(video);
        if (!row || row.content === content) continue;
        row.content = content;
        replaceCells(row.node, makeRow(columns, video, isChosen(video.video_id)));
        lightUp(row.node);
      }
    },
    /** Bring the rows into this order, with new ones lit up. */
    arrange(videos) {
      const nodes = videos.map((video) => {
        const known = rows.get(video.video_id);
        if (known) return known.node;
        const node = add(video);
        lightUp(node);
        return node;
      });
      const staying = new Set(videos.map((video) => video.video_id));
      for (const id of rows.keys()) if (!staying.has(id)) rows.delete(id);
      fill(body, nodes);
    },
    /** Tick the boxes as they are chosen. */
    mark() {
      for (const [id, { node }] of rows) {
        node.classList.toggle("is-chosen", isChosen(id));
        node.querySelector("[data-choose]").checked = isChosen(id);
      }
    },
  };
}

/** Only what differs is replaced: a picture does not flicker, and what is open stays open. */
function replaceCells(row, wanted) {
  const news = [...wanted.cells];
  [...row.cells].forEach((cell, at) => {
    if (cell.matches(".col-choose, .col-thumbnail")) return;
    const now = news[at];
    const details = now.querySelector("details");
    if (details) details.open = Boolean(cell.querySelector("details")?.open);
    if (cell.isEqualNode(now)) return;
    const focused = cell.contains(document.activeElement);
    cell.replaceWith(now);
    if (focused) now.querySelector("a, summary")?.focus({ preventScroll: true });
  });
}

function lightUp(row) {
  row.classList.remove("is-fresh");
  // Reading the width makes the browser begin the animation anew.
  row.getBoundingClientRect();
  row.classList.add("is-fresh");
  row.addEventListener("animationend", () => row.classList.remove("is-fresh"), { once: true });
}
