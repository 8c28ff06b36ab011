// One import: what it is, how far it is, what it did; redrawn in parts while it runs.

import * as format from "./format.js";
import { button, progressBar, statusTag, tag } from "./ui-components.js";
import { el, fill } from "./ui.js";

const OVER = new Set(["completed", "error", "cancelled"]);
const PHASES = { staging: "reading", comparing: "comparing", merging: "writing" };
const KINDS = {
  video: "Videos", claim: "Claims", claims: "Claims", asset: "Assets", export: "Export",
};

export const isOver = (status) => OVER.has(status);

/** Make the card; `actions` are `cancel(id)`, `retry(id)` and `showRejected(report)`. */
export function importCard(report, actions) {
  const parts = {
    tags: el("span", { className: "tags" }),
    bar: progressBar(`Progress of ${report.filename}`),
    text: el("div", { className: "import-text" }),
    body: el("div", { className: "import-body" }),
    buttons: el("div", { className: "import-buttons" }),
  };
  const node = el("li", { className: "import", dataset: { report: report.id } },
    el("div", { className: "import-head" },
      el("span", { className: "import-name clip", dir: "auto", title: report.filename,
        textContent: report.filename.split("/").pop() }),
      parts.tags,
      el("time", { className: "muted nowrap", dateTime: report.created_at ?? "",
        title: format.time(report.created_at), textContent: format.ago(report.created_at) }),
      parts.buttons),
    parts.bar, parts.text, parts.body);
  let known = report;

  const update = (news) => {
    known = { ...known, ...news, progress: { ...known.progress, ...news.progress } };
    node.dataset.status = known.status;
    fill(parts.tags, statusTag(known.status),
      KINDS[known.kind] && tag(KINDS[known.kind], "outline"),
      known.dry_run && tag("Dry run", "violet"), known.exclude_shorts && tag("Without Shorts", "plain"));
    drawProgress(parts, known);
    drawButtons(parts.buttons, known, actions);
    fill(parts.body, isOver(known.status) && result(known, actions));
  };
  update(report);
  return { node, update, status: () => known.status };
}

function drawProgress(parts, report) {
  const { progress = {}, status } = report;
  const done = status === "completed";
  const percentage = done ? 100 : progress.percentage ?? 0;
  const text = isOver(status) ? "" : runningText(status, progress);
  parts.bar.move(percentage, text || `${Math.floor(percentage)} %`);
  parts.text.textContent = text;
  parts.text.hidden = !text;
}

function runningText(status, progress) {
  if (status === "pending") return "Waiting for a free worker";
  // While the file is read, its length is not known yet.
  const rows = progress.total_rows && progress.phase !== "staging"
    ? `${format.number(progress.processed_rows)} of ${format.number(progress.total_rows)} rows`
    : `${format.number(progress.total_rows ?? 0)} rows`;
  return [
    `${Math.floor(progress.percentage ?? 0)} %`,
    PHASES[progress.phase],
    rows,
    progress.videos_created ? `${format.number(progress.videos_created)} created` : null,
    progress.videos_updated ? `${format.number(progress.videos_updated)} updated` : null,
    progress.errors ? `${format.number(progress.errors)} rejected` : null,
  ].filter(Boolean).join(" · ");
}

function drawButtons(place, report, actions) {
  const wanted = isOver(report.status) ? (report.status === "completed" ? "" : "retry") : "cancel";
  if (place.dataset.shows === wanted) return;
  place.dataset.shows = wanted;
  const name = report.filename.split("/").pop();
  fill(place,
    wanted === "cancel" && button("Cancel", () => actions.cancel(report.id), { title: `Cancel ${name}` }),
    wanted === "retry" && button("Try again", () => actions.retry(report.id),
      { title: `Import ${name} again` }));
}

/** Counts, duration, the way to the rejected rows, and what the file had that is not used. */
function result(report, actions) {
  const summary = report.summary ?? {};
  const unknown = summary.unknown_columns ?? [];
  return [
    report.error_message && el("p", { className: "import-error", dir: "auto",
      textContent: report.error_message }),
    summary.total_rows > 0 && el("dl", { className: "counts" },
      figure("Rows", summary.total_rows), figure("Created", summary.videos_created),
      figure("Updated", summary.videos_updated), figure("Unchanged", summary.videos_unchanged),
      figure("Skipped", summary.videos_skipped),
      figure("Rejected", summary.errors, summary.errors > 0),
      timeFigure(summary.processing_time_seconds)),
    summary.videos_updated > 0 && !report.dry_run && el("a", { className: "small",
      href: `/changes?report_id=${report.id}`, textContent: "What it changed" }),
    summary.errors > 0 && el("div", {}, button(
      summary.errors === 1 ? "Show the rejected row" : `Show ${format.number(summary.errors)} rejected rows`,
      () => actions.showRejected(report), { image: "alert" })),
    mended(summary),
    unknown.length > 0 && el("p", { className: "muted small unknown-columns" },
      "Columns that are not used: ", unknown.map((name, at) => [
        at ? ", " : null, el("bdi", { className: "code", textContent: name })])),
  ];
}

/** What went in, but not as it stood in the file. */
function mended(summary) {
  const said = [
    summary.values_cut > 0 && `${format.number(summary.values_cut)} texts cut to their longest`,
    summary.values_dropped > 0 && `${format.number(summary.values_dropped)} unusable values left out`,
  ].filter(Boolean).join(" · ");
  return said && el("p", { className: "muted small", textContent: said });
}

function figure(label, value, bad = false) {
  if (value === null || value === undefined) return null;
  return el("div", { className: bad ? "figure is-bad" : "figure" },
    el("dt", { textContent: label }), el("dd", { textContent: format.number(value) }));
}

function timeFigure(seconds) {
  if (!seconds) return null;
  return el("div", { className: "figure" },
    el("dt", { textContent: "Time" }), el("dd", { textContent: format.took(seconds) }));
}
