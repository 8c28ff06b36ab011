// One bulk change: what it does, how far it is, what came of it, and its undo.

import { describe } from "./operations.js";
import * as format from "./format.js";
import { button, progressBar, statusTag } from "./ui-components.js";
import { el, fill } from "./ui.js";

const OVER = new Set(["completed", "error", "cancelled"]);

export const isOver = (status) => OVER.has(status);

/**
 * A card for a batch that takes back `undone`, if that is known; `actions` are `cancel(batch)`,
 * `undo(batch)` and, if any, `dismiss(batch)`.
 */
export function batchCard(batch, undone, actions) {
  const title = titleOf(batch, undone);
  const parts = {
    tags: el("span", { className: "tags" }),
    bar: progressBar(`Progress: ${title}`),
    text: el("div", { className: "batch-text" }),
    body: el("div", { className: "batch-body" }),
    buttons: el("div", { className: "batch-buttons" }),
  };
  const node = el("li", { className: "batch", dataset: { batch: batch.batch_id } },
    el("div", { className: "batch-head" },
      el("div", { className: "batch-name" },
        el("span", { className: "batch-title", dir: "auto", textContent: title }), parts.tags),
      parts.buttons),
    el("div", { className: "muted small" }, el("bdi", { textContent: batch.user ?? "" }),
      ` ${format.ago(batch.created_at)} `, el("a", { className: "ms-1",
        href: `/changes?batch_id=${encodeURIComponent(batch.batch_id)}`, textContent: "its changes" })),
    parts.bar, parts.text, parts.body);
  let known = batch;

  const update = (news) => {
    known = news;
    node.dataset.status = known.status;
    const over = isOver(known.status);
    fill(parts.tags, statusTag(known.status), known.rolled_back_by && statusTag("undone"));
    parts.bar.hidden = over;
    parts.bar.move(known.percentage ?? 0, `${Math.floor(known.percentage ?? 0)} %`);
    parts.text.textContent = over ? resultText(known) : runningText(known);
    drawButtons(parts.buttons, known, title, actions);
    fill(parts.body, over && resultBody(known));
  };
  update(batch);
  return { node, update, status: () => known.status };
}

/** What a batch does, in a sentence; `undone` is the batch that it takes back, if that is known. */
export function titleOf(batch, undone) {
  if (batch.kind !== "rollback") return describe(batch.changes) || "Bulk change";
  if (batch.undoes_report_id) return `Undo: changes of report ${batch.undoes_report_id}`;
  if (batch.undoes_record_id) return "Undo: one change";
  return `Undo: ${undone ? titleOf(undone) : "a bulk change"}`;
}

function runningText({ status, processed, matched, updated, percentage }) {
  if (status === "pending") return "Waiting for a free worker";
  return `${Math.floor(percentage ?? 0)} % · ${format.number(processed)} of ${
    format.counted(matched, "video")} · ${format.number(updated)} changed`;
}

/** How it ended: "1,200 of 1,234 videos changed, 30 were so already, 4 skipped". */
export function resultText({ updated, unchanged, skipped_count: skipped, matched }) {
  return [
    `${format.number(updated)} of ${format.counted(matched, "video")} changed`,
    unchanged > 0 && `${format.number(unchanged)} ${unchanged === 1 ? "was" : "were"} so already`,
    skipped > 0 && `${format.number(skipped)} skipped`,
  ].filter(Boolean).join(", ");
}

/** Buttons stay as long as they mean the same, so that the focus stays on them. */
function drawButtons(place, batch, title, actions) {
  const over = isOver(batch.status);
  const undo = over && batch.updated > 0 && !batch.rolled_back_by;
  const wanted = `${over} ${undo}`;
  if (place.dataset.shows === wanted) return;
  place.dataset.shows = wanted;
  fill(place,
    !over && button("Cancel", () => actions.cancel(batch), { title: `Cancel: ${title}` }),
    undo && button("Undo", () => actions.undo(batch), { image: "undo", title: `Undo: ${title}` }),
    over && actions.dismiss
      && button("Dismiss", () => actions.dismiss(batch), { title: `Dismiss: ${title}` }));
}

function resultBody({ error_message: error, skipped, skipped_count: count }) {
  return [
    error && el("p", { className: "batch-error", dir: "auto", textContent: error }),
    skipped.length > 0 && el("details", { className: "skipped" },
      el("summary", { textContent: `Why ${format.counted(count, "video was", "videos were")} skipped` }),
      el("ul", {}, skipped.map(({ video_id: id, reason }) => el("li", {},
        id && el("a", { className: "code", textContent: id, href: `/?video=${encodeURIComponent(id)}` }),
        ` ${reason}`)),
      count > skipped.length && el("li", { className: "muted",
        textContent: `and ${format.counted(count - skipped.length, "more", "more")}` }))),
  ];
}
