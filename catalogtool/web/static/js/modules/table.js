// Drawing the video table: an ordinary HTML table, so that every reader and browser knows it.

import { pendingMark } from "./pending.js";
import { el, fill } from "./ui.js";

/**
 * The head: `choosePage` is the cell above the boxes; a sortable column is a button that calls
 * `sortBy` with the next order.
 */
export function drawHead(head, choosePage, columns, sort, sortBy) {
  const [field, direction] = sort.split(":");
  const focused = head.contains(document.activeElement) && document.activeElement.dataset.key;
  fill(head, el("tr", { role: "row" }, choosePage, columns.map((column) => {
    const sorted = column.key === field;
    return el("th", {
      scope: "col",
      role: "columnheader",
      className: classOf(column),
      "aria-sort": sorted ? (direction === "asc" ? "ascending" : "descending") : null,
    }, column.sort ? sortButton(column, sorted ? direction : "", sortBy) : headText(column));
  })));
  if (focused) head.querySelector(`[data-key="${focused}"]`)?.focus();
}

/** A video's row; every cell knows its column's name, which a phone shows beside it. */
export function makeRow(columns, video, chosen) {
  return el("tr", {
    role: "row",
    className: chosen ? "is-chosen" : "",
    dataset: { video: video.video_id },
  }, chooseCell(video, chosen), columns.map((column) => el("td", {
    role: "cell",
    className: classOf(column),
    dataset: { label: column.label },
  }, column.cell(video, column.key), !column.always && pendingMark(video, shownBy(column)))));
}

/** Mark the row whose video is open beside the table. */
export function markOpen(body, videoId) {
  for (const row of body.rows) {
    if (videoId && row.dataset.video === videoId) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

/** Grey rows while the first page is on its way. */
export function drawPlaceholders(body, columns, rows) {
  fill(body, Array.from({ length: rows }, () => el("tr", { role: "row", className: "placeholder-row" },
    el("td", { role: "cell", className: "col-choose" }), columns.map((column) => el("td", { role: "cell", className: classOf(column) },
      el("span", { className: "placeholder-bar" }))))));
}

function chooseCell(video, chosen) {
  return el("td", { role: "cell", className: "col-choose" },
    el("label", { className: "choose-box" }, el("input", {
      type: "checkbox",
      className: "form-check-input",
      checked: chosen,
      "aria-label": `Choose ${video.title || video.video_id}`,
      dataset: { choose: video.video_id },
    })));
}

/** The fields that a column's cell tells of. */
const shownBy = (column) => [column.key, ...(column.fields ?? [])];

function sortButton(column, direction, sortBy) {
  const opposite = { asc: "desc", desc: "asc" };
  const next = direction ? opposite[direction] : column.sort;
  const arrow = { asc: "↑", desc: "↓" }[direction] ?? "";
  return el("button", {
    type: "button",
    className: "sort",
    dataset: { key: column.key },
    title: `Sort by ${column.label.toLowerCase()}`,
    on: { click: () => sortBy(`${column.key}:${next}`) },
  }, column.label, el("span", { className: "sort-arrow", "aria-hidden": "true", textContent: arrow }));
}

function headText(column) {
  return column.bare ? el("span", { className: "visually-hidden", textContent: column.label })
    : column.label;
}

function classOf(column) {
  const key = column.key.replaceAll("_", "-");
  return `col-${key}${column.number ? " number" : ""}`;
}
