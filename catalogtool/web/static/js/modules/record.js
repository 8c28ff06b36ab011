// One record of the audit trail: when, where from, who, what changed, and the way back.

import { changeList } from "./changes.js";
import * as format from "./format.js";
import { putBack } from "./put-back.js";
import { button, tag } from "./ui-components.js";
import { el } from "./ui.js";

export const SOURCES = { report: "Report", user: "Edited", youtube: "YouTube", rollback: "Put back" };

/**
 * A list item for a record; `after()` is called when it was put back. With `video` it also tells
 * whose record it is, and with `related` it leads to the other changes of its batch or report.
 */
export function recordItem(record, { after, video = false, related = true }) {
  const outcome = el("div", { className: "outcome", role: "status" });
  const back = record.id !== null && button("Put back", () => putBack(record, back, outcome, after), {
    image: "undo",
    title: "Set the old values again, where nothing has changed since",
  });
  return el("li", { className: "record" },
    video && videoLink(record),
    el("header", { className: "record-line" }, el("div", { className: "record-head" },
      el("time", { dateTime: record.sync_time, title: format.ago(record.sync_time),
        textContent: format.time(record.sync_time) }),
      tag(SOURCES[record.source] ?? record.source),
      record.user && el("bdi", { className: "muted text-break", textContent: record.user }),
      related && whole(record)), back),
    changeList(record.changes), outcome);
}

function videoLink(record) {
  return el("a", {
    className: "record-video",
    dir: "auto",
    href: `/?video=${encodeURIComponent(record.video_id)}`,
    textContent: record.video_title || record.video_id,
  });
}

/** What this record is a part of, as a link to all of it. */
function whole({ batch_id: batch, report_id: report }) {
  if (batch) return link(`/changes?batch_id=${encodeURIComponent(batch)}`, "Whole batch");
  return report !== null && link(`/changes?report_id=${report}`, `Report ${report}`);
}

const link = (href, textContent) => el("a", { className: "small", href, textContent });
