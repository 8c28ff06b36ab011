// Values that a person set here and that YouTube does not know yet.

import { isSame } from "./editable.js";
import { ago, fieldLabel, plain } from "./format.js";
import { el } from "./ui.js";

/** Who set the value, when, and to what where the present value is another. */
export function pendingText(edit, value) {
  const said = isSame(edit.value, value) ? "Edited" : `Edited to ${plain(edit.value)}`;
  const by = edit.by ? ` by ${edit.by}` : "";
  const there = edit.theirs_at ? `YouTube has ${plain(edit.theirs)} now` : "not on YouTube yet";
  return `${said}${by}, ${ago(edit.at)}; ${there}`;
}

/** All of a video's waiting edits as one text, a line each. */
export function pendingTexts(video) {
  return Object.entries(video.pending_edits ?? {})
    .map(([field, edit]) => `${fieldLabel(field)}: ${plain(edit.value)}. ${pendingText(edit, edit.value)}`)
    .join("\n");
}

/** A mark for a table's cell that shows one of these fields; null if none of them waits. */
export function pendingMark(video, fields) {
  const field = fields.find((name) => video.pending_edits?.[name]);
  if (!field) return null;
  return el("span", {
    className: "pending-mark",
    role: "img",
    title: pendingText(video.pending_edits[field], video[field]),
    "aria-label": "not on YouTube yet",
  });
}
